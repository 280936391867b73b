// Periods, calendar, bells, classes, groups, timetables, changes to single lessons.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Structure : public Rules {
 protected:
  PeriodDefined period(std::string_view kind, std::string_view from, std::string_view to) {
    return {some_id(), "Период", kind, day(from), day(to), {}, {}};
  }
  CalendarExceptionSet day_off(std::string_view from, std::string_view to) {
    return {{}, day(from), day(to), DayKind::kDayOff, 0, {}};
  }
  TimetablePublished timetable(const Id& group, int weekday, int slot, const Id& of) {
    return {group, {{static_cast<std::uint8_t>(weekday), static_cast<std::uint8_t>(slot), of, "21"}}};
  }
};

TEST_F(Structure, ADictionaryEntryHoldsForASpanInOrder) {
  const DictionaryEntryDefined kind{"work_kind", "essay", "Сочинение", {}};
  const auto accepted = ruling(as_administrator(), kind);
  EXPECT_EQ(text(accepted), "accepted");
  EXPECT_EQ(accepted.awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(as_administrator().from("2026-12-02").to("2026-12-01"), kind), "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01").to("2026-12-01"), kind), "accepted");
}

TEST_F(Structure, AYearEndsAfterItBegins) {
  EXPECT_EQ(ruled(as_administrator(), YearOpened{"2026/27", day("2026-09-01"), day("2027-05-31")}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), YearOpened{"2026/27", day("2027-05-31"), day("2026-09-01")}),
            "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator(), YearOpened{"2026/27", {}, day("2027-05-31")}), "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator(), YearOpened{"2026/27", day("2026-09-01"), day("2026-09-01") + 400}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), YearOpened{"2026/27", day("2026-09-01"), day("2026-09-01") + 401}),
            "refused invalid_value");
}

TEST_F(Structure, AnActTakesEffectBeforeItEnds) {
  EXPECT_EQ(ruled(as_administrator().basis("order", "1").from("2026-12-02").to("2026-12-01"),
                  ClassOpened{some_id(), "8А", 8, {}}),
            "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator().basis("order", "1").from("2026-12-01").to("2026-12-01"),
                  ClassOpened{some_id(), "8А", 8, {}}),
            "accepted");
}

TEST_F(Structure, TwoPeriodsOfOneKindDoNotOverlap) {
  const Id first = h.period("2 четверть", "2026-10-26", "2026-12-27");
  EXPECT_EQ(ruled(as_deputy(), period("quarter", "2026-12-27", "2027-03-21")), "refused period_overlap");
  EXPECT_EQ(ruled(as_deputy(), period("quarter", "2026-12-28", "2027-03-21")), "accepted");
  EXPECT_EQ(ruled(as_deputy(), period("semester", "2026-09-01", "2026-12-27")), "accepted")
      << "quarters lie in semesters";
  auto corrected = period("quarter", "2026-10-26", "2026-12-29");
  corrected.period = first;
  EXPECT_EQ(ruled(as_deputy(), corrected), "accepted") << "a period does not overlap itself";
}

