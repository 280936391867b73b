// Clauses whose limits depend on the day: second shifts, all classes of the very students, a change of the zone's offset, holidays.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class ClausesR001 : public Rules {
 protected:
  ClausesR001() : Rules("r001") {}
  static std::string r001_with(std::string_view was, std::string_view becomes) {
    std::string toml(*builtin_profile("r001"));
    const auto at = toml.find(was);
    LETOPIS_ASSERT(at != std::string::npos);
    return toml.replace(at, was.size(), becomes);
  }
  // Lessons of 7Б from two in the afternoon, by bells of their own.
  Id second_shift() {
    const Id group = h.group("7Б", "Физика", {teacher});
    h.by(h.deputy(), Role::kDeputyHead).from("2026-11-24").add(BellsSet{{{1, {840}, {885}}, {2, {895}, {940}}}, 2});
    TimetablePublished published{group, {{4, 2, teacher, "5"}}, 2};
    h.by(h.deputy(), Role::kDeputyHead).from("2026-11-24").add(published);
    nina = h.student(group);
    return group;
  }
  Id nina;
};

TEST_F(ClausesR001, Clause5_5ByFourInTheAfternoonOfTheDayOfTheLesson) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  expect_until(h.by(teacher).propose(MarkGiven{work, 0, masha, "4"}), h.local("2026-11-23 16:00"),
               rule::kLessonMarkDeadline);
  EXPECT_EQ(told.ru.rfind("Отметка за урок 23.11.2026 внесена 23.11.2026 17:00, после срока (r001, п. 5.5: ", 0), 0U)
      << told.ru;
}

TEST_F(ClausesR001, Clause5_5MakesNoExceptionForWrittenWork) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "control");
  expect_until(h.by(teacher).propose(MarkGiven{work, 0, masha, "4"}), h.local("2026-11-23 16:00"),
               rule::kWrittenWorkDeadline);
}

TEST_F(ClausesR001, Clause5_5ReadToTheLetterHoldsForASecondShiftToo) {
  const Id group = second_shift();
  const Id work = h.work(h.lesson(group, "2026-11-26", 2), "answer");  // 14:55–15:40 by its own bells
  EXPECT_EQ(h.state().lesson(h.state().work(work)->lesson)->starts, h.local("2026-11-26 14:55"));
  expect_until(h.by(teacher).propose(MarkGiven{work, 0, nina, "4"}), h.local("2026-11-26 16:00"),
               rule::kLessonMarkDeadline);
}

TEST_F(ClausesR001, ALessonOfASecondShiftMovesByItsOwnBells) {
  const Id group = second_shift();
  const LessonMoved to_a_bell{group, day("2026-11-26"), 2, day("2026-11-27"), 1, {}};
  const LessonMoved past_the_bells{group, day("2026-11-26"), 2, day("2026-11-27"), 5,
                                   {}};  // the first shift has a fifth
  EXPECT_EQ(ruled_at("2026-11-24 09:00", as_deputy(), to_a_bell), "accepted");
  EXPECT_EQ(ruled_at("2026-11-24 09:00", as_deputy(), past_the_bells), "refused invalid_value");
}

TEST_F(ClausesR001, Clause5_5ASchoolMaySetAnHourForItsSecondShift) {  // tension 9
  adopt(
      r001_with(
          "[lesson_mark]\nclause = \"r001 5.5\"\ndays_after = 0\nuntil = \"16:00\"\n",
          "[lesson_mark]\nclause = \"r001 5.5\"\ndays_after = 0\nuntil = \"16:00\"\nuntil_second_shift = \"20:30\"\n"),
      "2026-11-24");
  const Id group = second_shift();
  const Id late = h.work(h.lesson(group, "2026-11-26", 2), "answer");
  expect_until(h.by(teacher).propose(MarkGiven{late, 0, nina, "4"}), h.local("2026-11-26 20:30"),
               rule::kLessonMarkDeadline);
  const Id early = h.work(h.lesson(physics, "2026-12-03", 3), "answer");
  expect_until(h.by(teacher).propose(MarkGiven{early, 0, masha, "4"}), h.local("2026-12-03 16:00"),
               rule::kLessonMarkDeadline);
}

