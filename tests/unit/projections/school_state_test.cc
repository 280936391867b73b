// What a school is, entry by entry: the two dates of everything, and what waits, is denied, or is taken back.

#include "projections/school_state.h"

#include <gtest/gtest.h>

#include "projections/schedule.h"
#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;
using test::day;

class States : public testing::Test, protected SmallSchool {
 protected:
  const SchoolState& state() const { return h.state(); }
};

TEST(SchoolStates, BeforeTheGenesisThereIsNone) {
  const SchoolState state;
  EXPECT_FALSE(state.exists());
  EXPECT_EQ(state.size(), 0U);
  EXPECT_EQ(state.offset(day("2026-11-23")), UtcOffset{0});
  EXPECT_EQ(state.profile(day("2026-11-23")), nullptr);
}

TEST_F(States, TheGenesisNamesTheSchoolItsOffsetAndItsProfile) {
  EXPECT_EQ(state().name(), "Школа");
  EXPECT_EQ(state().origin(), "journal.example.org/log/test");
  EXPECT_TRUE(state().simulated());
  EXPECT_EQ(state().offset(day("1999-01-01")), UtcOffset{3 * 3600});
  ASSERT_NE(state().profile(kMonday), nullptr);
  EXPECT_EQ(state().profile(kMonday)->name, "r000");
}

// --- Roles and people

TEST_F(States, ARoleHoldsFromItsDayToItsDay) {
  const Id person = h.person();
  h.from("2026-12-01").to("2026-12-10").grant(person, Role::kSecretary);
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, day("2026-11-30")));
  EXPECT_TRUE(state().has_role(person, Role::kSecretary, day("2026-12-01")));
  EXPECT_TRUE(state().has_role(person, Role::kSecretary, day("2026-12-10")));
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, day("2026-12-11")));
}

TEST_F(States, AGrantWithoutADayHoldsFromTheLocalDayItWasRecordedOn) {
  h.at("2026-11-24 00:30");  // still the 23rd in UTC
  const Id person = h.person(Role::kSecretary);
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, day("2026-11-23")));
  EXPECT_TRUE(state().has_role(person, Role::kSecretary, day("2026-11-24")));
}

TEST_F(States, ARevocationCountsFromItsOwnIndexAndOnlyForThatRoleAndBranch) {
  const Id person = h.person();
  h.grant(person, Role::kTeacher);
  h.branch("Касли").grant(person, Role::kAdministrator);
  h.grant(person, Role::kAdministrator);
  EXPECT_EQ(state().roles_of(person, kMonday), (std::vector{Role::kTeacher, Role::kAdministrator}));
  h.revoke(person, Role::kAdministrator);
  EXPECT_FALSE(state().has_role(person, Role::kAdministrator, kMonday))
      << "a branch's grant is no grant for the school";
  EXPECT_TRUE(state().has_role(person, Role::kAdministrator, kMonday, "Касли")) << "the branch's grant stands";
  h.branch("Касли").revoke(person, Role::kAdministrator);
  EXPECT_FALSE(state().has_role(person, Role::kAdministrator, kMonday, "Касли"));
  EXPECT_EQ(state().person(person)->roles[2].revoked, h.size() - 2);
  h.grant(person, Role::kAdministrator);
  EXPECT_TRUE(state().has_role(person, Role::kAdministrator, day("2026-11-23")));
  EXPECT_TRUE(state().has_role(person, Role::kAdministrator, day("2026-11-23"), "Касли"))
      << "the school's is the branch's";
}

TEST_F(States, TheLatestWordAboutAGuardianDecides) {
  const Id mother = h.parent(masha);
  EXPECT_TRUE(state().may_see_as_guardian(mother, masha, kMonday));
  EXPECT_FALSE(state().may_see_as_guardian(mother, petya, kMonday));
  h.from("2026-11-24")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::GuardianSet{mother, masha, ledger::Access::kNone});
  EXPECT_TRUE(state().may_see_as_guardian(mother, masha, kMonday));
  EXPECT_FALSE(state().may_see_as_guardian(mother, masha, kMonday + 1));
  EXPECT_TRUE(state().children_of(mother, kMonday + 1).empty());
  EXPECT_EQ(state().guardians_of(masha, kMonday), std::vector{mother});
}