// Deadlines rest on what was recorded before: a period that counts already is not told anew.
TEST_F(Structure, APeriodThatHasBegunKeepsWhatDeadlinesRestOn) {
  auto told_first = period("semester", "2026-09-01", "2026-12-26");
  told_first.marks_from = day("2026-12-14");
  told_first.marks_to = day("2026-12-24");
  as_deputy().add(told_first);
  const auto with = [&](auto change) {
    PeriodDefined anew = told_first;
    change(anew);
    return ruled(as_deputy(), anew);
  };
  const auto from = [](PeriodDefined& p) { p.from = day("2026-09-02"); };
  const auto grades = [](PeriodDefined& p) { p.grades = {{1, 4}}; };
  const auto later = [](PeriodDefined& p) { p.marks_to = day("2026-12-30"); };
  const auto title = [](PeriodDefined& p) { p.title = "Первый семестр"; };
  EXPECT_EQ(with(title), "accepted");
  EXPECT_EQ(with(from), "refused retroactive_effect");
  EXPECT_EQ(with(grades), "refused retroactive_effect");
  EXPECT_EQ(with([](PeriodDefined& p) { p.to = day("2026-11-23"); }), "refused retroactive_effect") << "today";
  h.at("2026-11-24 09:30");
  EXPECT_EQ(with(later), "accepted") << "before the window opens";
  EXPECT_EQ(with([](PeriodDefined& p) { p.to = day("2026-12-28"); }), "accepted");
  as_deputy().from("2026-11-24");
  h.at("2026-12-20 09:30");  // r000: the last seven days
  EXPECT_EQ(with(later), "refused retroactive_effect") << "the window is open";
  EXPECT_EQ(with(title), "accepted");
  h.at("2026-12-27 09:30");
  as_deputy().add(PeriodClosed{told_first.period});
  EXPECT_EQ(with(title), "refused period_closed");
}

TEST_F(Structure, APeriodToComeIsToldAnewButNotIntoThePast) {
  const auto next = period("semester", "2027-01-11", "2027-05-31");
  as_deputy().add(next);
  PeriodDefined anew = next;
  anew.from = day("2027-01-12");
  EXPECT_EQ(ruled(as_deputy(), anew), "accepted");
  anew.from = day("2026-11-23");
  EXPECT_EQ(ruled(as_deputy(), anew), "refused retroactive_effect") << "today has begun";
}

TEST_F(Structure, APeriodLastsAtMostAYear) {
  EXPECT_EQ(ruled(as_deputy(), period("year", "2026-09-01", "2027-10-06")), "accepted");
  EXPECT_EQ(ruled(as_deputy(), period("year", "2026-09-01", "2027-10-07")), "refused invalid_value");
  EXPECT_EQ(ruled(as_deputy(), period("year", "2026-09-02", "2026-09-01")), "refused invalid_value");
}

TEST_F(Structure, TheCalendarChangesFromTomorrowOn) {
  EXPECT_EQ(ruled(as_director(), day_off("2026-11-24", "2026-11-24")), "accepted");
  EXPECT_EQ(ruled(as_director(), day_off("2026-11-23", "2026-11-24")), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_director(), day_off("2026-11-25", "2026-11-24")), "refused invalid_value");
  auto of_class = day_off("2026-11-24", "2026-11-24");
  of_class.klass = h.klass("7А");
  EXPECT_EQ(ruled(as_director(), of_class), "accepted");
  of_class.klass = some_id();
  EXPECT_EQ(ruled(as_director(), of_class), "refused unknown_reference");
}

TEST_F(Structure, BellsFollowOneAnother) {
  EXPECT_EQ(ruled(as_deputy(), BellsSet{{{1, {510}, {555}}, {2, {555}, {600}}}}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), BellsSet{{{1, {510}, {555}}, {2, {554}, {600}}}}), "refused invalid_value") << "overlap";
  EXPECT_EQ(ruled(as_deputy(), BellsSet{{{2, {510}, {555}}, {1, {565}, {600}}}}), "refused invalid_value") << "order";
  EXPECT_EQ(ruled(as_deputy(), BellsSet{{{1, {555}, {555}}}}), "refused invalid_value") << "no time at all";
  EXPECT_EQ(ruled(as_deputy(), BellsSet{{{17, {510}, {555}}}}), "refused invalid_value");
  EXPECT_EQ(ruled(as_deputy().from("2026-11-23"), BellsSet{{{1, {510}, {555}}}}), "refused retroactive_effect");
}

