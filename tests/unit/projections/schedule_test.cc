// Which lessons a group has on a day, and when its classes are over, by the timetable, the calendar and what was changed.

#include "projections/schedule.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::DayKind;
using ledger::Role;
using test::day;

class Schedules : public testing::Test, protected SmallSchool {
 protected:
  const SchoolState& state() const { return h.state(); }
  std::vector<int> slots(const Id& group, Date date) const {
    std::vector<int> found;
    for (const auto& lesson : lessons_on(state(), group, date)) found.push_back(lesson.slot);
    return found;
  }
};

TEST_F(Schedules, LessonsStandOnTheirWeekdayAtTheirBell) {
  const auto lessons = lessons_on(state(), physics, kMonday);
  ASSERT_EQ(lessons.size(), 1U);
  EXPECT_EQ(lessons[0].id, lesson_id(physics, kMonday, 2));
  EXPECT_EQ(lessons[0].starts, h.local("2026-11-23 09:25"));
  EXPECT_EQ(lessons[0].ends, h.local("2026-11-23 10:10"));
  EXPECT_EQ(lessons[0].teacher, teacher);
  EXPECT_TRUE(lessons_on(state(), physics, kMonday + 1).empty());
  EXPECT_TRUE(scheduled(state(), physics, kMonday, 2));
  EXPECT_FALSE(scheduled(state(), physics, kMonday, 3));
  EXPECT_FALSE(scheduled(state(), masha, kMonday, 2)) << "no such group";
}

TEST_F(Schedules, TheYearBeginsWithTheTimetable) {
  EXPECT_TRUE(slots(physics, day("2026-08-31")).empty());  // a Monday before it took effect
  EXPECT_EQ(slots(physics, day("2026-09-03")), std::vector{3});
}

TEST_F(Schedules, AHolidayHasNoLessons) {
  h.day_exception("2026-11-23", "2026-11-24", DayKind::kHoliday);
  EXPECT_TRUE(slots(physics, kMonday).empty());
  EXPECT_EQ(school_weekday(state(), {}, kMonday), 0);
  EXPECT_EQ(slots(physics, kMonday + 7), std::vector{2});
  EXPECT_EQ(school_weekday(state(), {}, kMonday + 6), 0) << "Sunday";
}

TEST_F(Schedules, AWorkingSaturdayTakesAnotherDaysLessons) {
  const Date saturday = kMonday + 5;
  EXPECT_TRUE(slots(physics, saturday).empty());
  h.day_exception("2026-11-28", "2026-11-28", DayKind::kWorking, {}, 4);
  EXPECT_EQ(school_weekday(state(), {}, saturday), 4);
  EXPECT_EQ(slots(physics, saturday), std::vector{3});
  EXPECT_EQ(lessons_on(state(), physics, saturday)[0].starts, h.local("2026-11-28 10:20"));
}

TEST_F(Schedules, AnExceptionForAClassWinsOverOneForTheSchool) {
  const Id seventh = h.klass("7А");
  const Id other = h.group("7Б", "Физика", {teacher});
  h.timetable(other, {{1, 2, teacher}});
  h.day_exception("2026-11-23", "2026-11-23", DayKind::kQuarantine, seventh);
  h.day_exception("2026-11-23", "2026-11-23", DayKind::kDayOff);  // later, but for all
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  EXPECT_TRUE(slots(other, kMonday).empty());
  h.day_exception("2026-11-23", "2026-11-23", DayKind::kDayOff, seventh);  // later and for the class
  EXPECT_TRUE(slots(physics, kMonday).empty());
}

