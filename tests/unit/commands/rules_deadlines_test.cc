// Deadlines: until when each kind of entry is timely, by what was known before its lesson began.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Deadlines : public Rules {
 protected:
  Instant midnight_after(std::string_view date) const { return projections::midnight(h.state(), day(date) + 1); }
  Id lesson_today() { return h.lesson(physics, "2026-11-23", 2); }
  HomeworkSet homework(const Id& lesson) const {
    HomeworkSet set;
    set.lesson = lesson;
    set.text = "§ 12, задачи 3–5";
    return set;
  }
  Statement mark_for(const Id& work) { return h.by(teacher).propose(MarkGiven{work, 0, masha, "4"}); }
};

// --- Each family, to the microsecond

TEST_F(Deadlines, ALessonIsRecordedOnItsDay) {
  const auto statement = h.by(teacher).propose(lesson_of(physics, "2026-11-23", 2));
  expect_until(statement, midnight_after("2026-11-23"), rule::kLessonDeadline);
}

TEST_F(Deadlines, ATopicIsSetOnTheDayOfTheLesson) {
  const Id lesson = lesson_today();
  const auto statement = h.by(teacher).propose(TopicSet{lesson, "Закон Ома", {}, 0});
  expect_until(statement, midnight_after("2026-11-23"), rule::kTopicDeadline);
}

TEST_F(Deadlines, AttendanceIsTakenDaily) {  // r000 3.3
  const Id lesson = lesson_today();
  const auto limit = midnight_after("2026-11-23");
  expect_until(h.by(teacher).propose(AttendanceTaken{lesson, true}), limit, rule::kAttendanceDeadline);
  expect_until(h.by(teacher).propose(AbsenceRecorded{lesson, masha, "н"}), limit, rule::kAttendanceDeadline);
  expect_until(h.by(teacher).propose(LatenessRecorded{lesson, masha, 10}), limit, rule::kAttendanceDeadline);
}

TEST_F(Deadlines, ALessonMarkIsGivenWithinTheSchoolDay) {  // r000 3.3: until 20:00
  const auto statement = mark_for(h.work(lesson_today(), "answer"));
  expect_until(statement, h.local("2026-11-23 20:00"), rule::kLessonMarkDeadline);
}

TEST_F(Deadlines, AWrittenWorkIsMarkedWithinAWeekOfTheDayItWasHeld) {  // r000 3.3: the last midnight of day 7
  const auto statement = mark_for(h.work(lesson_today(), "control"));
  expect_until(statement, midnight_after("2026-11-30"), rule::kWrittenWorkDeadline);
}

TEST_F(Deadlines, AWorkOutsideALessonCountsFromTheDayItWasHeld) {
  const auto statement = mark_for(h.work_outside(physics, "2026-11-25", "control"));
  h.at("2026-11-25 12:00");
  expect_until(statement, midnight_after("2026-12-02"), rule::kWrittenWorkDeadline);
}