TEST_F(Structure, ClassesAndGroupsAreOpenedOnce) {
  EXPECT_EQ(ruled(as_director(), ClassOpened{some_id(), "8В", 8, {}}), "accepted");
  EXPECT_EQ(ruled(as_director(), ClassOpened{h.klass("7А"), "7А", 7, {}}), "refused group_exists");
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "7А";
  opened.subject = "История";
  opened.kind = "class";
  opened.classes = {h.klass("7А")};
  EXPECT_EQ(ruled(as_deputy(), opened), "accepted");
  opened.classes.push_back(some_id());
  EXPECT_EQ(ruled(as_deputy(), opened), "refused unknown_reference");
  opened.classes.pop_back();
  opened.group = physics;
  EXPECT_EQ(ruled(as_deputy(), opened), "refused group_exists");
}

TEST_F(Structure, AClassTeacherIsAKnownPersonOfAKnownClass) {
  EXPECT_EQ(ruled(as_director(), ClassTeacherAppointed{h.klass("7А"), teacher}), "accepted");
  EXPECT_EQ(ruled(as_director(), ClassTeacherAppointed{some_id(), teacher}), "refused unknown_reference");
  EXPECT_EQ(ruled(as_director(), ClassTeacherAppointed{h.klass("7А"), some_id()}), "refused person_unknown");
}

TEST_F(Structure, GroupMembersAreKeptByTheOfficeAndTheOwnClassTeacher) {
  const Id biology = h.group("7Б", "Биология", {teacher});
  EXPECT_EQ(ruled(as_administrator(), GroupMemberSet{biology, masha}), "accepted");
  EXPECT_EQ(ruled(as_curator(), GroupMemberSet{chemistry, masha}), "accepted");
  EXPECT_EQ(ruled(as_curator(), GroupMemberSet{biology, masha}), "refused not_own_group");
  EXPECT_EQ(ruled(as_administrator(), GroupMemberSet{some_id(), masha}), "refused unknown_reference");
  EXPECT_EQ(ruled(as_administrator(), GroupMemberSet{biology, some_id()}), "refused person_unknown");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-02").to("2026-12-01"), GroupMemberSet{biology, masha}),
            "refused invalid_value");
}

// r000 3.3: from subgroup to subgroup at the end of a period only.
TEST_F(Structure, APupilMovesBetweenSubgroupsWithTheFirstDayOfAPeriod) {
  const auto semester = [&](std::string_view from, std::string_view to) {
    PeriodDefined defined;
    defined.period = some_id();
    defined.title = "Семестр";
    defined.kind = "semester";
    defined.from = day(from);
    defined.to = day(to);
    as_deputy().add(defined);
  };
  semester("2026-11-09", "2026-12-27");
  semester("2027-01-11", "2027-05-31");
  const auto subgroup = [&](std::string_view subject) {
    TeachingGroupOpened opened;
    opened.group = some_id();
    opened.label = "7А/1";
    opened.subject = subject;
    opened.kind = "subgroup";
    opened.classes = {h.klass("7А")};
    as_deputy().add(opened);
    return opened.group;
  };
  const Id first = subgroup("Английский язык"), second = subgroup("Английский язык"),
           computing = subgroup("Информатика");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), GroupMemberSet{first, masha}), "accepted")
      << "comes from nowhere";
  as_administrator().from("2026-11-24").add(GroupMemberSet{first, masha});
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), GroupMemberSet{second, masha}),
            "refused subgroup_move_mid_period");
  EXPECT_EQ(ruled(as_administrator().from("2027-01-10"), GroupMemberSet{second, masha}),
            "refused subgroup_move_mid_period");
  // Leaving the one today and joining the other tomorrow is the same move.
  as_administrator().from("2026-11-24").to("2026-11-25").add(GroupMemberSet{computing, petya});
  as_administrator().from("2026-11-24").to("2026-11-24").add(GroupMemberSet{first, petya});
  EXPECT_EQ(ruled(as_administrator().from("2026-11-27"), GroupMemberSet{second, petya}),
            "refused subgroup_move_mid_period");
  EXPECT_EQ(ruled(as_administrator().from("2027-01-11"), GroupMemberSet{second, petya}), "accepted");
  EXPECT_EQ(ruled(as_administrator().from("2027-01-11"), GroupMemberSet{second, masha}), "accepted");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), GroupMemberSet{computing, masha}), "accepted")
      << "another subject";
  adopt(r000_with("when = \"period_end_only\"", "when = \"any_time\""), "2026-11-24");
  h.at("2026-11-24 09:30");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), GroupMemberSet{second, masha}), "accepted")
      << "where the profile lets it";
}