class StudySchedules : public Schedules {
 protected:
  void set(const Id& klass, const char* from, const char* to, const char* kind) {
    h.by(h.deputy(), Role::kDeputyHead).add(ledger::StudyScheduleSet{klass, {{day(from), day(to), kind}}});
  }
  Id open(std::vector<Id> classes, const char* kind) {
    ledger::TeachingGroupOpened opened;
    opened.group = SeededRandom(h.size()).id();
    opened.label = "группа";
    opened.subject = "Практика";
    opened.kind = kind;
    opened.classes = std::move(classes);
    h.by(h.deputy(), Role::kDeputyHead).add(opened);
    h.timetable(opened.group, {{1, 2, teacher}});
    return opened.group;
  }
  const Id seventh = h.klass("7А");
};

TEST_F(StudySchedules, Clause5_3LessonsGiveWayToPracticeSessionAndHolidays) {  // r002
  for (const char* kind : {"practice", "session", "holidays"}) {
    set(seventh, "2026-11-23", "2026-11-25", kind);
    EXPECT_TRUE(slots(physics, kMonday).empty()) << kind;
    EXPECT_EQ(study_instead(state(), {seventh}, kMonday), kind);
    EXPECT_EQ(slots(physics, kMonday + 3), std::vector{3}) << "the day after";
    EXPECT_FALSE(scheduled(state(), physics, kMonday, 2));
    EXPECT_FALSE(classes_over(state(), physics, kMonday));
  }
  set(seventh, "2026-11-23", "2026-11-25", "theory");
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
}

TEST_F(StudySchedules, Clause5_3TheGroupsOfPracticeHaveTheirs) {
  const Id practice = open({seventh}, "practice");
  set(seventh, "2026-11-23", "2026-11-25", "practice");
  EXPECT_EQ(slots(practice, kMonday), std::vector{2});
  set(seventh, "2026-11-23", "2026-11-25", "session");
  EXPECT_TRUE(slots(practice, kMonday).empty());
}

TEST_F(StudySchedules, Clause5_3AStreamRestsWhenAllOfItsClassesDo) {
  const Id other = h.klass("7Б");
  const Id stream = open({seventh, other}, "stream");
  set(seventh, "2026-11-23", "2026-11-25", "practice");
  EXPECT_EQ(slots(stream, kMonday), std::vector{2});
  set(other, "2026-11-23", "2026-11-23", "session");
  EXPECT_TRUE(slots(stream, kMonday).empty());
}

TEST_F(StudySchedules, Clause5_3AWorkingDayOfTheClassByNameHasLessons) {
  set(seventh, "2026-11-23", "2026-11-25", "practice");
  h.day_exception("2026-11-23", "2026-11-23", DayKind::kWorking);
  EXPECT_TRUE(slots(physics, kMonday).empty()) << "for the whole school";
  h.day_exception("2026-11-23", "2026-11-23", DayKind::kWorking, seventh);
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
}

TEST_F(StudySchedules, Clause5_3AScheduleOfTodayHoldsFromTomorrow) {
  h.at("2026-11-23 08:00");
  set(seventh, "2026-11-23", "2026-11-30", "practice");
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  EXPECT_TRUE(slots(physics, kMonday + 3).empty());
}

TEST_F(StudySchedules, Clause5_3OtherKindsMeanWhatTheDictionarySays) {
  set(seventh, "2026-11-23", "2026-11-25", "diploma");
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  h.add(ledger::DictionaryEntryDefined{"study_kind", "diploma", "Диплом", {{"lessons", "false"}}});
  EXPECT_TRUE(slots(physics, kMonday).empty());
}

TEST_F(Schedules, ATimetableEndsWithItsSchoolYear) {
  EXPECT_EQ(slots(physics, day("2027-07-05")), std::vector{2}) << "no year was opened yet";
  h.by(h.administrator(), Role::kAdministrator)
      .add(ledger::YearOpened{"2026/27", day("2026-09-01"), day("2027-05-31")});
  EXPECT_EQ(slots(physics, day("2027-05-31")), std::vector{2});
  EXPECT_TRUE(slots(physics, day("2027-06-03")).empty());
  EXPECT_TRUE(lessons_held_on(state(), physics, day("2027-07-05")).empty());
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  h.by(h.administrator(), Role::kAdministrator)
      .add(ledger::YearOpened{"2027/28", day("2027-09-01"), day("2028-05-31")});
  EXPECT_TRUE(slots(physics, day("2027-08-30")).empty());
  EXPECT_EQ(slots(physics, day("2027-09-06")), std::vector{2});
  EXPECT_EQ(school_weekday(state(), {}, day("2027-07-05")), 1) << "a working day of the school all the same";
}