TEST_F(States, AKeyComesByInvitationIsRotatedAndRevoked) {
  const Id key = h.key_of(teacher);
  ASSERT_NE(state().key(key), nullptr);
  EXPECT_EQ(state().key(key)->person, teacher);
  EXPECT_FALSE(state().key(key)->revoked);
  const auto* enrolled = std::get_if<ledger::KeyEnrolled>(&h.entry(state().key(key)->enrolled).statement.body);
  ASSERT_NE(enrolled, nullptr);
  ASSERT_NE(state().invitation(enrolled->invitation), nullptr);
  EXPECT_TRUE(state().invitation(enrolled->invitation)->used);
  SeededRandom random(5);
  const auto fresh = random.fixed<PublicKey>();
  h.by(teacher).add(ledger::KeyRotated{fresh, random.fixed<Signature>()});
  EXPECT_EQ(state().key(key)->revoked, h.size() - 1);
  const Id fresh_id = signing::key_id(signing::Purpose::kAuthor, fresh);
  ASSERT_NE(state().key(fresh_id), nullptr);
  EXPECT_EQ(state().key(fresh_id)->person, teacher);
  EXPECT_EQ(state().key(fresh_id)->rotated_from, key);
  h.by(h.administrator(), Role::kAdministrator).add(ledger::KeyRevoked{fresh_id});
  EXPECT_EQ(state().key(fresh_id)->revoked_at, h.last().event.recorded_at);
}

// --- Versions: the day something holds from, and the moment it was known

TEST(VersionedValues, TheLatestEffectiveDayWinsThenTheLatestRecorded) {
  Versioned<int> values;
  values.add(Date{10}, Instant{100}, 1, 1);
  values.add(Date{20}, Instant{200}, 2, 2);
  values.add(Date{15}, Instant{300}, 3, 3);  // recorded last, holds between the others
  values.add(Date{20}, Instant{400}, 4, 4);  // corrects the second
  EXPECT_EQ(values.at(Date{9}), nullptr);
  EXPECT_EQ(*values.at(Date{12}), 1);
  EXPECT_EQ(*values.at(Date{17}), 3);
  EXPECT_EQ(*values.at(Date{25}), 4);
  EXPECT_EQ(*values.at(Date{25}, Instant{400}), 2) << "known_by is exclusive";
  EXPECT_EQ(*values.at(Date{17}, Instant{300}), 1);
  EXPECT_EQ(values.at(Date{12}, Instant{100}), nullptr);
}

TEST_F(States, ANewOffsetBeginsAtALocalMidnight) {
  h.at("2026-11-23 12:00")
      .from("2026-11-25")
      .by(h.administrator(), Role::kAdministrator)
      .add(ledger::ZoneOffsetSet{4 * 3600});
  const Instant midnight_there = at_local(day("2026-11-25"), 0, UtcOffset{3 * 3600});
  EXPECT_EQ(state().offset_at({midnight_there.micros - 1}), UtcOffset{3 * 3600});
  EXPECT_EQ(state().offset_at(midnight_there), UtcOffset{4 * 3600});
  EXPECT_EQ(state().local_today({midnight_there.micros - 1}), day("2026-11-24"));
  EXPECT_EQ(state().local_today(midnight_there), day("2026-11-25"));
  EXPECT_EQ(midnight(state(), day("2026-11-25")), midnight_there);
}