TEST_F(Deadlines, HomeworkIsSetWithinThreeHoursAfterTheLastClassOfTheGroupsClasses) {  // r000 3.3
  // Physics ends at 10:10, but 7А has chemistry until 13:05.
  const Id lesson = lesson_today();
  const auto statement = h.by(teacher).propose(homework(lesson));
  expect_until(statement, h.local("2026-11-23 16:05"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, HomeworkCountsEveryGroupOfEveryClassThatSitsInTheGroup) {
  const Id stream = some_id();
  TeachingGroupOpened opened;
  opened.group = stream;
  opened.label = "7А, 7Б";
  opened.subject = "Музыка";
  opened.kind = "stream";
  opened.classes = {h.klass("7А"), h.klass("7Б")};
  as_deputy().add(opened);
  h.by(h.deputy(), Role::kDeputyHead).from("2026-11-30").add(TimetablePublished{stream, {{1, 3, teacher, "5"}}});
  const Id drawing = h.group("7Б", "Черчение", {colleague});
  h.from("2026-11-30").timetable(drawing, {{1, 8, colleague}});
  h.at("2026-11-30 10:20");
  h.by(teacher).add(lesson_of(stream, "2026-11-30", 3));
  HomeworkSet set;
  set.lesson = projections::lesson_id(stream, day("2026-11-30"), 3);
  set.text = "Выучить партию";
  // 7Б sits in drawing until 15:50; 7А alone would be over at 13:05.
  expect_until(h.by(teacher).propose(set), h.local("2026-11-30 18:50"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, ARemarkIsMadeOnTheDayOfTheLesson) {
  const Id lesson = lesson_today();
  const auto statement = h.by(teacher).sealed("remark", masha, some_hash()).propose(RemarkRecorded{masha, lesson, {}});
  expect_until(statement, midnight_after("2026-11-23"), rule::kInformationDeadline);
}

TEST_F(Deadlines, AbsencesAreVerifiedWithinAWeekOfTheirLastDay) {  // r000 3.2
  const auto statement = as_curator().propose(AbsenceExcused{masha, day("2026-11-16"), day("2026-11-19"), true, {}});
  expect_until(statement, midnight_after("2026-11-26"), rule::kExcuseDeadline);
}

TEST_F(Deadlines, LatenessIsToldInFullSecondsUpwards) {
  const auto statement = mark_for(h.work(lesson_today(), "answer"));
  const Instant limit = h.local("2026-11-23 20:00");
  EXPECT_EQ(judge(statement, {limit.micros + kMicrosPerSecond}).late_seconds, 1);
  EXPECT_EQ(judge(statement, {limit.micros + kMicrosPerSecond + 1}).late_seconds, 2);
}

// --- Days that are not like others

TEST_F(Deadlines, HolidaysDoNotStopTheClock) {  // «1 неделя» are seven days, school or not
  h.day_exception("2026-11-24", "2026-11-30", DayKind::kHoliday);
  const auto statement = mark_for(h.work(lesson_today(), "control"));
  expect_until(statement, midnight_after("2026-11-30"), rule::kWrittenWorkDeadline);
}

TEST_F(Deadlines, AHolidayHasNoLessonsToRecord) {
  h.at("2026-11-24 09:00").day_exception("2026-11-26", "2026-11-26", DayKind::kHoliday);
  h.at("2026-11-26 10:30");
  EXPECT_EQ(ruled(h.by(teacher), lesson_of(physics, "2026-11-26", 3)), "refused outside_timetable");
  EXPECT_EQ(ruled_at("2026-11-26 10:30", h.by(teacher), lesson_of(physics, "2026-11-23", 2)), "late lesson_deadline");
}

TEST_F(Deadlines, AHolidayOfOneClassLeavesTheOthersAlone) {
  const Id biology = h.group("7Б", "Биология", {teacher});
  h.from("2026-11-24").timetable(biology, {{4, 3, teacher}});
  h.at("2026-11-24 09:00").day_exception("2026-11-26", "2026-11-26", DayKind::kDayOff, h.klass("7А"));
  h.at("2026-11-26 10:30");
  EXPECT_EQ(ruled(h.by(teacher), lesson_of(physics, "2026-11-26", 3)), "refused outside_timetable");
  EXPECT_EQ(ruled(h.by(teacher), lesson_of(biology, "2026-11-26", 3)), "accepted");
}

TEST_F(Deadlines, AWorkingSaturdayHoldsAnotherDaysLessons) {
  h.at("2026-11-24 09:00").day_exception("2026-11-28", "2026-11-28", DayKind::kWorking, {}, 1);
  h.at("2026-11-28 12:30");
  const Id lesson = h.lesson(physics, "2026-11-28", 2);
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-28", 5)), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-28", 1)), "refused outside_timetable")
      << "Saturday's own lesson is not held";
  expect_until(h.by(teacher).propose(homework(lesson)), h.local("2026-11-28 16:05"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, ANewOffsetMovesTheMidnightsAfterIt) {
  const auto work = h.work(lesson_today(), "control");
  const auto roll = h.by(teacher).propose(AttendanceTaken{lesson_of(physics, "2026-11-23", 2).lesson, true});
  const Instant monday_midnight = at_local(day("2026-11-24"), 0, UtcOffset{3 * 3600});
  h.by(h.administrator(), Role::kAdministrator).from("2026-11-26").add(ZoneOffsetSet{5 * 3600});
  // Day 7 of the written work ends by the new offset, two hours earlier by UTC; Monday ended by the old one.
  expect_until(mark_for(work), at_local(day("2026-12-01"), 0, UtcOffset{5 * 3600}), rule::kWrittenWorkDeadline);
  expect_until(roll, monday_midnight, rule::kAttendanceDeadline);
}

TEST_F(Deadlines, OnTheDayOfANewOffsetTheSchoolDayEndsByIt) {
  h.by(h.administrator(), Role::kAdministrator).from("2026-11-26").add(ZoneOffsetSet{5 * 3600});
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(h.state().lesson(lesson)->starts, at_local(day("2026-11-26"), 620, UtcOffset{5 * 3600}));
  const auto statement = mark_for(h.work(lesson, "answer"));
  expect_until(statement, at_local(day("2026-11-26"), 20 * 60, UtcOffset{5 * 3600}), rule::kLessonMarkDeadline);
}

// --- Lessons elsewhere

TEST_F(Deadlines, AMovedLessonIsDueOnTheDayItIsHeld) {
  h.at("2026-11-24 09:00").move(physics, "2026-11-26", 3, "2026-11-27", 5);
  auto recorded = lesson_of(physics, "2026-11-26", 3);  // its name is its place in the timetable
  recorded.date = day("2026-11-27");
  recorded.slot = 5;
  h.at("2026-11-27 12:25");
  expect_until(h.by(teacher).propose(recorded), midnight_after("2026-11-27"), rule::kLessonDeadline);
  h.by(teacher).add(recorded);
  expect_until(h.by(teacher).propose(AttendanceTaken{recorded.lesson, true}), midnight_after("2026-11-27"),
               rule::kAttendanceDeadline);
  expect_until(mark_for(h.work(recorded.lesson, "answer")), h.local("2026-11-27 20:00"), rule::kLessonMarkDeadline);
}

TEST_F(Deadlines, AMovedLessonIsNotHeldWhereItWas) {
  h.at("2026-11-24 09:00").move(physics, "2026-11-26", 3, "2026-11-27", 5);
  h.at("2026-11-27 12:25");
  EXPECT_EQ(ruled(h.by(teacher), lesson_of(physics, "2026-11-26", 3)), "refused outside_timetable");
}

TEST_F(Deadlines, HomeworkPostedInAdvanceIsTimely) {
  auto ahead = homework(lesson_of(physics, "2026-11-26", 3).lesson);
  ahead.due = day("2026-11-30");
  ahead.group = physics;
  ahead.date = day("2026-11-26");
  ahead.slot = 3;
  // Thursday is over for 7А when physics is: 11:05.
  const auto statement = h.by(teacher).propose(ahead);
  EXPECT_EQ(text(judge(statement, h.now())), "accepted");
  expect_until(statement, h.local("2026-11-26 14:05"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, ALessonOutsideTheTimetableEndsTheDayWhenItIsTheLast) {
  h.at("2026-11-24 17:00");
  const Id club = h.basis("order", "7").lesson_outside(physics, "2026-11-24", 17 * 60, 18 * 60);
  // Tuesday has no classes; three hours after the lesson is earlier than nothing at all.
  expect_until(h.by(teacher).propose(homework(club)), h.local("2026-11-24 21:00"), rule::kHomeworkDeadline);
  expect_until(h.by(teacher).propose(AttendanceTaken{club, true}), midnight_after("2026-11-24"),
               rule::kAttendanceDeadline);
}

// --- What was known before the lesson began

TEST_F(Deadlines, ATimetablePublishedAfterALessonBeganMovesNothing) {
  const Id lesson = lesson_today();
  const auto statement = h.by(teacher).propose(homework(lesson));
  // At noon chemistry is taken off Mondays, from today on; today's classes are what they were at midnight.
  h.at("2026-11-23 12:00").from("2026-11-23");
  as_deputy().add(TimetableChanged{chemistry, {{6, 1, colleague, "5"}}});
  expect_until(statement, h.local("2026-11-23 16:05"), rule::kHomeworkDeadline);
  EXPECT_EQ(ruled_at("2026-11-23 12:30", h.by(colleague), lesson_of(chemistry, "2026-11-23", 5)), "accepted");
  // Next Monday is as published.
  h.at("2026-11-30 09:30");
  const Id next = h.lesson(physics, "2026-11-30", 2);
  expect_until(h.by(teacher).propose(homework(next)), h.local("2026-11-30 13:10"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, BellsRungAnewLeaveTheDayThatHasBegun) {
  h.at("2026-11-23 12:00").from("2026-11-23").bells({{2, {600}, {640}}, {5, {1000}, {1040}}});
  const Id lesson = lesson_today();
  expect_until(h.by(teacher).propose(homework(lesson)), h.local("2026-11-23 16:05"), rule::kHomeworkDeadline);
}

TEST_F(Deadlines, TheProfileInForceBeforeTheLessonJudges) {
  const Id before = h.work(lesson_today(), "answer");
  const Hash stricter = adopt(r000_with("end = \"20:00\"", "end = \"16:00\""), "2026-11-26");
  const auto old_one = mark_for(before);
  expect_until(old_one, h.local("2026-11-23 20:00"), rule::kLessonMarkDeadline);
  EXPECT_NE(judge(old_one, h.now()).profile, stricter);
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  const auto new_one = mark_for(h.work(thursday, "answer"));
  expect_until(new_one, h.local("2026-11-26 16:00"), rule::kLessonMarkDeadline);
  EXPECT_EQ(judge(new_one, h.now()).profile, stricter);
  // Asked again after the change, Monday's mark is judged by Monday's profile still.
  const auto late = judge(mark_for(before), h.now());
  EXPECT_EQ(format_instant(late.deadline), format_instant(h.local("2026-11-23 20:00")));
  EXPECT_NE(late.profile, stricter);
}

TEST_F(Deadlines, AProfileThatHoldsSinceEarlierButCameLaterDoesNotJudge) {
  const Id work = h.work(lesson_today(), "answer");
  // Such an adoption is refused by the rules; even a log that held one would not judge by it.
  adopt(r000_with("end = \"20:00\"", "end = \"11:00\""), "2026-11-20");
  expect_until(mark_for(work), h.local("2026-11-23 20:00"), rule::kLessonMarkDeadline);
}

TEST_F(Deadlines, ARulingNamesHowMuchTheLogHeldBeforeTheLesson) {
  const std::uint64_t before_lesson = h.state().recorded_before(h.local("2026-11-23 09:25"));
  const auto ruling = judge(mark_for(h.work(lesson_today(), "answer")), h.now());
  EXPECT_EQ(ruling.context, before_lesson);
  EXPECT_EQ(ruling.utc_offset, UtcOffset{3 * 3600});
}

// --- A work's kind: what was said of it after the lesson's own deadline lengthens none

// r000 3.3: the week is that of a written work, and what a lesson held is known by the end of its day. Else whoever is late with a
// mark says that it was a written one.
TEST_F(Deadlines, AWrittenWorkPlannedOnceTheLessonsMarksAreDueGetsNoWeek) {
  const Id lesson = lesson_today();
  const Instant due = h.local("2026-11-23 20:00");
  h.at("2026-11-23 20:00");
  const Id in_time = h.work(lesson, "control");  // recorded at 20:00 sharp
  const Id too_late = h.work(lesson, "control");
  ASSERT_EQ(h.state().recorded_before({due.micros + 1}), h.state().work(in_time)->index + 1);
  expect_until(mark_for(in_time), midnight_after("2026-11-30"), rule::kWrittenWorkDeadline);
  const auto late = judge(mark_for(too_late), h.now());
  EXPECT_EQ(text(late), "late lesson_mark_deadline");
  EXPECT_EQ(format_instant(late.deadline), format_instant(due));
}

TEST_F(Deadlines, AWorkOutsideALessonIsPlannedByTheEndOfItsDayToo) {
  const auto late = judge(mark_for(h.work_outside(physics, "2026-11-20", "control")), h.now());
  EXPECT_EQ(text(late), "late lesson_mark_deadline");
  EXPECT_EQ(format_instant(late.deadline), format_instant(h.local("2026-11-20 20:00")));
}

TEST_F(Deadlines, AKindThatIsCalledWrittenAfterwardsLengthensNoDeadline) {
  const Id lesson = lesson_today();
  const Id before = h.work(lesson, "answer");
  h.at("2026-11-24 09:00").work_kind("answer", true);
  const Id after = h.work(lesson, "answer");
  for (const Id& work : {before, after}) {
    const auto late = judge(mark_for(work), h.now());
    EXPECT_EQ(text(late), "late lesson_mark_deadline");
    EXPECT_EQ(format_instant(late.deadline), format_instant(h.local("2026-11-23 20:00")));
  }
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  expect_until(mark_for(h.work(thursday, "answer")), midnight_after("2026-12-03"), rule::kWrittenWorkDeadline);
}

TEST_F(Deadlines, AKindThatIsNoLongerWrittenLeavesTheWorksThatWere) {
  const Id work = h.work(lesson_today(), "control");
  h.at("2026-11-24 09:00").work_kind("control", false);
  expect_until(mark_for(work), midnight_after("2026-11-30"), rule::kWrittenWorkDeadline);
}

// A work's kind is not corrected; it is annulled and planned anew, and that is when it was planned.
TEST_F(Deadlines, AWorkPlannedAnewAsAWrittenOneGetsNoWeek) {
  const Id lesson = lesson_today();
  const Id answer = h.work(lesson, "answer");
  h.at("2026-11-24 09:00");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), EntryCorrected{answer, "control", 0, false}),
            "refused cannot_correct");
  h.annul(answer);
  EXPECT_EQ(text(judge(mark_for(h.work(lesson, "control")), h.now())), "late lesson_mark_deadline");
}

// A school may give written works less time than others; saying late that a work was one does not give it more.
TEST_F(Deadlines, AShorterTimeOfAKindHoldsWheneverItWasPlanned) {
  adopt(r000_with("days_after = 7\nuntil = \"midnight\"\nru = \"Отметка за письменную",
                  "days_after = 0\nuntil = \"12:00\"\nru = \"Отметка за письменную"),
        "2026-11-24");
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  h.at("2026-11-27 09:00");
  const auto late = judge(mark_for(h.work(lesson, "control")), h.now());
  EXPECT_EQ(text(late), "late written_work_deadline");
  EXPECT_EQ(format_instant(late.deadline), format_instant(h.local("2026-11-26 12:00")));
}

// --- What becomes of a late entry

TEST_F(Deadlines, ALateEntryIsMarkedLateUnlessTheProfileSaysOtherwise) {
  EXPECT_EQ(text(judge(mark_for(h.work(lesson_today(), "answer")), h.local("2026-11-23 20:01"))),
            "late lesson_mark_deadline");
}

TEST_F(Deadlines, WhereABasisIsNeededALateEntryNamesOne) {
  adopt(r000_with("policy = \"mark_late\"\nbasis = []",
                  "policy = \"needs_basis\"\nbasis = [\"protocol\", \"referral\", \"certificate\", \"exam_sheet\", "
                  "\"order\"]"),
        "2026-11-24");
  const Id work = h.work(h.lesson(physics, "2026-11-26", 3), "answer");
  const MarkGiven mark{work, 0, masha, "4"};
  EXPECT_EQ(ruled_at("2026-11-26 20:00", h.by(teacher), mark), "accepted");
  EXPECT_EQ(ruled_at("2026-11-26 20:01", h.by(teacher), mark), "refused backdated");
  EXPECT_EQ(ruled_at("2026-11-26 20:01", h.by(teacher).basis("memo", "3"), mark), "refused backdated");
  EXPECT_EQ(ruled_at("2026-11-26 20:01", h.by(teacher).basis("protocol", ""), mark), "refused backdated");
  EXPECT_EQ(ruled_at("2026-11-26 20:01", h.by(teacher).basis("protocol", "3"), mark), "late lesson_mark_deadline");
  auto undated = h.by(teacher).basis("protocol", "3").propose(mark);
  undated.basis->date = {};
  EXPECT_EQ(text(judge(undated, h.local("2026-11-26 20:01"))), "refused backdated");
}

TEST_F(Deadlines, WhereLateEntriesAreRefusedTheyAre) {
  adopt(r000_with("policy = \"mark_late\"", "policy = \"refuse\""), "2026-11-24");
  const Id work = h.work(h.lesson(physics, "2026-11-26", 3), "answer");
  const MarkGiven mark{work, 0, masha, "4"};
  EXPECT_EQ(ruled_at("2026-11-26 20:00", h.by(teacher), mark), "accepted");
  const auto statement = h.by(teacher).basis("protocol", "3").propose(mark);
  const auto refused = judge(statement, h.local("2026-11-26 20:01"));
  EXPECT_EQ(text(refused), "refused backdated");
  EXPECT_EQ(refused.late_seconds, 60);
}

TEST_F(Deadlines, ADeadlineMayHaveAPolicyOfItsOwn) {
  adopt(r000_with("[topic]\nsilent = true\n", "[topic]\nsilent = true\nlate = \"refuse\"\n"), "2026-11-24");
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(ruled_at("2026-11-27 00:01", h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0}), "refused backdated");
  EXPECT_EQ(ruled_at("2026-11-27 00:01", h.by(teacher), AttendanceTaken{lesson, true}), "late attendance_deadline");
}

TEST_F(Deadlines, ARefusalForAnotherReasonStillSaysThatTheEntryWasLate) {
  const Id stranger = h.person(Role::kStudent);
  const Id work = h.work(lesson_today(), "answer");
  const auto ruling = judge(h.by(teacher).propose(MarkGiven{work, 0, stranger, "4"}), h.local("2026-11-23 20:01"));
  EXPECT_EQ(text(ruling), "refused not_enrolled");
  EXPECT_EQ(ruling.late_seconds, 60);
}

}  // namespace
}  // namespace letopis::commands