// Grade-1 holidays (or a day off of one class) leave the pupils of the other class their lesson.
TEST_F(Schedules, AHolidayOfOneOfMergedClassesLeavesTheOthersTheirs) {
  const Id first = h.klass("1А", 1), third = h.klass("3А", 3);
  ledger::TeachingGroupOpened opened;
  opened.group = SeededRandom(9).id();
  opened.label = "1А+3А";
  opened.subject = "Музыка";
  opened.kind = "merged";
  opened.classes = {first, third};
  h.by(h.deputy(), Role::kDeputyHead).add(opened);
  h.from("2026-09-01").timetable(opened.group, {{1, 2, teacher}});
  const auto days_off = [&](const Id& klass, std::vector<ledger::GradeSpan> grades) {
    h.by(h.director(), Role::kDirector)
        .add(ledger::CalendarExceptionSet{klass, kMonday + 7, kMonday + 7, DayKind::kHoliday, 0, "Каникулы",
                                          std::move(grades)});
  };
  const Id of_the_first = h.student(opened.group), of_the_third = h.person(Role::kStudent);
  h.by(h.secretary(), Role::kSecretary)
      .from("2026-09-01")
      .add(ledger::MovementOrdered{of_the_third, third, ledger::Movement::kEnrolled});
  h.enrol(opened.group, of_the_third);
  EXPECT_TRUE(awaited_in_lessons(state(), opened.group, of_the_first, kMonday + 7));
  days_off({}, {{1, 1}});
  EXPECT_FALSE(awaited_in_lessons(state(), opened.group, of_the_first, kMonday + 7));
  EXPECT_TRUE(awaited_in_lessons(state(), opened.group, of_the_first, kMonday + 14));
  EXPECT_TRUE(awaited_in_lessons(state(), opened.group, of_the_third, kMonday + 7));
  EXPECT_FALSE(awaited_in_lessons(state(), physics, of_the_third, kMonday)) << "not in that group";
  EXPECT_EQ(slots(opened.group, kMonday + 7), std::vector{2});
  EXPECT_EQ(school_weekday(state(), {first}, kMonday + 7), 0);
  days_off(third, {});
  EXPECT_TRUE(slots(opened.group, kMonday + 7).empty()) << "nobody is left";
}

TEST_F(Schedules, ANewTimetableWaitsForNobodyToOpenTheYear) {
  h.by(h.administrator(), Role::kAdministrator)
      .add(ledger::YearOpened{"2026/27", day("2026-09-01"), day("2027-05-31")});
  const Date monday = day("2027-09-06");
  EXPECT_TRUE(slots(physics, monday).empty()) << "last year's timetable";
  h.from("2027-09-01").timetable(physics, {{1, 4, teacher}});
  EXPECT_EQ(slots(physics, monday), std::vector{4});
  EXPECT_TRUE(slots(physics, day("2027-08-30")).empty());
  h.by(h.administrator(), Role::kAdministrator)
      .add(ledger::YearOpened{"2027/28", day("2027-09-13"), day("2028-05-31")});
  EXPECT_TRUE(slots(physics, monday).empty()) << "the year begins a week later";
  EXPECT_EQ(slots(physics, monday + 7), std::vector{4});
}