TEST_F(ClausesR001, Clause5_5TheHourIsThatOfTheOffsetInForceThatDay) {
  h.by(h.administrator(), Role::kAdministrator).from("2026-11-26").add(ZoneOffsetSet{4 * 3600});
  const Id before = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  const auto old_offset = h.by(teacher).propose(MarkGiven{before, 0, masha, "4"});
  EXPECT_EQ(format_instant(judge(old_offset, h.now()).deadline), "2026-11-23T13:00:00.000000Z");
  const Id after = h.work(h.lesson(physics, "2026-11-26", 3), "answer");
  const auto new_offset = h.by(teacher).propose(MarkGiven{after, 0, masha, "4"});
  EXPECT_EQ(format_instant(judge(new_offset, h.now()).deadline), "2026-11-26T12:00:00.000000Z");
}

TEST_F(ClausesR001, Clause4_3ExcusesWithinAWeekAcrossAChangeOfOffset) {
  h.by(h.administrator(), Role::kAdministrator).from("2026-11-26").add(ZoneOffsetSet{4 * 3600});
  h.day_exception("2026-11-25", "2026-11-27", DayKind::kHoliday);
  const auto statement = as_curator().propose(AbsenceExcused{masha, day("2026-11-18"), day("2026-11-20"), true, {}});
  const Instant limit = h.local("2026-11-28 00:00");  // seven days, holidays or not, and the new midnight
  EXPECT_EQ(format_instant(limit), "2026-11-27T20:00:00.000000Z");
  EXPECT_EQ(text(judge(statement, limit)), "accepted");
  EXPECT_EQ(text(judge(statement, {limit.micros + 1})), "late excuse_deadline");
}

class ClausesR002 : public Rules {
 protected:
  ClausesR002() : Rules("r002") {}
  HomeworkSet homework(const Id& lesson) const {
    HomeworkSet set;
    set.lesson = lesson;
    set.text = "§ 12, задачи 3–5";
    set.kind = "written";
    return set;
  }
};

TEST_F(ClausesR002, Clause3_2HomeworkThreeHoursAfterAllClassesOfThoseStudents) {
  // 7А has chemistry until 13:05; Masha alone sits in a club until 15:50.
  const Id club = chess_club("2026-11-24", colleague);
  h.from("2026-11-24").enrol(club, masha);
  h.enrol(chemistry, masha);
  const Id before = h.lesson(physics, "2026-11-23", 2);
  expect_until(h.by(teacher).propose(homework(before)), h.local("2026-11-23 16:05"), rule::kHomeworkDeadline);
  const Id after = h.lesson(physics, "2026-11-30", 2);
  expect_until(h.by(teacher).propose(homework(after)), h.local("2026-11-30 18:50"), rule::kHomeworkDeadline);
}

// A membership told on the day, or later, moves no deadline of it.
TEST_F(ClausesR002, Clause3_2WhoIsSaidToSitElsewhereAfterwardsMovesNothing) {
  const Id club = chess_club("2026-11-24", colleague);
  h.enrol(chemistry, masha);
  const Id lesson = h.lesson(physics, "2026-11-30", 2);
  h.at("2026-11-30 12:00");
  h.from("2026-11-30").enrol(club, masha);
  expect_until(h.by(teacher).propose(homework(lesson)), h.local("2026-11-30 16:05"), rule::kHomeworkDeadline);
}