TEST_F(Structure, MovementsAreOrderedByDocument) {
  const Id b7 = h.klass("7Б");
  const MovementOrdered transfer{masha, b7, Movement::kTransferred};
  EXPECT_EQ(ruled(as_secretary(), transfer), "refused no_basis");
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), transfer), "accepted");
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), MovementOrdered{some_id(), b7, Movement::kEnrolled}),
            "refused person_unknown");
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), MovementOrdered{masha, some_id(), Movement::kTransferred}),
            "refused unknown_reference");
  EXPECT_EQ(ruled(as_curator().basis("order", "9"), MovementOrdered{masha, h.klass("7А"), Movement::kReturned}),
            "accepted");
  EXPECT_EQ(ruled(as_curator().basis("order", "9"), transfer), "refused not_own_group");
}

TEST_F(Structure, OnlyAPupilIsExpelled) {
  const MovementOrdered expelled{masha, {}, Movement::kExpelled};
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), expelled), "accepted");
  as_secretary().basis("order", "9").add(expelled);
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), expelled), "refused not_enrolled");
}

TEST_F(Structure, TeachingIsAssignedToKnownPeople) {
  EXPECT_EQ(ruled(as_deputy(), TeachingAssigned{colleague, physics, 2, teacher}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), TeachingAssigned{colleague, some_id(), 2, {}}), "refused unknown_reference");
  EXPECT_EQ(ruled(as_deputy(), TeachingAssigned{some_id(), physics, 2, {}}), "refused person_unknown");
  EXPECT_EQ(ruled(as_deputy(), TeachingAssigned{colleague, physics, 2, some_id()}), "refused person_unknown");
  EXPECT_EQ(ruled(as_deputy().from("2026-12-02").to("2026-12-01"), TeachingAssigned{colleague, physics, 2, {}}),
            "refused invalid_value");
}

TEST_F(Structure, ATimetableHoldsFromTheNextMidnight) {
  EXPECT_EQ(ruled(as_deputy(), timetable(physics, 1, 2, teacher)), "accepted");
  EXPECT_EQ(ruled(as_deputy().from("2026-11-24"), timetable(physics, 1, 2, teacher)), "accepted");
  EXPECT_EQ(ruled(as_deputy().from("2026-11-23"), timetable(physics, 1, 2, teacher)), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_deputy(), timetable(some_id(), 1, 2, teacher)), "refused unknown_reference");
  EXPECT_EQ(ruled(as_deputy(), timetable(physics, 1, 2, some_id())), "refused person_unknown");
  EXPECT_EQ(ruled(as_deputy(), timetable(physics, 8, 2, teacher)), "refused invalid_value");
  EXPECT_EQ(ruled(as_deputy(), timetable(physics, 1, 17, teacher)), "refused invalid_value");
  EXPECT_EQ(ruled(as_deputy(), timetable(physics, 1, 0, teacher)), "refused invalid_value");
}

TEST_F(Structure, OnlyATimetableThatIsThereIsChanged) {
  const Id history = h.group("7А", "История", {teacher});
  const std::vector<Slot> slots{{1, 4, teacher, "3"}};
  EXPECT_EQ(ruled(as_deputy(), TimetableChanged{physics, slots}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), TimetableChanged{history, slots}), "refused target_missing");
  EXPECT_EQ(ruled(as_deputy(), TimetableChanged{some_id(), slots}), "refused unknown_reference");
}