TEST_F(Schedules, ATimetableEndsWithItsClass) {
  h.from("2026-11-24").by(h.director(), Role::kDirector).add(ledger::ClassReorganised{h.klass("7А"), {h.klass("7Б")}});
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  EXPECT_TRUE(slots(physics, kMonday + 3).empty());
}

TEST_F(Schedules, ABranchRingsItsOwnBells) {
  const Id there = SeededRandom(7).id();
  h.by(h.director(), Role::kDirector).add(ledger::ClassOpened{there, "11", 1, "kasli", {}});
  ledger::TeachingGroupOpened opened;
  opened.group = SeededRandom(8).id();
  opened.label = "11";
  opened.subject = "Физика";
  opened.classes = {there};
  h.by(h.deputy(), Role::kDeputyHead).add(opened);
  h.timetable(opened.group, {{1, 2, teacher}});
  h.branch("kasli").by(h.deputy(), Role::kDeputyHead).add(ledger::BellsSet{{{2, {600}, {645}}}, 1});
  EXPECT_EQ(lessons_on(state(), opened.group, kMonday).at(0).starts, h.local("2026-11-23 10:00"));
  EXPECT_EQ(lessons_on(state(), physics, kMonday).at(0).starts, h.local("2026-11-23 09:25"));
}

TEST_F(Schedules, ACalendarLearntDuringTheDayLeavesTheDayAlone) {
  h.at("2026-11-23 08:00").day_exception("2026-11-23", "2026-11-26", DayKind::kDayOff);
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  EXPECT_TRUE(slots(physics, kMonday + 3).empty());
}

TEST_F(Schedules, WhatIsRecordedAtMidnightItselfIsKnown) {
  h.at("2026-11-23 00:00").day_exception("2026-11-23", "2026-11-23", DayKind::kDayOff);
  EXPECT_TRUE(slots(physics, kMonday).empty());
}

TEST_F(Schedules, NewBellsAndTimetablesHoldFromTheNextMidnight) {
  h.at("2026-11-23 07:00").bells({{2, {600}, {640}}});
  h.by(h.deputy(), Role::kDeputyHead)
      .add(ledger::TimetableChanged{physics, {{1, 5, teacher, "3"}, {4, 2, teacher, "3"}}});
  EXPECT_EQ(slots(physics, kMonday), std::vector{2});
  EXPECT_EQ(lessons_on(state(), physics, kMonday)[0].starts, h.local("2026-11-23 09:25"));
  EXPECT_EQ(slots(physics, kMonday + 3), std::vector{2});
  EXPECT_EQ(lessons_on(state(), physics, kMonday + 3)[0].starts, h.local("2026-11-26 10:00"));
  EXPECT_TRUE(slots(physics, kMonday + 7).empty()) << "the new bells have no fifth lesson";
}

TEST_F(Schedules, AnOffsetThatChangesAtMidnightMovesTheBells) {
  h.at("2026-11-23 12:00")
      .from("2026-11-26")
      .by(h.administrator(), Role::kAdministrator)
      .add(ledger::ZoneOffsetSet{4 * 3600});
  EXPECT_EQ(lessons_on(state(), physics, kMonday + 3)[0].starts, at_local(kMonday + 3, 620, UtcOffset{4 * 3600}));
}

TEST_F(Schedules, ChangesToOneLessonAddUp) {
  const Id other = h.teacher();
  h.cancel(physics, "2026-11-23", 2);
  EXPECT_TRUE(scheduled(state(), physics, kMonday, 2)->cancelled);
  h.move(physics, "2026-11-23", 2, "2026-11-24", 4);
  h.substitute(physics, "2026-11-23", 2, teacher, other);
  const auto lesson = scheduled(state(), physics, kMonday, 2);
  ASSERT_TRUE(lesson);
  EXPECT_FALSE(lesson->cancelled) << "it is held after all";
  EXPECT_TRUE(lesson->moved);
  EXPECT_EQ(lesson->date, kMonday + 1);
  EXPECT_EQ(lesson->slot, 4);
  EXPECT_EQ(lesson->starts, h.local("2026-11-24 11:20"));
  EXPECT_EQ(lesson->substitute, other);
  EXPECT_EQ(lesson->teacher, teacher);
  EXPECT_EQ(lesson->id, lesson_id(physics, kMonday, 2)) << "its place in the timetable stays its name";
}

