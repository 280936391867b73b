// Who may sign what: the table in code, the table people read, and what the rules make of both.

#include <fstream>
#include <sstream>

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;

std::vector<Role> all_roles() {
  std::vector<Role> all;
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i) all.push_back(static_cast<Role>(i));
  return all;
}

std::string names(RoleSet set) {
  std::string text;
  for (const Role role : all_roles())
    if ((set & role_bit(role)) != 0) text += (text.empty() ? "" : ", ") + std::string(enum_name(role));
  return text.empty() ? "—" : text;
}

std::string names_or_everybody(RoleSet set) {
  RoleSet people = 0;
  for (const Role role : all_roles())
    if (role != Role::kService && role != Role::kRoot) people |= role_bit(role);
  if ((set & people) != people) return names(set);
  const RoleSet rest = set & ~people;
  return rest == 0 ? "anybody" : "anybody, " + names(rest);
}

// The table as docs/rights.md shows it.
std::string table() {
  std::string text = "| statement | signed by | endorsed by each of | names a basis |\n|---|---|---|---|\n";
  for (const Right& right : rights()) {
    if (right.type.empty()) continue;
    text += "| `" + std::string(right.type) + "` | " + names_or_everybody(right.signers) + " | " +
            names(right.endorsers) + " | " + names(right.needs_basis) + " |\n";
  }
  return text;
}

template <std::size_t... I>
std::vector<Body> one_of_each(std::index_sequence<I...>) {
  return {Body(std::in_place_index<I + 1>)...};
}
std::vector<Body> one_of_each() { return one_of_each(std::make_index_sequence<kBodyCount - 1>()); }

TEST(RightsTable, HasARowForEveryTypeInTheSchemasOrder) {
  ASSERT_EQ(rights().size(), kBodyCount);
  for (std::size_t i = 0; i < kBodyCount; ++i) EXPECT_EQ(rights()[i].type, kBodyNames[i]);
  for (const Body& body : one_of_each()) EXPECT_EQ(right_for(body).type, name_of(body));
}

TEST(RightsTable, LetsEveryTypeBeSignedAndAsksForABasisOnlyFromSigners) {
  for (const Right& right : rights().subspan(1)) {
    EXPECT_NE(right.signers, 0U) << right.type;
    EXPECT_EQ(right.needs_basis & ~right.signers, 0U) << right.type;
  }
}

TEST(RightsTable, KeepsTheMachinesOutOfWhatPeopleDecide) {
  for (const Right& right : rights().subspan(1)) {
    const bool of_the_log =
        right.type == "anchor_added" || right.type == "state_committed" || right.type == "clock_fault" ||
        right.type == "backup_made" || right.type == "restore_done" || right.type == "usage_totals_frozen" ||
        right.type == "notice_delivered" || right.type == "forecast_issued" || right.type == "neighbour_genesis";
    EXPECT_EQ((right.signers & role_bit(Role::kService)) != 0, of_the_log) << right.type;
  }
}

TEST(RightsTable, LetsTheDirectorEditNoPageOfTheJournal) {  // r001 4.1
  for (const Body& body : {Body(LessonRecorded{}), Body(TopicSet{}), Body(AttendanceTaken{}), Body(AbsenceRecorded{}),
                           Body(MarkGiven{}), Body(HomeworkSet{}), Body(EntryCorrected{})})
    EXPECT_EQ(right_for(body).signers & role_bit(Role::kDirector), 0U) << name_of(body);
}

TEST(RightsTable, IsTheOneInTheDocumentation) {
  const std::string path = std::string(LETOPIS_SOURCE_DIR) + "/docs/rights.md";
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  const std::string text = written.str();
  const auto begin = text.find("| statement |");
  ASSERT_NE(begin, std::string::npos) << path << " has no table";
  const auto end = text.find("\n\n", begin);
  EXPECT_EQ(text.substr(begin, end == std::string::npos ? end : end + 1 - begin), table());
}

// Every type in every capacity: one person holds them all, so that only the table can say no.
class RightsMatrix : public Rules {
 protected:
  RightsMatrix() {
    everybody = h.person();
    for (const Role role : all_roles())
      if (role != Role::kService && role != Role::kRoot) h.grant(everybody, role);
  }
  Statement statement_of(Role role, const Body& body) {
    Statement statement = h.by(everybody, role).basis("order", "1").propose(lesson_of(physics, "2026-11-23", 2));
    if (role == Role::kRoot || role == Role::kService) {
      statement.author = {};
      statement.key = h.entry(0).statement.key;
    }
    statement.body = body;
    return statement;
  }
  Id everybody;
};