TEST_F(Structure, ALessonIsCancelledBeforeItBegins) {
  const LessonCancelled body{chemistry, day("2026-11-23"), 5};
  EXPECT_EQ(ruled_at("2026-11-23 12:19", as_deputy(), body), "accepted");
  EXPECT_EQ(ruled_at("2026-11-23 12:20", as_deputy(), body), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_deputy(), LessonCancelled{chemistry, day("2026-11-24"), 5}), "refused outside_timetable");
  as_deputy().add(body);
  EXPECT_EQ(ruled(as_deputy(), body), "refused already_decided");
  EXPECT_EQ(ruled(as_deputy(), SubstitutionOrdered{chemistry, day("2026-11-23"), 5, colleague, teacher, {}, {}}),
            "refused state_clash")
      << "nobody holds what is cancelled";
}

TEST_F(Structure, ALessonIsMovedBeforeItBeginsToADayWithSuchABell) {
  const auto moved = [&](std::string_view date, int slot, std::string_view to, int to_slot) {
    return LessonMoved{
        chemistry, day(date), static_cast<std::uint8_t>(slot), day(to), static_cast<std::uint8_t>(to_slot), {}};
  };
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-24", 6)), "accepted");
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-23", 7)), "accepted");
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-22", 6)), "refused invalid_value");
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-24", 9)), "refused invalid_value") << "no ninth bell";
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-29", 6)), "refused invalid_value") << "a Sunday";
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 5, "2026-11-23", 1)), "refused retroactive_effect")
      << "this morning's first lesson has begun";
  EXPECT_EQ(ruled(as_deputy(), moved("2026-11-23", 4, "2026-11-24", 6)), "refused outside_timetable");
  EXPECT_EQ(ruled_at("2026-11-23 12:20", as_deputy(), moved("2026-11-23", 5, "2026-11-24", 6)),
            "refused retroactive_effect");
}

TEST_F(Structure, ASubstitutionIsOrderedForTodayOrLater) {
  const SubstitutionOrdered body{physics, day("2026-11-23"), 2, teacher, colleague, {}, {}};
  EXPECT_EQ(ruled_at("2026-11-23 09:55", as_deputy(), body), "accepted") << "the teacher fell ill in the morning";
  EXPECT_EQ(ruled_at("2026-11-24 08:00", as_deputy(), body), "refused retroactive_effect");
  auto other = body;
  other.substitute = some_id();
  EXPECT_EQ(ruled(as_deputy(), other), "refused person_unknown");
  other.substitute = teacher;
  EXPECT_EQ(ruled(as_deputy(), other), "refused invalid_value");
  other = body;
  other.slot = 3;
  EXPECT_EQ(ruled(as_deputy(), other), "refused outside_timetable");
}

TEST_F(Structure, WhatASubstituteHasSignedForIsOrderedNoMore) {
  const SubstitutionOrdered body{physics, day("2026-11-23"), 2, teacher, colleague, {}, {}};
  const Id ordered = as_deputy().add(body);
  const Id other = h.teacher();
  const SubstitutionOrdered again{physics, day("2026-11-23"), 2, teacher, other, {}, {}};
  EXPECT_EQ(ruled(as_deputy(), again), "accepted") << "until it is signed for";
  h.by(colleague).add(SubstitutionSigned{ordered});
  EXPECT_EQ(ruled(as_deputy(), again), "refused already_decided");
}

TEST_F(Structure, ALessonThatWasMovedIsSubstitutedOnTheDayItIsHeld) {
  h.move(physics, "2026-11-26", 3, "2026-11-27", 5);
  const SubstitutionOrdered body{physics, day("2026-11-26"), 3, teacher, colleague, {}, {}};
  EXPECT_EQ(ruled_at("2026-11-27 08:00", as_deputy(), body), "accepted");
  EXPECT_EQ(ruled_at("2026-11-28 08:00", as_deputy(), body), "refused retroactive_effect");
}

}  // namespace
}  // namespace letopis::commands