TEST_F(States, AnOffsetMovedBackRepeatsNoDay) {
  h.at("2026-11-23 12:00")
      .from("2026-11-25")
      .by(h.administrator(), Role::kAdministrator)
      .add(ledger::ZoneOffsetSet{-9 * 3600});
  // Midnight by the old offset begins the new one: the same instant is then noon of the day before.
  const Instant change = at_local(day("2026-11-25"), 0, UtcOffset{3 * 3600});
  EXPECT_EQ(state().offset_at({change.micros - 1}), UtcOffset{3 * 3600});
  EXPECT_EQ(state().offset_at(change), UtcOffset{-9 * 3600});
  EXPECT_EQ(state().offset_at({change.micros + 20LL * 3'600 * kMicrosPerSecond}), UtcOffset{-9 * 3600});
}

TEST_F(States, HowManyEntriesHadBeenRecordedBeforeAMoment) {
  const Instant last = state().last_recorded_at();
  EXPECT_EQ(state().recorded_before(last), h.size() - 1);
  EXPECT_EQ(state().recorded_before({last.micros + 1}), h.size());
  EXPECT_EQ(state().recorded_before(Instant{0}), 0U);
  EXPECT_EQ(state().recorded_at(0), h.entry(0).event.recorded_at);
}

// --- Groups and classes

TEST_F(States, MembershipsBeginEndAndAreCorrected) {
  const Id chemistry = h.group("7А", "Химия", {teacher});
  h.from("2026-10-01").to("2026-10-31").enrol(chemistry, masha);
  EXPECT_FALSE(state().enrolled(chemistry, masha, day("2026-09-30")));
  EXPECT_TRUE(state().enrolled(chemistry, masha, day("2026-10-31")));
  EXPECT_FALSE(state().enrolled(chemistry, masha, day("2026-11-01")));
  h.from("2026-10-01").to("2026-11-30").enrol(chemistry, masha);  // the same first day: corrects the span
  EXPECT_TRUE(state().enrolled(chemistry, masha, day("2026-11-30")));
  h.from("2027-01-11").enrol(chemistry, masha);
  EXPECT_FALSE(state().enrolled(chemistry, masha, day("2026-12-31")));
  EXPECT_TRUE(state().enrolled(chemistry, masha, day("2027-01-11")));
  EXPECT_EQ(state().groups_of_student(masha, day("2026-12-01"), day("2026-12-31")), std::vector{physics});
  EXPECT_EQ(state().groups_of_student(masha, day("2026-11-25"), day("2026-12-31")).size(), 2U);
}

TEST_F(States, AnExpulsionEndsClassAndGroupsAndLeavesTheHistory) {
  h.from("2026-11-16")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{masha, {}, ledger::Movement::kExpelled});
  EXPECT_TRUE(state().class_of(masha, day("2026-11-16")).is_zero());
  EXPECT_EQ(state().class_of(masha, day("2026-11-15")), h.klass("7А"));
  EXPECT_FALSE(state().enrolled(physics, masha, day("2026-11-16")));
  EXPECT_TRUE(state().enrolled(physics, masha, day("2026-11-15")));
  EXPECT_TRUE(state().enrolled(physics, petya, day("2026-11-16")));
}

TEST_F(States, AMembershipThatEndedBeforeItBeganMatchesNoRange) {
  const Id chemistry = h.group("7А", "Химия", {teacher});
  h.from("2026-12-01").enrol(chemistry, masha);
  h.from("2026-11-16")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{masha, {}, ledger::Movement::kExpelled});
  EXPECT_TRUE(state().groups_of_student(masha, day("2026-11-16"), day("2027-05-31")).empty());
}

TEST_F(States, ATransferChangesTheClassAndAReturnBringsItBack) {
  const Id other = h.klass("7Б");
  const Id first = h.klass("7А");
  const auto move = [&](const char* from, ledger::Movement kind, const Id& klass) {
    h.from(from).by(h.secretary(), Role::kSecretary).add(ledger::MovementOrdered{masha, klass, kind});
  };
  move("2026-10-01", ledger::Movement::kTransferred, other);
  move("2026-11-01", ledger::Movement::kExpelled, {});
  move("2026-12-01", ledger::Movement::kReturned, first);
  EXPECT_EQ(state().class_of(masha, day("2026-09-30")), first);
  EXPECT_EQ(state().class_of(masha, day("2026-10-01")), other);
  EXPECT_TRUE(state().class_of(masha, day("2026-11-15")).is_zero());
  EXPECT_EQ(state().class_of(masha, day("2026-12-01")), first);
}

TEST_F(States, WhoChangesClassLeavesTheGroupsOfTheOldOneAlone) {
  const Id other = h.klass("7Б");
  const Id first = h.klass("7А");
  const auto group = [&](std::vector<Id> classes, const char* kind) {
    ledger::TeachingGroupOpened opened;
    opened.group = SeededRandom(h.size()).id();
    opened.label = "7";
    opened.subject = "Хор";
    opened.kind = kind;
    opened.classes = std::move(classes);
    h.by(h.deputy(), Role::kDeputyHead).add(opened);
    h.enrol(opened.group, masha);
    return opened.group;
  };
  const Id stream = group({first, other}, "stream");
  const Id choir = group({first}, "extracurricular");
  h.from("2026-10-05").by(h.secretary(), Role::kSecretary);
  h.add(ledger::MovementOrdered{masha, other, ledger::Movement::kTransferred});
  for (const auto* state : {&h.state(), &h.structure()}) {
    EXPECT_TRUE(state->enrolled(physics, masha, day("2026-10-04"))) << "history stays";
    EXPECT_FALSE(state->enrolled(physics, masha, day("2026-10-05")));
    EXPECT_TRUE(state->enrolled(stream, masha, day("2026-10-05")));
    EXPECT_TRUE(state->enrolled(choir, masha, day("2026-10-05")));
    EXPECT_TRUE(state->enrolled(physics, petya, day("2026-10-05")));
  }
}

TEST_F(States, WhoIsPromotedWithTheClassStaysInItsGroups) {
  h.from("2026-10-05").by(h.secretary(), Role::kSecretary);
  h.add(ledger::MovementOrdered{masha, h.klass("7А"), ledger::Movement::kPromoted});
  EXPECT_TRUE(state().enrolled(physics, masha, day("2026-10-05")));
  h.from("2026-10-12").by(h.secretary(), Role::kSecretary);
  h.add(ledger::MovementOrdered{masha, h.klass("8А", 8), ledger::Movement::kPromoted});
  EXPECT_FALSE(state().enrolled(physics, masha, day("2026-10-12")));
}

TEST_F(States, WhoComesBackIsPutIntoGroupsAnew) {
  const auto move = [&](const char* from, ledger::Movement kind, const Id& klass) {
    h.from(from).by(h.secretary(), Role::kSecretary).add(ledger::MovementOrdered{masha, klass, kind});
  };
  move("2026-10-01", ledger::Movement::kAcademicLeave, {});
  move("2026-11-01", ledger::Movement::kReturned, h.klass("7А"));
  EXPECT_FALSE(state().enrolled(physics, masha, day("2026-11-01"))) << "which they are is for the office to say";
  h.from("2026-11-01").enrol(physics, masha);
  EXPECT_TRUE(state().enrolled(physics, masha, day("2026-11-01")));
  EXPECT_FALSE(state().enrolled(physics, masha, day("2026-10-15")));
}

TEST_F(States, IndividualModeSetHoldsBetweenItsDaysAndMayBeEnded) {
  const auto set = [&](const char* kind, const char* from, const char* to) {
    h.from(from).to(to).by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{masha, kind});
  };
  EXPECT_TRUE(state().awaited(physics, masha, kMonday));
  set("home", "2026-11-16", "2027-05-31");
  EXPECT_TRUE(state().awaited(physics, masha, day("2026-11-15")));
  EXPECT_FALSE(state().awaited(physics, masha, kMonday));
  EXPECT_TRUE(state().marked(masha, kMonday));
  set("home", "2026-11-16", "2026-11-20");
  EXPECT_TRUE(state().awaited(physics, masha, kMonday)) << "the same first day sets it right";
  set("family", "2026-11-23", "2026-11-24");
  EXPECT_FALSE(state().marked(masha, kMonday));
  EXPECT_TRUE(state().marked(masha, kMonday + 2));
  EXPECT_EQ(state().individual_mode(masha, kMonday, kMonday + 6)->kind, "family");
  EXPECT_EQ(state().individual_mode(masha, kMonday + 2), nullptr);
  EXPECT_TRUE(state().awaited(physics, petya, kMonday));
}