TEST_F(RightsMatrix, WhatTheTableDoesNotAllowIsRefused) {
  std::size_t refused = 0;
  for (const Body& body : one_of_each()) {
    if (std::holds_alternative<SchoolCreated>(body)) continue;  // has no author yet
    for (const Role role : all_roles()) {
      if ((right_for(body).signers & role_bit(role)) != 0) continue;
      const auto ruling = judge(statement_of(role, body), h.now());
      EXPECT_EQ(text(ruling), "refused not_entitled") << name_of(body) << " as " << enum_name(role);
      EXPECT_TRUE(ruling.awaits.empty());
      ++refused;
    }
  }
  EXPECT_GT(refused, 400U);
}

TEST_F(RightsMatrix, WhatTheTableAllowsIsNotRefusedForTheCapacity) {
  // Empty bodies are refused for what they lack; for a diary that is access to the child, and called not_entitled too.
  for (const Body& body : one_of_each()) {
    if (std::holds_alternative<SchoolCreated>(body) || std::holds_alternative<DiarySigned>(body)) continue;
    for (const Role role : all_roles()) {
      if ((right_for(body).signers & role_bit(role)) == 0) continue;
      EXPECT_NE(text(judge(statement_of(role, body), h.now())), "refused not_entitled")
          << name_of(body) << " as " << enum_name(role);
    }
  }
}

TEST_F(RightsMatrix, WhoeverHasToNameABasisIsRefusedWithout) {
  for (const Body& body : one_of_each()) {
    const Right& right = right_for(body);
    for (const Role role : all_roles()) {
      if ((right.needs_basis & role_bit(role)) == 0) continue;
      Statement statement = statement_of(role, body);
      statement.basis.reset();
      EXPECT_EQ(text(judge(statement, h.now())), "refused no_basis") << right.type << " as " << enum_name(role);
    }
  }
}

TEST_F(RightsMatrix, NobodyActsInACapacityTheyDoNotHold) {
  const Id nobody = h.person();
  for (const Body& body : one_of_each()) {
    if (std::holds_alternative<SchoolCreated>(body) || std::holds_alternative<KeyEnrolled>(body)) continue;
    for (const Role role : all_roles()) {
      if (role == Role::kRoot || role == Role::kService || (right_for(body).signers & role_bit(role)) == 0) continue;
      Statement statement = statement_of(role, body);
      statement.author = nobody;
      statement.key = h.key_of(nobody);
      EXPECT_EQ(text(judge(statement, h.now())), "refused not_entitled") << name_of(body) << " as " << enum_name(role);
    }
  }
}

// --- Capacities one has without a grant

TEST_F(RightsMatrix, PeopleAreWhatTheyAre) {
  const Date today = test::day("2026-11-23");
  const Id mother = h.parent(masha);
  EXPECT_TRUE(holds(h.state(), masha, Role::kStudent, today));
  EXPECT_FALSE(holds(h.state(), masha, Role::kTeacher, today));
  EXPECT_TRUE(holds(h.state(), mother, Role::kParent, today));
  EXPECT_TRUE(holds(h.state(), curator, Role::kClassTeacher, today));
  EXPECT_FALSE(holds(h.state(), teacher, Role::kClassTeacher, today));
  EXPECT_FALSE(holds(h.state(), some_id(), Role::kStudent, today));
  const Id newcomer = h.person();
  EXPECT_TRUE(capacities(h.state(), newcomer, today).empty());
  h.from("2026-11-23").timetable(physics, {{1, 2, newcomer}});
  EXPECT_EQ(capacities(h.state(), newcomer, today), std::vector{Role::kTeacher});
}

TEST_F(RightsMatrix, StaffIsWhoIsMoreThanPupilOrParent) {
  const Date today = test::day("2026-11-23");
  const Id mother = h.parent(masha);
  EXPECT_FALSE(is_staff(h.state(), masha, today));
  EXPECT_FALSE(is_staff(h.state(), mother, today));
  EXPECT_TRUE(is_staff(h.state(), teacher, today));
  EXPECT_TRUE(is_staff(h.state(), curator, today));
  h.grant(mother, Role::kAccountant);
  EXPECT_TRUE(is_staff(h.state(), mother, today));
}

}  // namespace
}  // namespace letopis::commands