TEST_F(ClausesR002, Clause3_2AndOnTheDayOfTheLessonTheEarlierOfTheTwo) {
  h.by(h.deputy(), Role::kDeputyHead).from("2026-11-24").add(BellsSet{{{2, {1300}, {1345}}}, 2});
  h.by(h.deputy(), Role::kDeputyHead).from("2026-11-24").add(TimetablePublished{physics, {{4, 2, teacher, "5"}}, 2});
  const Id lesson = h.lesson(physics, "2026-11-26", 2);  // until 22:25: three hours later is tomorrow
  expect_until(h.by(teacher).propose(homework(lesson)), h.local("2026-11-27 00:00"), rule::kHomeworkDeadline);
}

TEST_F(ClausesR002, Clause3_2OtherInformationWithinFiveCalendarDays) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const auto remark = h.by(teacher).sealed("remark", masha, some_hash()).propose(RemarkRecorded{masha, lesson, {}});
  expect_until(remark, h.local("2026-11-29 00:00"), rule::kInformationDeadline);
}

TEST_F(ClausesR002, Clause3_2NoMarkIsBackdatedWithoutItsDocument) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  const MarkGiven mark{work, 0, masha, "4"};
  EXPECT_EQ(ruled_at("2026-11-23 20:00", h.by(teacher), mark), "accepted");
  EXPECT_EQ(ruled_at("2026-11-23 20:01", h.by(teacher), mark), "refused backdated");
  EXPECT_NE(told.ru.find("«задним числом» запрещается (r002, п. 3.2)"), std::string::npos) << told.ru;
  for (const char* document : {"protocol", "referral", "certificate", "exam_sheet"}) {
    const auto late = judge(h.by(teacher).basis(document, "5").propose(mark), h.local("2026-11-23 20:01"));
    EXPECT_EQ(text(late), "late lesson_mark_deadline");
    EXPECT_EQ(late.awaits, std::vector{Role::kDeputyHead}) << "a second signature";
  }
  EXPECT_EQ(ruled_at("2026-11-23 20:01", h.by(teacher).basis("order", "5"), mark), "refused backdated");
}

TEST_F(ClausesR002, Clause3_2ADocumentIsNotOlderThanWhatItIsAbout) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  Statement mark = h.by(teacher).basis("certificate", "1").propose(MarkGiven{work, 0, masha, "4"});
  const auto dated = [&](const char* date) {
    mark.basis->date = day(date);
    return text(judge(mark, h.local("2026-11-24 09:00")));
  };
  EXPECT_EQ(dated("2020-01-01"), "refused basis_date");
  EXPECT_EQ(dated("2026-11-22"), "refused basis_date");
  EXPECT_EQ(dated("2026-11-23"), "late lesson_mark_deadline");
  EXPECT_EQ(dated("2026-11-25"), "refused basis_date") << "of the future";
}

// What waits for its second signature has its cell.
TEST_F(ClausesR002, Clause3_2ALateMarkThatWaitsIsTheOneOfItsCell) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  h.at("2026-11-24 09:00");
  h.by(teacher).basis("certificate", "1").awaiting({Role::kDeputyHead}).add(MarkGiven{work, 0, masha, "4"});
  EXPECT_EQ(ruled(h.by(teacher).basis("certificate", "1"), MarkGiven{work, 1, masha, "5"}), "refused second_mark");
  EXPECT_EQ(ruled(h.by(teacher).basis("certificate", "1"), MarkGiven{work, 0, petya, "5"}),
            "late lesson_mark_deadline");
}

// «должна быть выставлена одна оценка «2», «3», «4», «5»»: the school's own scales do not lift it.
TEST_F(ClausesR002, Clause3_2NoScaleBesideTwoToFive) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  as_administrator().add(DictionaryEntryDefined{"scale", "letters", "Буквы", {{"values", "A,B,C"}}});
  WorkPlanned work;
  work.group = physics;
  work.lesson = lesson;
  work.kind = "answer";
  work.scale = "letters";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused dictionary_unknown");
}

TEST_F(ClausesR002, Clause3_2MarksAreNotCorrected) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  const Id mark = h.mark(work, masha, "4");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), EntryCorrected{mark, "5", 0, false}), "refused correction_forbidden");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "5"}), "refused second_mark");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, petya, "зач"}), "refused off_scale");
}