TEST_F(Schedules, ChangesCountAsFarAsTheyWereKnown) {
  const auto before = h.now();
  h.move(physics, "2026-11-23", 2, "2026-11-24", 4);
  const auto between = h.now();
  h.cancel(physics, "2026-11-23", 2);
  EXPECT_EQ(scheduled(state(), physics, kMonday, 2, before)->date, kMonday);
  EXPECT_EQ(scheduled(state(), physics, kMonday, 2, between)->date, kMonday + 1);
  EXPECT_FALSE(scheduled(state(), physics, kMonday, 2, between)->cancelled);
  EXPECT_TRUE(scheduled(state(), physics, kMonday, 2)->cancelled);
  EXPECT_FALSE(lessons_on(state(), physics, kMonday, kNoChanges)[0].moved);
}

TEST_F(Schedules, ALessonMovedBackIsNotMoved) {
  h.move(physics, "2026-11-23", 2, "2026-11-24", 4);
  h.move(physics, "2026-11-23", 2, "2026-11-23", 2);
  EXPECT_FALSE(scheduled(state(), physics, kMonday, 2)->moved);
  EXPECT_TRUE(lessons_held_on(state(), physics, kMonday + 1).empty());
  EXPECT_EQ(lessons_held_on(state(), physics, kMonday).size(), 1U);
}

TEST_F(Schedules, ADayHoldsWhatIsLeftAndWhatCame) {
  h.move(physics, "2026-11-26", 3, "2026-11-23", 1);
  const auto monday = lessons_held_on(state(), physics, kMonday);
  ASSERT_EQ(monday.size(), 2U);
  EXPECT_EQ(monday[0].slot, 1);
  EXPECT_EQ(monday[0].place.date, kMonday + 3);
  EXPECT_TRUE(lessons_held_on(state(), physics, kMonday + 3).empty());
}

TEST_F(Schedules, ClassesAreOverWithTheLastLessonOfTheClass) {
  const Id chemistry = h.group("7А", "Химия", {teacher});
  h.timetable(chemistry, {{1, 6, teacher}});
  const Id elsewhere = h.group("7Б", "Химия", {teacher});
  h.timetable(elsewhere, {{1, 8, teacher}});
  EXPECT_EQ(classes_over(state(), physics, kMonday), h.local("2026-11-23 14:00"));
  EXPECT_EQ(classes_over(state(), physics, kMonday + 3), h.local("2026-11-26 11:05"));
  EXPECT_FALSE(classes_over(state(), physics, kMonday + 1));
}

TEST_F(Schedules, WhatWasCancelledOrMovedByTheMidnightBeforeCountsWhereItIs) {
  const Id chemistry = h.group("7А", "Химия", {teacher});
  h.timetable(chemistry, {{1, 6, teacher}, {2, 4, teacher}});
  h.cancel(chemistry, "2026-11-23", 6);
  EXPECT_EQ(classes_over(state(), physics, kMonday), h.local("2026-11-23 10:10"));
  h.move(chemistry, "2026-11-24", 4, "2026-11-23", 5);
  EXPECT_EQ(classes_over(state(), physics, kMonday), h.local("2026-11-23 13:05"));
  EXPECT_FALSE(classes_over(state(), physics, kMonday + 1));
  h.at("2026-11-26 07:00").cancel(physics, "2026-11-26", 3);  // after the midnight: moves no deadline
  EXPECT_EQ(classes_over(state(), physics, kMonday + 3), h.local("2026-11-26 11:05"));
}

}  // namespace
}  // namespace letopis::projections
