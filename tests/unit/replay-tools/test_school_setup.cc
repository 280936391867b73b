// A school set up from OneRoster files: who signs what, in which order, and what a second import says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/rights.h"
#include "replay-tools/door.h"
#include "replay-tools/school_setup.h"
#include "tests/fault/temporary_directory.h"
#include "tests/unit/replay-tools/small_school.h"

namespace letopis::replay_tools {
namespace {

using namespace ledger;
using faults::TemporaryDirectory;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kOrigin = "journal.example.org/log/fi-pb-98";
constexpr Date kSetUp{20'323};  // 2025-08-23, before the bundled school year begins

// A school of the engine, and everybody who signs for it.
class Founding {
 public:
  explicit Founding(OneRosterModel files) : model(std::move(files)), clock_(at_local(kSetUp, 9 * 60, {0})) {
    commands::Engine::Options options;
    options.directory = directory_.path();
    options.master_key.passphrase = "correct horse";
    options.clock = &clock_;
    options.random = &random_;
    options.sequencer_thread = false;
    engine_ = commands::Engine::open(options).value();
    auto root = signing::KeyPair::generate(signing::Purpose::kRoot, random_);
    commands::NewSchool wanted;
    wanted.slug = "fi-pb-98";
    wanted.origin = kOrigin;
    wanted.name = "Школа";
    wanted.zone = "UTC";
    wanted.root_keys = {&root};
    school = engine_->create_school(wanted).value();
    door = door_to(*school);
    scribes_.push_back(std::make_unique<Scribe>(std::move(root), std::string(kOrigin), Id{}, random_));
    officials.add(Role::kRoot, *scribes_.back());
  }

  SetupContext context() {
    const auto* state = school->read([](const commands::ReadModel& read) { return &read.structure; });
    return {model, *state, std::string(kOrigin), local_date(clock_.now(), {0})};
  }
  Status carry(const SetupPlan& plan) {
    return carry_out(
        plan, officials, *door, [this] { return clock_.now(); }, tally);
  }
  Status enrol_all(const SetupPlan& plan) {
    for (const auto& code : plan.codes) {
      TRY(auto scribe, enrol(*door, code, Role::kTeacher, clock_.now(), random_, tally));
      for (const Role role : commands::capacities(context().have, code.person, context().today))
        officials.add(role, *scribe);
      scribes_.push_back(std::move(scribe));
    }
    return {};
  }
  Status found() {
    TRY(const SetupPlan plan, found_school(context(), {}, random_));
    TRY_STATUS(carry(plan));
    return enrol_all(plan);
  }
  Random& random() { return random_; }
  ManualClock& clock() { return clock_; }
  Id person(std::string_view username) const {
    for (const auto& user : model.users)
      if (user.username == username) return oneroster_id(kOrigin, user.sourced_id);
    return {};
  }

  OneRosterModel model;
  commands::School* school = nullptr;
  std::unique_ptr<Door> door;
  Officials officials;
  Tally tally;

 private:
  TemporaryDirectory directory_;
  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<commands::Engine> engine_;
  std::vector<std::unique_ptr<Scribe>> scribes_;
};

TEST(SchoolSetup, TheBundledSchoolIsSetUpAsItsFilesSay) {
  Founding school(bundled_school());
  ASSERT_TRUE(school.found());
  const auto filled = school.carry(fill_school(school.context()));
  ASSERT_TRUE(filled) << filled.error().text();
  EXPECT_THAT(school.tally.refused, IsEmpty());
  const SetupContext now = school.context();
  EXPECT_EQ(now.have.classes().size(), 31U);
  EXPECT_EQ(now.have.groups().size(), 367U);
  EXPECT_EQ(now.have.people().size(), school.model.users.size());
  std::size_t lessons = 0;
  std::size_t members = 0;
  for (const auto& [id, group] : now.have.groups()) {
    lessons += group.timetable.at(make_date(2025, 9, 1))->size();
    members += group.members.size();
  }
  EXPECT_EQ(lessons, 923U);
  EXPECT_EQ(members, 9175U);
  EXPECT_EQ(now.have.periods().size(), 6U) << "two semesters and four quarters";
  EXPECT_EQ(school.school->name_of(school.person("aal")), "Фёдоров Роман Александрович");
}

TEST(SchoolSetup, AClassIsOpenedInTheGradeItsFilesSay) {
  Founding school(only_classes(bundled_school(), {"S1A", "S1B"}));
  ASSERT_EQ(school.model.classes.size(), 2U);
  school.model.classes[0].grade = 7;
  ASSERT_TRUE(school.found());
  ASSERT_TRUE(school.carry(fill_school(school.context())));
  std::vector<int> grades;
  const auto now = school.context();
  for (const auto& [id, klass] : now.have.classes()) grades.push_back(klass.grade(now.today));
  EXPECT_THAT(grades, UnorderedElementsAre(7, 0));
}

TEST(SchoolSetup, ASecondImportOfTheSameFilesSaysNothing) {
  Founding school(only_classes(bundled_school(), {"S1A", "S1B"}));
  ASSERT_TRUE(school.found());
  ASSERT_TRUE(school.carry(fill_school(school.context())));
  EXPECT_THAT(fill_school(school.context()).steps, IsEmpty());
  school.clock().set(at_local(make_date(2025, 11, 10), 12 * 60, {0}));
  EXPECT_THAT(fill_school(school.context()).steps, IsEmpty()) << "nor does it weeks later, when holidays are over";
}

TEST(SchoolSetup, ACapacityNobodyHereHoldsIsNamedBeforeAnythingIsSaid) {
  Founding school(only_classes(bundled_school(), {"S1A"}));
  const SetupPlan plan = fill_school(school.context());
  EXPECT_THAT(missing_signers(plan, school.officials),
              UnorderedElementsAre(Role::kAdministrator, Role::kDirector, Role::kDeputyHead, Role::kHeadOfStudies,
                                   Role::kSecretary));
}

TEST(SchoolSetup, WithoutASecretaryTheFilesAreNotEnough) {
  Founding school(only_classes(bundled_school(), {"S1A"}));
  std::erase_if(school.model.staff, [](const StaffRole& staff) { return staff.role == "secretary"; });
  const auto plan = found_school(school.context(), {}, school.random());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error(), (Error{"incomplete", "staff.csv names no secretary"}));
}

TEST(SchoolSetup, WhatRulesRestOnBeginsTomorrowAtTheEarliest) {
  Founding school(only_classes(bundled_school(), {"S1A"}));
  school.clock().set(at_local(make_date(2025, 10, 29), 12 * 60, {0}));
  const SetupContext now = school.context();
  for (const auto& step : fill_school(now).steps) {
    const Body& body = step.draft.body;
    const bool from_midnight =
        std::holds_alternative<TimetablePublished>(body) || std::holds_alternative<BellsSet>(body);
    const auto* exception = std::get_if<CalendarExceptionSet>(&body);
    EXPECT_TRUE(exception == nullptr || exception->from > now.today) << exception->title;
    EXPECT_TRUE(!from_midnight || step.draft.effective_from == now.today + 1);
    EXPECT_TRUE(!std::holds_alternative<MovementOrdered>(body) || step.draft.effective_from == make_date(2025, 9, 1));
  }
}

TEST(SchoolSetup, StaffIsInvitedByTheAdministratorAndFamiliesByTheirClassTeacher) {
  Founding school(only_classes(bundled_school(), {"S1A"}));
  ASSERT_TRUE(school.found());
  ASSERT_TRUE(school.carry(fill_school(school.context())));
  school.clock().set(at_local(make_date(2025, 9, 1), 12 * 60, {0}));
  std::vector<std::size_t> everybody(school.model.users.size());
  for (std::size_t i = 0; i < everybody.size(); ++i) everybody[i] = i;
  const SetupPlan plan = invite(school.context(), everybody, at_local(make_date(2025, 9, 20), 0, {0}), school.random());
  const Id leader = *school.context().have.classes().begin()->second.teachers.at(school.context().today);
  std::size_t families = 0;
  for (const auto& step : plan.steps) {
    const Id invited = std::get<InvitationIssued>(step.draft.body).person;
    if (step.signer == Role::kClassTeacher) {
      ++families;
      EXPECT_EQ(step.person, leader);
    } else {
      EXPECT_EQ(step.signer, Role::kAdministrator);
      EXPECT_TRUE(commands::is_staff(school.context().have, invited, school.context().today));
    }
  }
  EXPECT_EQ(families, 50U) << "25 pupils and a parent each";
  EXPECT_EQ(plan.codes.size(), plan.steps.size());
}

TEST(SchoolSetup, ATwoOfThreeRootIsEndorsedByAnotherKeyOfTheRoot) {
  TemporaryDirectory directory;
  SeededRandom random(3);
  ManualClock clock(at_local(kSetUp, 9 * 60, {0}));
  commands::Engine::Options options;
  options.directory = directory.path();
  options.master_key.passphrase = "correct horse";
  options.clock = &clock;
  options.random = &random;
  options.sequencer_thread = false;
  const auto engine = commands::Engine::open(options).value();
  std::vector<std::unique_ptr<Scribe>> roots;
  commands::NewSchool wanted;
  for (int i = 0; i < 3; ++i) {
    roots.push_back(std::make_unique<Scribe>(signing::KeyPair::generate(signing::Purpose::kRoot, random),
                                             std::string(kOrigin), Id{}, random));
    wanted.root_keys.push_back(&roots.back()->key);
  }
  wanted.slug = "fi-pb-98";
  wanted.origin = kOrigin;
  wanted.name = "Школа";
  wanted.zone = "UTC";
  wanted.threshold = 2;
  commands::School* school = engine->create_school(wanted).value();
  const auto door = door_to(*school);
  Tally tally;
  Officials first_only;
  first_only.add(Role::kRoot, *roots[0]);
  SetupPlan plan;
  plan.add(Role::kRoot, PersonRegistered{random.id()});
  const auto alone = carry_out(
      plan, first_only, *door, [&] { return clock.now(); }, tally);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, "no_signer");
  // The first key may not stand in for the second.
  Request request(*door, clock.now());
  commands::Author::Draft own;
  own.acting_as = Role::kRoot;
  own.body = PersonRegistered{random.id()};
  own.id = random.id();
  ASSERT_TRUE(request.say(*roots[0], own));
  ASSERT_TRUE(request.send(tally));
  commands::Author::Draft endorsement;
  endorsement.acting_as = Role::kRoot;
  endorsement.body = Endorsed{own.id, true};
  ASSERT_TRUE(request.say(*roots[0], endorsement));
  const auto refused = request.send(tally);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->front().rule, commands::rule::kCannotEndorseOwn);
  ASSERT_TRUE(request.say(*roots[2], endorsement));
  EXPECT_EQ(request.send(tally)->front().verdict, Verdict::kAccepted);
}

}  // namespace
}  // namespace letopis::replay_tools