TEST_F(States, IndividualModeSetMeansWhatTheDictionarySays) {
  const auto define = [&](const char* lessons, const char* marks) {
    h.add(ledger::DictionaryEntryDefined{
        "individual_mode", "network", "Сетевая форма", {{"lessons", lessons}, {"marks", marks}}});
  };
  h.from("2026-11-16").by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{masha, "network"});
  EXPECT_TRUE(state().awaited(physics, masha, kMonday));
  define("false", "false");
  EXPECT_FALSE(state().awaited(physics, masha, kMonday));
  EXPECT_FALSE(state().marked(masha, kMonday));
  define("true", "true");
  EXPECT_TRUE(state().awaited(physics, masha, kMonday));
}

TEST_F(States, ABranchRingsItsOwnBells) {
  const auto set = [&](const char* branch, std::uint16_t start, std::uint8_t shift) {
    h.branch(branch).by(h.deputy(), Role::kDeputyHead);
    h.add(ledger::BellsSet{{{1, {start}, {static_cast<std::uint16_t>(start + 45)}}}, shift});
  };
  set("kasli", 600, 1);
  set("", 900, 2);
  const auto begins = [&](int shift, const char* branch) {
    return state().bells(kMonday, kNow, shift, branch)->front().start;
  };
  EXPECT_EQ(begins(1, ""), 510) << "the school's stay";
  EXPECT_EQ(begins(1, "kasli"), 600);
  EXPECT_EQ(begins(1, "ufaley"), 510) << "a branch without its own has the school's";
  EXPECT_EQ(begins(2, "kasli"), 900) << "the school's second shift before the branch's first";
  EXPECT_EQ(begins(3, "kasli"), 600);
}

