#pragma once
// A school on an ordinary Monday in November, and `decide` asked about one statement at a time: what would the log make of
// this? What is asked stays a question, what is said through History happened.
//
//   EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Закон Ома"}), "accepted");
//   EXPECT_EQ(ruled(h.by(stranger), TopicSet{lesson, "Закон Ома"}), "refused not_own_group");
//
// 7А has physics (Monday 2, Thursday 3) with `teacher` and chemistry (Monday 5, Saturday 1) with `colleague`; `curator` is its
// class teacher. The bells ring 9:25–10:10 for slot 2, 10:20–11:05 for 3, 12:20–13:05 for 5. Local time is +03:00.

#include <gtest/gtest.h>

#include <string>

#include "commands/decide.h"
#include "commands/rights.h"
#include "projections/schedule.h"
#include "tests/support/history.h"

namespace letopis::commands {

// One root for each size the log has had, as History's statements name them.
class RootOfEachSize final : public Roots {
 public:
  explicit RootOfEachSize(const test::History& history) : history_(history) {}
  std::optional<Hash> root_at(std::uint64_t size) const override {
    return size <= history_.size() ? std::optional(test::History::root_at(size)) : std::nullopt;
  }

 private:
  const test::History& history_;
};

inline std::string text(const ledger::Ruling& ruling) {
  std::string words(ledger::enum_name(ruling.verdict));
  if (!ruling.rule.empty()) words += " " + ruling.rule;
  return words;
}

class Rules : public testing::Test {
 protected:
  using Role = ledger::Role;

  // The school keeps its journal by this regulation from the first day on.
  explicit Rules(std::string_view regulation = "r000") : Rules(OwnText{std::string(*builtin_profile(regulation))}) {}
  struct OwnText {
    std::string toml;
  };
  explicit Rules(const OwnText& own) {
    h.school();
    adopt(own.toml, "2026-08-25");
    teacher = h.teacher();
    colleague = h.teacher();
    physics = h.group("7А", "Физика", {teacher});
    h.timetable(physics, {{1, 2, teacher}, {4, 3, teacher}});
    chemistry = h.group("7А", "Химия", {colleague});
    h.timetable(chemistry, {{1, 5, colleague}, {6, 1, colleague}});
    masha = h.student(physics);
    petya = h.student(physics);
    curator = h.person();
    appoint(h.klass("7А"), curator);
    h.work_kind("control", true);
    h.work_kind("answer", false);
    h.at("2026-11-23 09:30");
  }

  // --- Asking
  ledger::Ruling judge(const ledger::Statement& statement, Instant now) const {
    auto ruling = decide(h.state(), book, roots, statement, h.size(), now);
    if (!ruling.rule.empty()) expect_told(statement, ruling, now);
    return ruling;
  }
  // Whatever the rule's sentence shows is there to be shown.
  void expect_told(const ledger::Statement& statement, const ledger::Ruling& ruling, Instant now) const {
    const Profile* profile = book.find(ruling.profile);
    if (profile == nullptr) return;  // of a second genesis, which brings none
    const Rule& rule = profile->rule(ruling.rule);
    for (const auto& [language, sentence] :
         {std::pair{Language::kRussian, rule.message_ru}, std::pair{Language::kEnglish, rule.message_en}}) {
      const auto values = message_values(h.state(), *profile, statement, ruling.rule, ruling.deadline, now, language);
      for (std::size_t open = sentence.find('{'); open != std::string::npos; open = sentence.find('{', open + 1)) {
        const std::string name = sentence.substr(open + 1, sentence.find('}', open) - open - 1);
        EXPECT_TRUE(values.contains(name) && !values.at(name).empty())
            << ruling.rule << " shows no " << name << ": " << sentence;
      }
    }
    told = message(h.state(), *profile, statement, ruling.rule, ruling.deadline, now);
  }
  ledger::Ruling ruling(test::History& said, ledger::Body body) {
    return judge(said.propose(std::move(body)), said.now());
  }
  std::string ruled(test::History& said, ledger::Body body) { return text(ruling(said, std::move(body))); }
  std::string ruled_at(std::string_view local, test::History& said, ledger::Body body) {
    return text(judge(said.propose(std::move(body)), h.local(local)));
  }