// «В клетках … должна быть выставлена одна оценка»: one, however many works and parts a lesson has.
TEST_F(ClausesR002, Clause3_2OneMarkInTheCellOfALesson) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  WorkPlanned dictation;
  dictation.group = physics;
  dictation.lesson = lesson;
  dictation.kind = "control";
  dictation.title = "Диктант";
  dictation.number = 1;
  dictation.parts = 2;
  const Id control = h.by(teacher).add(dictation), answer = h.work(lesson, "answer");
  const Id first = h.mark(control, masha, "4", 1);
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{control, 2, masha, "5"}), "refused second_mark");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{answer, 0, masha, "5"}), "refused second_mark");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{answer, 0, petya, "5"}), "accepted");
  h.annul(first);
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{answer, 0, masha, "5"}), "accepted");
  const Id next = h.work(h.lesson(physics, "2026-11-26", 3), "answer");
  h.mark(answer, masha, "5");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{next, 0, masha, "5"}), "accepted") << "another lesson";
}

class ClausesR003 : public Rules {
 protected:
  ClausesR003() : Rules("r003") {}
};
TEST_F(ClausesR003, Clause6_2MarksAndAbsencesDaily) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  expect_until(h.by(teacher).propose(MarkGiven{work, 0, masha, "4"}), h.local("2026-11-24 00:00"),
               rule::kLessonMarkDeadline);
  expect_until(h.by(teacher).propose(AbsenceRecorded{lesson, masha, "н"}), h.local("2026-11-24 00:00"),
               rule::kAttendanceDeadline);
}
TEST_F(ClausesR003, Clause6_3TopicAndHomeworkDaily) {
  HomeworkSet set;
  set.lesson = h.lesson(physics, "2026-11-23", 2);
  set.text = "§ 12";
  expect_until(h.by(teacher).propose(set), h.local("2026-11-24 00:00"), rule::kHomeworkDeadline);
  expect_until(h.by(teacher).propose(TopicSet{set.lesson, "Ohm's law", {}, 0}), h.local("2026-11-24 00:00"),
               rule::kTopicDeadline);
}

class ClausesR004 : public Rules {
 protected:
  ClausesR004() : Rules("r004") {}
};
TEST_F(ClausesR004, ClauseP2_2_5TheLessonOnItsDay) {
  const auto statement = h.by(teacher).propose(lesson_of(physics, "2026-11-23", 2));
  expect_until(statement, h.local("2026-11-24 00:00"), rule::kLessonDeadline);
  EXPECT_NE(told.ru.find("(r004, прил. 2, п. 2.5: "), std::string::npos) << told.ru;
}
TEST_F(ClausesR004, ClauseP2_2_6AbsenteesOnTheDay) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  expect_until(h.by(teacher).propose(AbsenceRecorded{lesson, masha, "н"}), h.local("2026-11-24 00:00"),
               rule::kAttendanceDeadline);
}
TEST_F(ClausesR004, ClauseP2_2_7HomeworkOnTheDayAndGladlyBefore) {
  HomeworkSet ahead;
  ahead.group = physics;
  ahead.date = day("2026-11-26");
  ahead.slot = 3;
  ahead.lesson = projections::lesson_id(physics, ahead.date, 3);
  ahead.text = "§ 12";
  EXPECT_EQ(ruled(h.by(teacher), ahead), "accepted");
  expect_until(h.by(teacher).propose(ahead), h.local("2026-11-27 00:00"), rule::kHomeworkDeadline);
}
TEST_F(ClausesR004, ClauseP2_2_12TheClassTeacherEditsNoMark) {
  const Id mark = h.mark(h.work(h.lesson(physics, "2026-11-23", 2), "answer"), masha, "4");
  EXPECT_EQ(ruled(reasoned(as_curator(), masha), EntryCorrected{mark, "5", 0, false}), "refused not_entitled");
}

}  // namespace
}  // namespace letopis::commands