TEST_F(States, AnAssignmentReplacesTheEarlierTeacher) {
  const Id other = h.teacher();
  h.from("2026-11-23").by(h.deputy(), Role::kDeputyHead).add(ledger::TeachingAssigned{other, physics, 2, teacher});
  EXPECT_TRUE(state().assigned(physics, teacher, day("2026-11-22")));
  EXPECT_FALSE(state().assigned(physics, teacher, day("2026-11-23")));
  EXPECT_TRUE(state().assigned(physics, other, day("2026-11-23")));
}

// --- What waits for a second signature

TEST_F(States, AProposalTakesEffectAtTheLastEndorsement) {
  const Id person = h.person();
  const Id grant = h.awaiting({Role::kDirector, Role::kDeputyHead}).grant(person, Role::kSecretary);
  ASSERT_NE(state().pending(grant), nullptr);
  EXPECT_TRUE(state().entry(grant)->pending);
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, kMonday));
  h.by(h.deputy(), Role::kDeputyHead).endorse(grant);
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, kMonday));
  EXPECT_EQ(state().pending(grant)->awaits, std::vector{Role::kDirector});
  EXPECT_EQ(state().pending(grant)->endorsed_by, std::vector{h.deputy()});
  h.at("2026-11-24 10:00").by(h.director(), Role::kDirector).endorse(grant);
  EXPECT_EQ(state().pending(grant), nullptr);
  EXPECT_FALSE(state().entry(grant)->pending);
  EXPECT_TRUE(state().has_role(person, Role::kSecretary, day("2026-11-24")));
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, kMonday)) << "it holds from the day it took effect";
  EXPECT_EQ(state().person(person)->roles[0].granted, h.size() - 1);
}

TEST_F(States, ADeniedProposalNeverTakesEffect) {
  const Id person = h.person();
  const Id grant = h.awaiting({Role::kDeputyHead}).grant(person, Role::kSecretary);
  h.endorse(grant, false);
  EXPECT_EQ(state().pending(grant), nullptr);
  EXPECT_FALSE(state().entry(grant)->standing);
  h.endorse(grant);
  EXPECT_FALSE(state().has_role(person, Role::kSecretary, kMonday));
}

TEST_F(States, ARefusedEntryChangesNothingButTheCount) {
  const auto before = state().structure_version();
  const std::uint64_t size = h.size();
  h.refused("not_entitled").revoke(teacher, Role::kTeacher);
  EXPECT_EQ(h.size(), size + 1);
  EXPECT_TRUE(state().has_role(teacher, Role::kTeacher, kMonday));
  EXPECT_EQ(state().entry(h.last().statement.id), nullptr);
  EXPECT_EQ(state().structure_version(), before);
}

// --- Cells

TEST_F(States, AWithdrawnMarkFreesItsCell) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  const Id mark = h.mark(work, masha, "4", 1);
  EXPECT_EQ(state().marks_standing(work, 1, masha), 1U);
  EXPECT_EQ(state().marks_standing(work, 2, masha), 0U);
  EXPECT_EQ(state().marks_standing(work, 1, petya), 0U);
  const Id withdrawal = h.withdraw(mark);
  EXPECT_EQ(state().marks_standing(work, 1, masha), 0U);
  EXPECT_FALSE(state().entry(mark)->standing);
  h.annul(withdrawal);
  EXPECT_EQ(state().marks_standing(work, 1, masha), 1U);
  EXPECT_TRUE(state().entry(mark)->standing);
  h.annul(mark);
  EXPECT_EQ(state().marks_standing(work, 1, masha), 0U);
}