  // Timely until the limit, that moment included; late from the next microsecond on, by full seconds.
  void expect_until(const ledger::Statement& statement, Instant limit, std::string_view rule) const {
    const auto before = judge(statement, {limit.micros - 1});
    EXPECT_EQ(text(before), "accepted");
    EXPECT_EQ(format_instant(before.deadline), format_instant(limit));
    EXPECT_EQ(text(judge(statement, limit)), "accepted");
    const auto after = judge(statement, {limit.micros + 1});
    EXPECT_EQ(text(after), "late " + std::string(rule));
    EXPECT_EQ(after.late_seconds, 1);
    EXPECT_EQ(judge(statement, {limit.micros + 3'600 * kMicrosPerSecond}).late_seconds, 3'600);
  }

  // --- Saying
  Hash adopt(const std::string& toml, std::string_view from) {
    const auto hash = book.add(toml, "test");
    if (!hash) ADD_FAILURE() << hash.error().text();
    h.by(h.director(), Role::kDirector).basis("order", "1").from(from).add(ledger::ProfileAdopted{"r000", *hash, {}});
    return *hash;
  }
  // The built-in r000 with one piece of its text replaced.
  static std::string r000_with(std::string_view was, std::string_view becomes) {
    std::string toml(*builtin_profile("r000"));
    const auto at = toml.find(was);
    LETOPIS_ASSERT(at != std::string::npos && toml.find(was, at + 1) == std::string::npos);
    return toml.replace(at, was.size(), becomes);
  }
  void appoint(const Id& klass, const Id& person, std::string_view from = "2026-09-01") {
    h.by(h.director(), Role::kDirector).from(from).add(ledger::ClassTeacherAppointed{klass, person});
  }
  // On Mondays in the eighth lesson, until 15:50, of no class.
  Id chess_club(std::string_view from, const Id& leader) {
    ledger::TeachingGroupOpened club;
    club.group = some_id();
    club.label = "Шахматы";
    club.subject = "Шахматы";
    club.kind = "extracurricular";
    as_deputy().add(club);
    h.from(from).timetable(club.group, {{1, 8, leader}});
    return club.group;
  }
  Id add_period(std::string_view kind, std::string_view from, std::string_view to) {
    ledger::PeriodDefined defined;
    defined.period = some_id();
    defined.title = kind;
    defined.kind = kind;
    defined.from = test::day(from);
    defined.to = test::day(to);
    as_deputy().add(defined);
    return defined.period;
  }
  test::History& as_director() { return h.by(h.director(), Role::kDirector); }
  test::History& as_deputy() { return h.by(h.deputy(), Role::kDeputyHead); }
  test::History& as_administrator() { return h.by(h.administrator(), Role::kAdministrator); }
  test::History& as_secretary() { return h.by(h.secretary(), Role::kSecretary); }
  test::History& as_curator() { return h.by(curator, Role::kClassTeacher); }
  // A reason, sealed.
  test::History& reasoned(test::History& said, const Id& about) { return said.sealed("reason", about, some_hash()); }
  Hash some_hash() { return random.fixed<Hash>(); }
  Id some_id() { return random.id(); }

  ledger::LessonRecorded lesson_of(const Id& group, std::string_view date, int slot) const {
    ledger::LessonRecorded recorded;
    recorded.group = group;
    recorded.date = test::day(date);
    recorded.slot = static_cast<std::uint8_t>(slot);
    recorded.lesson = projections::lesson_id(group, recorded.date, slot);
    return recorded;
  }

  mutable Words told;  // the sentences of the newest ruling that was not a plain acceptance
  test::History h;
  ProfileBook book = ProfileBook::with_builtin();
  RootOfEachSize roots{h};
  SeededRandom random{4'711};
  Id teacher, colleague, curator, physics, chemistry, masha, petya;
};

}  // namespace letopis::commands