TEST_F(States, AWithdrawalThatIsEndorsedFreesTheCellThen) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  const Id mark = h.mark(work, masha, "4");
  const Id withdrawal = h.awaiting({Role::kDeputyHead}).withdraw(mark);
  EXPECT_EQ(state().marks_standing(work, 0, masha), 1U);
  h.endorse(withdrawal);
  EXPECT_EQ(state().marks_standing(work, 0, masha), 0U);
}

TEST_F(States, AnnullingAProposedMarkLeavesTheCellOfTheStandingOneAlone) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  h.mark(work, masha, "4");
  const Id proposed = h.awaiting({Role::kDeputyHead}).mark(work, masha, "5");
  EXPECT_EQ(state().marks_standing(work, 0, masha), 1U);
  h.annul(proposed);
  EXPECT_EQ(state().marks_standing(work, 0, masha), 1U);
  EXPECT_EQ(state().pending(proposed), nullptr);
  h.endorse(proposed);
  EXPECT_EQ(state().marks_standing(work, 0, masha), 1U);
}

TEST_F(States, AbsenceAndLatenessHaveCellsOfTheirOwn) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id absence = h.absence(lesson, masha);
  EXPECT_TRUE(state().absence_standing(lesson, masha));
  EXPECT_FALSE(state().lateness_standing(lesson, masha));
  h.lateness(lesson, masha, 15);
  h.withdraw(absence);
  EXPECT_FALSE(state().absence_standing(lesson, masha));
  EXPECT_TRUE(state().lateness_standing(lesson, masha));
}

TEST_F(States, LessonsKnowWhetherTheyWereHeldAndWhatIsMissing) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id recorded = h.last().statement.id;
  ASSERT_NE(state().lesson(lesson), nullptr);
  EXPECT_EQ(state().lesson(lesson)->starts, h.local("2026-11-23 09:25"));
  EXPECT_EQ(state().lesson(lesson)->ends, h.local("2026-11-23 10:10"));
  EXPECT_FALSE(state().lesson(lesson)->has_topic);
  const Id topic = h.topic(lesson, "Закон Ома");
  h.attendance(lesson, true);
  EXPECT_TRUE(state().lesson(lesson)->has_topic);
  EXPECT_TRUE(state().lesson(lesson)->attendance_taken);
  h.withdraw(topic);
  EXPECT_FALSE(state().lesson(lesson)->has_topic);
  h.annul(recorded);
  EXPECT_FALSE(state().lesson(lesson)->standing);
  h.lesson(physics, "2026-11-23", 2);
  EXPECT_TRUE(state().lesson(lesson)->standing);
  EXPECT_TRUE(state().lesson(lesson)->attendance_taken);
}

TEST_F(States, AWorkIsWrittenByTheDictionaryAndHeldWithItsLesson) {
  h.work_kind("control", true);
  h.work_kind("answer", false);
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id control = h.work(lesson, "control");
  const Id answer = h.work(lesson, "answer");
  EXPECT_TRUE(state().work(control)->written);
  EXPECT_FALSE(state().work(answer)->written);
  EXPECT_EQ(state().work(control)->held_on, kMonday);
  EXPECT_EQ(state().work(control)->starts, h.local("2026-11-23 09:25"));
}

// --- kStructure leaves out only what judging needs

TEST_F(States, TheStructureIsTheSameWithAndWithoutTheDetails) {
  const Id other = h.teacher();
  const Id mother = h.parent(masha);
  h.period("2 четверть", "2026-11-05", "2026-12-27");
  h.day_exception("2026-11-04", "2026-11-04", ledger::DayKind::kHoliday);
  h.work_kind("control", true);
  h.endorse(h.awaiting({Role::kDeputyHead}).grant(other, Role::kSecretary));
  h.endorse(h.awaiting({Role::kDeputyHead}).grant(other, Role::kArchivist), false);
  h.annul(h.awaiting({Role::kDeputyHead}).grant(other, Role::kAccountant));
  h.substitute(physics, "2026-11-23", 2, teacher, other);
  h.move(physics, "2026-11-26", 3, "2026-11-27", 5);
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.withdraw(h.mark(h.work(lesson, "control"), masha, "4"));
  h.refused("not_entitled").revoke(teacher, Role::kTeacher);
  h.from("2026-11-24").by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{masha, "family"});
  h.by(h.deputy(), Role::kDeputyHead)
      .add(ledger::StudyScheduleSet{h.klass("7А"), {{kMonday + 1, kMonday + 6, "practice"}}});
  h.from("2026-11-24")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{masha, h.klass("7Б"), ledger::Movement::kTransferred});
  h.from("2026-11-24")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{petya, {}, ledger::Movement::kExpelled});

  const auto& full = h.state();
  const auto& structure = h.structure();
  EXPECT_EQ(structure.size(), full.size());
  EXPECT_EQ(structure.last_recorded_at(), full.last_recorded_at());
  EXPECT_EQ(structure.structure_version(), full.structure_version());
  const auto names = [](const Id& id) { return to_hex(id.view()); };
  const auto all = [](const Id&) { return true; };
  std::vector<Id> people;
  for (const auto& [id, person] : full.people()) people.push_back(id);
  for (const Date on : {kMonday - 60, kMonday, kMonday + 1, kMonday + 60}) {
    EXPECT_EQ(people_json(structure, people, on, names), people_json(full, people, on, names));
    EXPECT_EQ(classes_json(structure, on, all, all, names), classes_json(full, on, all, all, names));
    EXPECT_EQ(groups_json(structure, on, all, all, names), groups_json(full, on, all, all, names));
    EXPECT_EQ(timetable_json(structure, {{}, {}, other}, on.monday(), names),
              timetable_json(full, {{}, {}, other}, on.monday(), names));
    EXPECT_EQ(timetable_json(structure, {h.klass("7А"), {}, {}}, on.monday(), names),
              timetable_json(full, {h.klass("7А"), {}, {}}, on.monday(), names));
    EXPECT_EQ(structure.marked(masha, on), full.marked(masha, on));
    EXPECT_EQ(periods_json(structure, on), periods_json(full, on));
    EXPECT_EQ(profile_json(structure, on), profile_json(full, on));
    for (const auto& person : people)
      EXPECT_EQ(me_json(structure, person, on, names), me_json(full, person, on, names));
  }
  EXPECT_EQ(structure.keys().size(), full.keys().size());
  EXPECT_EQ(structure.dictionary().size(), full.dictionary().size());
  EXPECT_TRUE(structure.may_see_as_guardian(mother, masha, kMonday));
  EXPECT_EQ(structure.lesson(lesson), nullptr);
  EXPECT_EQ(structure.entry(h.entry(0).statement.id), nullptr);
}

// What registers are written of: readers have the structure alone.
TEST_F(States, WhatIsSentAskedAndAttachedIsPartOfTheStructure) {
  const Hash file{{7}};
  const Id task = h.by(teacher, Role::kTeacher)
                      .add(ledger::TaskAssigned{physics, {masha}, "Реферат", day("2026-12-01"), {file}});
  const Id sent = h.by(masha, Role::kStudent).add(ledger::SubmissionSent{task, file});
  h.by(teacher, Role::kTeacher).add(ledger::SubmissionReviewed{sent, true});
  h.by(teacher, Role::kTeacher).add(ledger::MaterialPublished{physics, "Конспект", "notes", file, {}});
  h.by(teacher, Role::kTeacher).add(ledger::FileAttached{task, file, 9, "application/pdf"});
  const Id asked = h.by(masha, Role::kStudent).add(ledger::ConsultationRequested{teacher});
  h.by(teacher, Role::kTeacher).add(ledger::ConsultationAnswered{asked});
  for (const SchoolState* state : {&h.state(), &h.structure()}) {
    const auto* submission = state->plans().submission(sent);
    ASSERT_NE(submission, nullptr);
    EXPECT_EQ(submission->file, file);
    EXPECT_EQ(submission->student, masha);
    EXPECT_TRUE(submission->reviewed && submission->accepted);
    EXPECT_EQ(state->plans().task(task)->title, "Реферат");
    EXPECT_EQ(state->plans().materials().size(), 1U);
    ASSERT_NE(state->office().attachments(task), nullptr);
    EXPECT_EQ(state->office().attachments(task)->front().size, 9U);
    EXPECT_EQ(state->office().attachments(sent), nullptr);
    EXPECT_TRUE(state->office().consultations().at(asked).answered.has_value());
  }
  EXPECT_EQ(h.structure().structure_version(), h.state().structure_version());
}

}  // namespace
}  // namespace letopis::projections
