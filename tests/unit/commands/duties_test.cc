// What is still to be done: shown before it is late, by the same terms as `decide`, and gone once it is done.

#include "commands/duties.h"

#include <gmock/gmock.h>

#include "commands/titles.h"
#include "projections/journal.h"
#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;
using testing::HasSubstr;

class Duties : public Rules {
 protected:
  explicit Duties(std::string_view regulation = "r000") : Rules(regulation) {
    as_administrator().add(YearOpened{"2026/27", day("2026-09-01"), day("2027-06-30")});
  }

  std::vector<Duty> duties() {
    std::vector<Duty> all;
    DutyScope scope = duty_scope(h.structure(), book, h.now());
    scope.lessons_from = h.structure().local_today(h.now()).monday() - 7;
    scope.notified = [this](const Id& student, Date since) {
      const auto at = told_on.find(student);
      return at != told_on.end() && at->second >= since;
    };
    const Date from = duties_from(scope, scope.lessons_from);
    for (const auto& [id, group] : h.structure().groups()) {
      const auto entries = h.entries_in(projections::View::kJournal, id, from, duties_until(scope));
      add_group_duties(scope, projections::fold_journal(h.structure(), id, from, duties_until(scope), entries), all);
    }
    add_office_duties(scope, facts, all);
    settle_duties(all);
    return all;
  }
  std::vector<Duty> duties(std::string_view code) {
    std::vector<Duty> some = duties();
    std::erase_if(some, [&](const Duty& duty) { return duty.code != code; });
    return some;
  }
  std::vector<Duty> of_lesson(const Id& lesson) {
    std::vector<Duty> some = duties();
    std::erase_if(some, [&](const Duty& duty) { return duty.lesson != lesson; });
    return some;
  }
  static std::vector<std::string> codes(const std::vector<Duty>& duties) {
    std::vector<std::string> out;
    for (const auto& duty : duties) out.emplace_back(duty.code);
    std::sort(out.begin(), out.end());
    return out;
  }
  std::optional<Duty> due_on(std::string_view code, std::string_view last_day) {
    for (const auto& duty : duties(code))
      if (duty.to == day(last_day)) return duty;
    return std::nullopt;
  }
  // Asked for from `first` on, due at the end of `last`, of this role.
  void expect_yearly(std::string_view code, std::string_view first, std::string_view last, Role who,
                     std::string_view clause) {
    h.at(format_date(day(first) - 1) + " 23:00");
    EXPECT_FALSE(due_on(code, last)) << "before its first day";
    h.at(std::string(first) + " 00:00");
    const auto asked = due_on(code, last);
    ASSERT_TRUE(asked) << code;
    EXPECT_EQ(asked->due, projections::midnight(h.state(), day(last) + 1));
    EXPECT_NE(asked->roles & role_bit(who), 0U);
    EXPECT_EQ(asked->source.clause, clause);
    h.at(format_date(day(last) + 1) + " 00:01");
    ASSERT_TRUE(due_on(code, last));
    EXPECT_TRUE(due_on(code, last)->overdue(h.now()));
  }
  // Asked for once the period is over, without a term.
  void expect_after_period(std::string_view code, std::string_view kind, Role who, std::string_view clause) {
    period(kind, "2026-11-09", "2026-12-27");
    h.at("2026-12-26 12:00");
    EXPECT_TRUE(duties(code).empty());
    h.at("2026-12-27 12:00");
    ASSERT_EQ(duties(code).size(), 1U) << code;
    EXPECT_EQ(duties(code)[0].due.micros, 0);
    EXPECT_NE(duties(code)[0].roles & role_bit(who), 0U);
    EXPECT_EQ(duties(code)[0].source.clause, clause);
  }
  Id certify(std::string_view kind) {
    PrintCertified print;
    print.kind = kind;
    print.pages = 40;
    print.root = some_hash();
    return as_director().add(print);
  }
  void report(std::string_view kind) {
    as_deputy().add(ReportIssued{kind, day("2026-11-09"), day("2026-11-23"), some_hash()});
  }
  Id period(std::string_view kind, std::string_view from, std::string_view to) { return add_period(kind, from, to); }

  const Id monday = projections::lesson_id(physics, day("2026-11-23"), 2);
  const Id thursday = projections::lesson_id(physics, day("2026-11-26"), 3);
  OfficeFacts facts;
  std::map<Id, Date> told_on;  // families, by notice
};
#define DUTIES_OF(Name, regulation) \
  class Name : public Duties {      \
   protected:                       \
    Name() : Duties(regulation) {}  \
  }
DUTIES_OF(DutiesR001, "r001");
DUTIES_OF(DutiesR002, "r002");
DUTIES_OF(DutiesR003, "r003");
DUTIES_OF(DutiesR004, "r004");

// --- Lessons

TEST_F(Duties, ALessonAsksForNothingBeforeItBegins) {
  EXPECT_EQ(codes(of_lesson(monday)), (std::vector<std::string>{"homework", "lesson", "roll", "topic"}));
  EXPECT_TRUE(of_lesson(thursday).empty());
}

TEST_F(DutiesR001, EveryTermIsTheOneTheEntryIsJudgedBy) {
  std::map<std::string, Duty> asked;
  for (const auto& duty : of_lesson(monday)) asked[std::string(duty.code)] = duty;
  const auto recorded = ruling(h.by(teacher), lesson_of(physics, "2026-11-23", 2));
  EXPECT_EQ(asked["lesson"].due, recorded.deadline);
  h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(asked["topic"].due, ruling(h.by(teacher), TopicSet{monday, "Тема", {}, 0}).deadline);
  EXPECT_EQ(asked["roll"].due, ruling(h.by(teacher), AttendanceTaken{monday, true}).deadline);
  HomeworkSet homework;
  homework.lesson = monday;
  homework.text = "§ 1";
  homework.kind = "written";
  EXPECT_EQ(asked["homework"].due, ruling(h.by(teacher), homework).deadline);
  EXPECT_EQ(asked["topic"].source.clause, "r001 4.5");
  EXPECT_NE(asked["topic"].text.ru.find("r001, п. 4.5"), std::string::npos) << asked["topic"].text.ru;
  EXPECT_NE(asked["topic"].text.en.find("Due by the end of 23.11.2026 (r001, cl. 4.5)."), std::string::npos)
      << asked["topic"].text.en;
}

TEST_F(Duties, WhatIsEnteredIsGone) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(codes(of_lesson(lesson)), (std::vector<std::string>{"homework", "roll", "topic"}));
  h.topic(lesson, "Закон Ома");
  h.attendance(lesson);
  EXPECT_EQ(codes(of_lesson(lesson)), (std::vector<std::string>{"homework"}));
  const Id homework = h.homework(lesson, "§ 1", "2026-11-26");
  EXPECT_TRUE(of_lesson(lesson).empty());
  h.annul(homework);
  EXPECT_EQ(codes(of_lesson(lesson)), (std::vector<std::string>{"homework"})) << "what was annulled is missing again";
}

TEST_F(Duties, AreOverdueFromTheMomentAfterTheirTerm) {
  const Duty topic = [&] {
    for (const auto& duty : of_lesson(monday))
      if (duty.code == "topic") return duty;
    return Duty{};
  }();
  EXPECT_FALSE(topic.overdue(topic.due));
  EXPECT_TRUE(topic.overdue({topic.due.micros + 1}));
  EXPECT_FALSE(Duty{}.overdue(h.now())) << "without a term never";
}

TEST_F(Duties, OfACancelledLessonThereAreNone) {
  h.cancel(physics, "2026-11-26", 3);
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(of_lesson(thursday).empty());
}

TEST_F(Duties, APairIsAskedForOnce) {
  h.timetable(physics, {{1, 2, teacher}, {1, 3, teacher}});
  h.at("2026-11-30 12:00");
  auto pair = lesson_of(physics, "2026-11-30", 2);
  pair.slots = 2;
  h.by(teacher).add(pair);
  EXPECT_TRUE(of_lesson(projections::lesson_id(physics, day("2026-11-30"), 3)).empty());
  EXPECT_EQ(codes(of_lesson(pair.lesson)), (std::vector<std::string>{"homework", "roll", "topic"}));
  h.topic(pair.lesson, "Закон Ома");
  h.attendance(pair.lesson);
  h.homework(pair.lesson, "§ 1", "2026-12-07");
  EXPECT_TRUE(of_lesson(pair.lesson).empty());
}

TEST_F(Duties, BetweenTwoYearsATimetableAsksForNothing) {
  h.at("2027-07-21 12:00");
  EXPECT_TRUE(duties("lesson").empty());
}

TEST_F(Duties, IndividualModeSetLeavesThePupilOutOfTheClass) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.work(lesson, "control");
  h.absence(lesson, petya);
  EXPECT_EQ(duties("written_work")[0].count, 1);
  EXPECT_EQ(duties("absences").size(), 1U);
  const auto set = [&](const Id& student, const char* kind) {
    as_deputy().from("2026-11-16").sealed("reason", student, some_hash()).add(IndividualModeSet{student, kind});
  };
  set(masha, "home");
  EXPECT_TRUE(duties("written_work").empty()) << "marks are possible, and not asked for in the class";
  set(petya, "plan");
  EXPECT_EQ(duties("absences").size(), 1U) << "who learns by a plan of their own is awaited in the group";
  set(petya, "family");
  EXPECT_TRUE(duties("absences").empty());
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(of_lesson(thursday).empty()) << "nobody is awaited";
  h.student(physics);
  EXPECT_EQ(of_lesson(thursday).size(), 4U);
}

TEST_F(Duties, IndividualModeSetByFamilySparesThePeriodMarkAlone) {
  period("semester", "2026-11-09", "2026-12-06");
  h.at("2026-11-30 09:30");
  EXPECT_EQ(duties("period_mark")[0].count, 2);
  as_deputy().from("2026-11-30").add(IndividualModeSet{masha, "home"});
  EXPECT_EQ(duties("period_mark")[0].count, 2) << "who learns at home is marked by the school";
  as_deputy().from("2026-11-30").add(IndividualModeSet{petya, "family"});
  EXPECT_EQ(duties("period_mark")[0].count, 1);
}

TEST_F(DutiesR002, Clause5_3OnDaysOfPracticeTheTimetableAsksForNothing) {
  StudyScheduleSet schedule;
  schedule.klass = h.klass("7А");
  schedule.spans = {{day("2026-11-24"), day("2026-11-29"), "practice"}};
  as_deputy().add(schedule);
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(of_lesson(thursday).empty());
  EXPECT_FALSE(of_lesson(monday).empty());
}

TEST_F(Duties, OfTheYearBeforeTheSchoolBeganNothingIsArchived) {
  EXPECT_TRUE(duties("archive").empty()) << "due 31 August 2026, a week after the school was made";
}

TEST_F(Duties, AMovedLessonAsksWhereItIsHeld) {
  h.move(physics, "2026-11-26", 3, "2026-11-27", 3);
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(of_lesson(thursday).empty());
  h.at("2026-11-27 12:00");
  ASSERT_EQ(of_lesson(thursday).size(), 4U);
  EXPECT_EQ(of_lesson(thursday)[0].from, day("2026-11-27"));
}

TEST_F(Duties, ASubstitutedLessonIsTheSubstitutes) {
  h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  EXPECT_TRUE(duties("substitution").empty()) << "it is not held yet";
  h.at("2026-11-26 12:00");
  ASSERT_EQ(of_lesson(thursday).size(), 4U);
  for (const auto& duty : of_lesson(thursday)) {
    EXPECT_TRUE(is_own(duty, colleague, kTeaching));
    EXPECT_FALSE(is_own(duty, teacher, kTeaching));
  }
  const auto to_sign = duties("substitution");  // r001 4.5: the journal of substitutions
  ASSERT_EQ(to_sign.size(), 1U);
  EXPECT_TRUE(is_own(to_sign[0], colleague, kTeaching));
  h.by(colleague).add(SubstitutionSigned{to_sign[0].entry});
  EXPECT_TRUE(duties("substitution").empty());
}

TEST_F(Duties, TheTermIsThatOfTheRegulationBeforeTheLesson) {
  adopt(r000_with("[topic]\nsilent = true\ndays_after = 0", "[topic]\nsilent = true\ndays_after = 5"), "2026-11-24");
  h.at("2026-11-26 12:00");
  std::map<Date, Instant> due;
  for (const auto& duty : duties("topic"))
    if (duty.group == physics) due[duty.from] = duty.due;
  EXPECT_EQ(due[day("2026-11-23")], h.local("2026-11-24 00:00"));
  EXPECT_EQ(due[day("2026-11-26")], h.local("2026-12-02 00:00"));
}

// --- Marks

TEST_F(Duties, AWrittenWorkAsksForTheMarksOfWhoWasThere) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  h.work(lesson, "answer");
  ASSERT_EQ(duties("written_work").size(), 1U) << "an answer is no written work";
  const Duty both = duties("written_work")[0];
  EXPECT_EQ(both.count, 2);
  EXPECT_EQ(both.due, ruling(h.by(teacher), MarkGiven{work, 0, masha, "4"}).deadline);
  const Id absence = h.absence(lesson, petya);
  EXPECT_EQ(duties("written_work")[0].count, 1);
  const Id mark = h.mark(work, masha, "4");
  EXPECT_TRUE(duties("written_work").empty());
  h.annul(mark);
  EXPECT_EQ(duties("written_work").size(), 1U);
  h.annul(absence);
  EXPECT_EQ(duties("written_work")[0].count, 2);
}

// The term that is shown is the one the marks are judged by.
TEST_F(Duties, AWrittenWorkPlannedTooLateIsDueAsTheLessonsMarksAre) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.at("2026-11-23 20:00");
  h.work(lesson, "control");  // at 20:00 sharp: in time
  const Id late = h.work(lesson, "control");
  const auto both = duties("written_work");
  ASSERT_EQ(both.size(), 2U);
  for (const Duty& duty : both) {
    EXPECT_EQ(duty.due, ruling(h.by(teacher), MarkGiven{duty.work, 0, masha, "4"}).deadline);
    EXPECT_EQ(duty.due, duty.work == late ? h.local("2026-11-23 20:00") : h.local("2026-12-01 00:00"));
  }
}

TEST_F(Duties, Clause3_3PeriodMarksInTheLastWeek) {
  const Id quarter = period("semester", "2026-11-09", "2026-12-06");
  h.at("2026-11-29 23:59");
  EXPECT_TRUE(duties("period_mark").empty());
  h.at("2026-11-30 09:30");
  auto marks = duties("period_mark");
  ASSERT_EQ(marks.size(), 1U) << "chemistry has no pupils";
  EXPECT_EQ(marks[0].count, 2);
  EXPECT_EQ(marks[0].period, quarter);
  EXPECT_EQ(marks[0].due, ruling(h.by(teacher), PeriodMarkGiven{quarter, physics, masha, "4", {}, 0}).deadline);
  EXPECT_TRUE(is_own(marks[0], teacher, kTeaching));
  h.by(teacher).add(PeriodMarkGiven{quarter, physics, masha, "4", {}, 0});
  EXPECT_EQ(duties("period_mark")[0].count, 1);
  h.by(teacher).basis("order", "1").add(PeriodMarkWaived{quarter, physics, petya});
  EXPECT_TRUE(duties("period_mark").empty());
}

TEST_F(DutiesR001, Clause5_2FewMarksAreWarnedOfInTheLastFortnight) {
  const Id quarter = period("quarter", "2026-11-09", "2026-12-27");
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  std::vector<Id> works;
  for (int i = 0; i < 5; ++i) works.push_back(h.work(lesson, "answer"));
  for (const auto& work : works) h.mark(work, masha, "4");
  for (int i = 0; i < 4; ++i) h.mark(works[static_cast<std::size_t>(i)], petya, "4");
  h.at("2026-12-13 23:59");
  EXPECT_TRUE(duties("few_marks").empty());
  h.at("2026-12-14 09:00");
  const auto few = duties("few_marks");
  ASSERT_EQ(few.size(), 1U) << "two hours a week: five marks";
  EXPECT_EQ(few[0].count, 1) << "petya has four";
  EXPECT_EQ(few[0].period, quarter);
  EXPECT_EQ(few[0].source.clause, "r001 5.2");
  EXPECT_TRUE(is_own(few[0], teacher, kTeaching));
  EXPECT_NE(few[0].text.ru.find("меньше 5"), std::string::npos) << few[0].text.ru;
  for (const auto& duty : duties("lesson"))
    EXPECT_GE(duty.from, day("2026-12-07")) << "the journal reaches further back";
  h.mark(works[4], petya, "5");
  EXPECT_TRUE(duties("few_marks").empty());
}

TEST_F(DutiesR001, Clause5_2WhoWasWaivedOrBroughtMarksAlongIsNotWarnedOf) {
  const Id quarter = period("quarter", "2026-11-09", "2026-12-27");
  h.at("2026-12-14 09:00");
  EXPECT_EQ(duties("few_marks")[0].count, 2);
  h.by(teacher).basis("order", "1").add(PeriodMarkWaived{quarter, physics, petya});
  EXPECT_EQ(duties("few_marks")[0].count, 1);
  const Id next = period("quarter", "2027-01-11", "2027-03-22");
  as_secretary().add(MarkImported{masha, physics, next, "current", "4", day("2026-12-01")});
  EXPECT_EQ(duties("few_marks").size(), 1U) << "brought along for another period, as the rule counts them";
  as_secretary().add(MarkImported{masha, physics, {}, "current", "4", day("2026-12-01")});
  EXPECT_TRUE(duties("few_marks").empty());
}

TEST_F(Duties, WhereNoMinimumIsAskedFewMarksAreNone) {
  period("semester", "2026-11-09", "2026-12-06");
  h.at("2026-12-04 09:00");
  EXPECT_TRUE(duties("few_marks").empty());
}

TEST_F(Duties, OfAClosedPeriodNothingIsAskedAnyMore) {
  const Id quarter = period("semester", "2026-11-09", "2026-11-28");
  h.at("2026-11-28 12:00");
  EXPECT_EQ(duties("period_mark").size(), 1U);
  as_deputy().add(PeriodClosed{quarter});
  EXPECT_TRUE(duties("period_mark").empty());
}

TEST_F(DutiesR003, Clause6_5WhereNobodyIsMarkedThereIsNeitherMarkNorHomeworkToGive) {
  h.klass("1А", 1);
  const Id reading = h.group("1А", "Чтение", {teacher});
  h.timetable(reading, {{1, 3, teacher}});
  h.student(reading);
  const Id lesson = h.lesson(reading, "2026-11-23", 3);
  h.work(lesson, "control");
  EXPECT_EQ(codes(of_lesson(lesson)), (std::vector<std::string>{"roll", "topic"}));
  EXPECT_TRUE(duties("written_work").empty());
}

// --- Absences

TEST_F(Duties, Clause3_2AbsencesOfAWeekAreTheClassTeachers) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.absence(lesson, masha);
  const Id in_chemistry = h.lesson(chemistry, "2026-11-23", 5);
  h.enrol(chemistry, petya);
  h.at("2026-11-24 10:00").absence(in_chemistry, petya);
  const auto open = duties("absences");
  ASSERT_EQ(open.size(), 1U) << "one duty, from two journals";
  EXPECT_EQ(open[0].count, 2);
  EXPECT_EQ(open[0].due, h.local("2026-11-30 00:00"));
  EXPECT_EQ(open[0].source.clause, "r000 3.2");
  EXPECT_TRUE(is_own(open[0], curator, role_bit(Role::kClassTeacher)));
  EXPECT_FALSE(is_own(open[0], teacher, kTeaching));
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  EXPECT_EQ(duties("absences")[0].count, 1);
  h.by(curator, Role::kClassTeacher).excuse(petya, "2026-11-23", "2026-11-24", false);
  EXPECT_TRUE(duties("absences").empty()) << "that there was no reason is a word too";
}

TEST_F(DutiesR003, Clause5_2AbsencesDaily) {
  h.absence(h.lesson(physics, "2026-11-23", 2), masha);
  ASSERT_EQ(duties("absences").size(), 1U);
  EXPECT_EQ(duties("absences")[0].due, h.local("2026-11-24 00:00"));
}

// --- Families

TEST_F(Duties, Clause3_2FamiliesOfWhoFailsAreAlerted) {
  period("semester", "2026-11-09", "2026-12-27");
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const auto mark = [&](const Id& student, const char* value) {
    return h.mark(h.work(lesson, "answer"), student, value);
  };
  mark(masha, "2");
  mark(masha, "3");
  mark(petya, "2");
  EXPECT_TRUE(duties("families_alerted").empty()) << "2.5 rounds to a 3, and one mark says nothing yet";
  mark(petya, "2");
  const auto asked = duties("families_alerted");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].count, 1);
  EXPECT_EQ(asked[0].group, physics);
  EXPECT_EQ(asked[0].klass, h.klass("7А"));
  EXPECT_EQ(asked[0].due.micros, 0) << "the regulation names no term";
  EXPECT_EQ(asked[0].source.clause, "r000 3.2");
  EXPECT_TRUE(is_own(asked[0], curator, role_bit(Role::kClassTeacher)));
  EXPECT_FALSE(is_own(asked[0], teacher, kTeaching));
  told_on[petya] = day("2026-11-08");
  EXPECT_EQ(duties("families_alerted").size(), 1U) << "in the period before";
  told_on[petya] = day("2026-11-23");
  EXPECT_TRUE(duties("families_alerted").empty());
}

TEST_F(DutiesR002, Clause3_2And4_2FamiliesOfUnexcusedAbsenteesAreAlerted) {
  period("semester", "2026-11-09", "2026-12-27");
  for (const auto& [date, slot] : {std::pair{"2026-11-23", 2}, {"2026-11-26", 3}})
    h.absence(h.lesson(physics, date, slot), petya);
  EXPECT_TRUE(duties("families_alerted").empty());
  h.absence(h.lesson(physics, "2026-11-30", 2), petya);
  ASSERT_EQ(duties("families_alerted").size(), 1U);
  EXPECT_EQ(duties("families_alerted")[0].source.clause, "r002 3.2, 4.2");
  EXPECT_TRUE(is_own(duties("families_alerted")[0], curator, role_bit(Role::kClassTeacher)));
  EXPECT_TRUE(is_own(duties("families_alerted")[0], teacher, kTeaching)) << "3.2 asks the teacher too";
  EXPECT_FALSE(is_own(duties("families_alerted")[0], colleague, kTeaching));
  h.by(curator, Role::kClassTeacher).excuse(petya, "2026-11-26", "2026-11-26");
  EXPECT_TRUE(duties("families_alerted").empty());
}

TEST_F(DutiesR001, WhereNoClauseAsksForItNobodyIsToldToAlert) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  for (int i = 0; i < 3; ++i) h.mark(h.work(lesson, "answer"), petya, "2");
  EXPECT_TRUE(duties("families_alerted").empty());
}

// --- Second signatures

TEST_F(Duties, ACorrectionWaitsForTheDeputy) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  const Id mark = h.mark(work, masha, "4");
  const Id corrected = h.awaiting({Role::kDeputyHead}).correct(mark, "5");
  const auto waiting = duties("endorsement");
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].entry, corrected);
  EXPECT_THAT(waiting[0].text.ru, HasSubstr(std::string(role_title(Role::kDeputyHead, Language::kRussian))));
  EXPECT_THAT(waiting[0].text.en, HasSubstr(std::string(role_title(Role::kDeputyHead, Language::kEnglish))));
  EXPECT_TRUE(is_own(waiting[0], h.deputy(), role_bit(Role::kDeputyHead)));
  EXPECT_FALSE(is_own(waiting[0], teacher, kTeaching));
  h.endorse(corrected);
  EXPECT_TRUE(duties("endorsement").empty());
}

TEST_F(DutiesR004, ClauseP3_3ResultsAreVisibleWithinADay) {
  const Id mark = h.mark(h.work(h.lesson(physics, "2026-11-23", 2), "answer"), masha, "4");
  h.awaiting({Role::kDeputyHead}).correct(mark, "5");
  ASSERT_EQ(duties("endorsement").size(), 1U);
  EXPECT_EQ(duties("endorsement")[0].due, h.local("2026-11-25 00:00"));
  EXPECT_EQ(duties("endorsement")[0].source.clause, "r004 п3 3");
}

// A copy of the structure that readers keep must be another once something waits.
TEST_F(Duties, WhatBeginsToWaitChangesTheStructure) {
  const auto version = h.structure().structure_version();
  const Id erased = as_director().awaiting({Role::kDeputyHead}).basis("order", "2").add(PersonalTextErased{masha});
  const auto waiting = h.structure().structure_version();
  EXPECT_NE(waiting, version);
  as_deputy().add(Endorsed{erased, false});
  EXPECT_NE(h.structure().structure_version(), waiting);
  EXPECT_TRUE(duties("endorsement").empty());
}

TEST_F(Duties, ASplitIsSignedByThoseOfItsClassAndParts) {
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "7А/1";
  opened.subject = "Английский язык";
  opened.kind = "subgroup";
  opened.classes = {h.klass("7А")};
  as_deputy().add(opened);
  as_deputy().from("2026-09-01").add(TeachingAssigned{colleague, opened.group, 2, {}});
  h.by(curator, Role::kClassTeacher)
      .awaiting({Role::kTeacher})
      .add(SubgroupsSplit{h.klass("7А"), {{opened.group, {masha}}}});
  ASSERT_EQ(duties("endorsement").size(), 1U);
  EXPECT_TRUE(is_own(duties("endorsement")[0], colleague, kTeaching));
  EXPECT_FALSE(is_own(duties("endorsement")[0], teacher, kTeaching));
}

TEST_F(Duties, Clause3_2OnePupilsDataVerifiedAreNotTheClasss) {
  h.by(curator, Role::kClassTeacher).add(PersonalDataVerified{{}, masha});
  EXPECT_FALSE(duties("personal_data_verified").empty());
  h.by(curator, Role::kClassTeacher).add(PersonalDataVerified{h.klass("7А"), {}});
  for (const auto& duty : duties("personal_data_verified")) EXPECT_NE(duty.klass, h.klass("7А"));
}

TEST_F(Duties, OfAGroupThatEverybodyLeftNothingIsAsked) {
  for (const Id& student : {masha, petya}) {
    h.by(h.secretary(), Role::kSecretary).basis("order", "9").from("2026-11-24");
    h.add(MovementOrdered{student, {}, Movement::kExpelled});
  }
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(of_lesson(thursday).empty());
}

TEST_F(Duties, ALessonIsTheirsWhoTookOver) {
  as_deputy().from("2026-11-24").add(TeachingAssigned{colleague, physics, 2, teacher});
  h.at("2026-11-26 12:00");
  const auto asked = of_lesson(thursday);
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_TRUE(is_own(asked[0], colleague, kTeaching));
  EXPECT_FALSE(is_own(asked[0], teacher, kTeaching));
}

TEST_F(Duties, ASubstitutionThatWasNotHeldIsNotSignedFor) {
  h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  h.cancel(physics, "2026-11-26", 3);
  h.at("2026-11-26 12:00");
  EXPECT_TRUE(duties("substitution").empty());
}

TEST_F(Duties, AnActOfTheSchoolThatWaitsIsShownToo) {
  const Id erased = as_director().awaiting({Role::kDeputyHead}).basis("order", "2").add(PersonalTextErased{masha});
  const auto waiting = duties("endorsement");
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].entry, erased);
}

// --- What returns

TEST_F(Duties, Clause3_4AnInspectionEveryMonth) {
  auto asked = duties("inspection");
  ASSERT_EQ(asked.size(), 2U) << "October was missed";
  EXPECT_EQ(asked[0].due, h.local("2026-11-01 00:00"));
  EXPECT_TRUE(asked[0].overdue(h.now()));
  EXPECT_EQ(asked[1].due, h.local("2026-12-01 00:00"));
  EXPECT_EQ(asked[1].source.clause, "r000 3.4");
  EXPECT_TRUE(is_own(asked[1], h.deputy(), role_bit(Role::kDeputyHead)));
  InspectionHeld held;
  held.kind = "monthly";
  held.from = held.to = day("2026-11-23");
  as_director().add(held);
  EXPECT_EQ(duties("inspection").size(), 2U) << "it is the deputy's and the head of studies'";
  as_deputy().add(held);
  asked = duties("inspection");
  ASSERT_EQ(asked.size(), 1U) << "November's days say nothing of October's";
  EXPECT_EQ(asked[0].from, day("2026-10-01"));
  held.from = day("2026-10-05");
  held.to = day("2026-10-31");
  as_deputy().add(held);
  EXPECT_TRUE(duties("inspection").empty()) << "made up for";
  h.at("2026-12-01 09:00");
  asked = duties("inspection");
  ASSERT_EQ(asked.size(), 1U) << "November was inspected";
  EXPECT_EQ(asked[0].from, day("2026-12-01"));
}

TEST_F(Duties, Clause3_4AndAtTheEndOfEveryPeriod) {
  h.period("2 четверть", "2026-11-09", "2026-11-27");
  h.at("2026-11-27 08:00");
  const auto asked = duties("inspection");
  EXPECT_EQ(std::count_if(asked.begin(), asked.end(), [](const Duty& duty) { return duty.to == day("2026-11-27"); }),
            1);
}

TEST_F(DutiesR001, Clause7_1TheActivityReportIsQuarterly) {
  h.period("2 четверть", "2026-11-09", "2026-12-27");
  ASSERT_EQ(duties("activity_report").size(), 1U);
  EXPECT_EQ(duties("activity_report")[0].due, h.local("2026-12-28 00:00"));
  as_administrator().add(ReportIssued{"performance", day("2026-11-09"), day("2026-11-23"), some_hash()});
  EXPECT_EQ(duties("activity_report").size(), 1U) << "another report";
  as_administrator().add(ReportIssued{"activity", day("2026-11-09"), day("2026-11-23"), some_hash()});
  EXPECT_TRUE(duties("activity_report").empty());
}

TEST_F(DutiesR002, Clause7_1TheActivityReportIsWeekly) {
  const auto asked = duties("activity_report");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].due, h.local("2026-11-23 00:00"));
  EXPECT_EQ(asked[1].due, h.local("2026-11-30 00:00"));
}

TEST_F(Duties, Clause4_1TheJournalIsPrintedByTheFifthOfJuly) {
  EXPECT_TRUE(duties("printed_journal").empty());
  h.at("2027-06-05 09:00");
  const auto asked = duties("printed_journal");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].due, h.local("2027-07-06 00:00"));
  EXPECT_EQ(asked[0].klass, h.klass("7А"));
  EXPECT_TRUE(is_own(asked[0], curator, role_bit(Role::kClassTeacher)));
  PrintCertified print;
  print.kind = "journal";
  print.klass = h.klass("7А");
  print.pages = 40;
  print.root = some_hash();
  h.by(curator, Role::kClassTeacher).add(print);
  EXPECT_TRUE(duties("printed_journal").empty());
}

TEST_F(DutiesR001, Clause6_1RegularCopies) {
  ASSERT_EQ(duties("copies").size(), 1U);
  EXPECT_EQ(duties("copies")[0].source.clause, "r001 6.1");
  BackupMade backup;
  backup.root = some_hash();
  backup.medium = "disk";
  backup.room = "12";
  as_administrator().add(backup);
  EXPECT_TRUE(duties("copies").empty()) << "one is enough: the text names no number";
  h.at("2026-12-25 09:30");
  EXPECT_EQ(duties("copies").size(), 1U) << "a month later it is no regular one any more";
}
TEST_F(DutiesR001, Clause6_2AnInspectionEveryQuarter) {
  period("quarter", "2026-11-09", "2026-12-27");
  ASSERT_EQ(duties("inspection").size(), 1U);
  EXPECT_EQ(duties("inspection")[0].due, h.local("2026-12-28 00:00"));
  EXPECT_TRUE(is_own(duties("inspection")[0], h.director(), role_bit(Role::kDirector)));
  InspectionHeld held;
  held.kind = "quarterly";
  held.from = held.to = day("2026-11-20");
  as_deputy().add(held);
  EXPECT_TRUE(duties("inspection").empty());
}
// Its result is a справка (r001 6.4), and whoever inspected owes it.
TEST_F(DutiesR001, Clause6_4AnInspectionEndsInANote) {
  InspectionHeld held;
  held.kind = "quarterly";
  held.from = held.to = day("2026-11-20");
  const Id inspection = as_deputy().add(held);
  ASSERT_EQ(duties("inspection_note").size(), 1U);
  EXPECT_TRUE(is_own(duties("inspection_note")[0], h.deputy(), role_bit(Role::kDeputyHead)));
  EXPECT_FALSE(is_own(duties("inspection_note")[0], h.director(), role_bit(Role::kDirector)));
  as_deputy().add(InspectionNoteIssued{inspection, some_hash()});
  EXPECT_TRUE(duties("inspection_note").empty());
}
TEST_F(Duties, NoNoteIsAskedWhereTheRegulationNamesNone) {
  InspectionHeld held;
  held.kind = "monthly";
  held.from = held.to = day("2026-11-23");
  as_deputy().add(held);
  EXPECT_TRUE(duties("inspection_note").empty());
}
TEST_F(DutiesR001, Clause6_5TheSecretaryArchivesByTheEndOfJune) {
  expect_yearly("archive", "2027-05-31", "2027-06-30", Role::kSecretary, "r001 6.5");
  ArchiveDeposited archive;
  archive.from = day("2026-09-01");
  archive.to = day("2027-06-30");
  archive.medium = "disk";
  archive.room = "1";
  archive.digest = some_hash();
  as_secretary().add(archive);
  EXPECT_TRUE(duties("archive").empty());
}
TEST_F(DutiesR001, Clause6_6PrintedByTheEndOfJune) {
  expect_yearly("printed_journal", "2027-05-31", "2027-06-30", Role::kSecretary, "r001 6.6");
  EXPECT_TRUE(due_on("printed_summary", "2027-06-30"));
  certify("journal");
  EXPECT_FALSE(due_on("printed_journal", "2027-06-30"));
  EXPECT_TRUE(due_on("printed_summary", "2027-06-30")) << "another print";
  certify("summary");
  EXPECT_FALSE(due_on("printed_summary", "2027-06-30"));
}
TEST_F(DutiesR001, Clause7_2AndAtTheEndOfTheYear) {
  expect_after_period("performance_report", "year", Role::kDeputyHead, "r001 7.2");
}
TEST_F(DutiesR001, Clause7_2AReportOfEveryPeriod) {
  expect_after_period("performance_report", "quarter", Role::kDeputyHead, "r001 7.2");
  report("quality");
  EXPECT_TRUE(duties("performance_report").empty());
}

TEST_F(DutiesR002, Clause2_3CopiesOnSeveralMedia) {
  ASSERT_EQ(duties("copies").size(), 1U);
  EXPECT_EQ(duties("copies")[0].source.clause, "r002 2.3");
  BackupMade backup;
  backup.root = some_hash();
  backup.medium = "disk";
  backup.room = "12";
  as_administrator().add(backup);
  EXPECT_EQ(duties("copies").size(), 1U);
  backup.medium = "tape";
  as_administrator().add(backup);
  EXPECT_TRUE(duties("copies").empty()) << "of rooms the text does not speak";
}
TEST_F(DutiesR002, Clause2_3TheYearIsOpenedInTheLastWeekOfAugust) {
  h.at("2027-08-24 23:59");
  EXPECT_TRUE(duties("year").empty());
  h.at("2027-08-25 00:00");
  ASSERT_EQ(duties("year").size(), 1U);
  EXPECT_EQ(duties("year")[0].source.clause, "r002 2.3");
}
TEST_F(DutiesR002, Clause2_5SectionsAreVerifiedByTheFifthOfSeptember) {
  expect_yearly("sections_verified", "2027-08-06", "2027-09-05", Role::kHeadOfDepartment, "r002 2.5");
  DictionaryEntryDefined section{"section", "groups", "Группы", {}};
  as_administrator().add(section);
  section.code = "plans";
  as_administrator().add(section);
  const Id head = h.person(Role::kHeadOfDepartment);
  h.by(head, Role::kHeadOfDepartment).add(SectionsVerified{"groups"});
  EXPECT_FALSE(duties("sections_verified").empty()) << "one of two";
  h.by(head, Role::kHeadOfDepartment).add(SectionsVerified{"plans"});
  EXPECT_TRUE(duties("sections_verified").empty());
}
TEST_F(DutiesR002, Clause2_5TheHoursReportByTheEndOfJune) {
  expect_yearly("hours_report", "2027-05-31", "2027-06-30", Role::kHeadOfDepartment, "r002 2.5");
  HoursReported hours;
  hours.from = day("2026-09-01");
  hours.to = day("2027-06-30");
  hours.rows = {{teacher, physics, 68, {}}};
  h.by(h.person(Role::kHeadOfDepartment), Role::kHeadOfDepartment).add(hours);
  EXPECT_TRUE(duties("hours_report").empty());
  ASSERT_EQ(duties("hours_acceptance").size(), 1U);
  EXPECT_NE(duties("hours_acceptance")[0].roles & role_bit(Role::kAccountant), 0U);
}
TEST_F(DutiesR002, Clause4_2FirstYearDataByTheTenthOfSeptember) {
  const Id first = h.klass("1А", 1);
  const Id reading = h.group("1А", "Чтение", {teacher});
  h.student(reading);
  appoint(first, colleague, "2026-11-24");
  expect_yearly("first_year_data", "2027-09-01", "2027-09-10", Role::kClassTeacher, "r002 4.2");
  ASSERT_EQ(duties("first_year_data").size(), 1U) << "7А is no first year";
  EXPECT_EQ(duties("first_year_data")[0].klass, first);
  h.by(colleague, Role::kClassTeacher).add(PersonalDataVerified{h.klass("7А"), {}});
  EXPECT_EQ(duties("first_year_data").size(), 1U) << "of another class";
  h.by(colleague, Role::kClassTeacher).add(PersonalDataVerified{first, {}});
  EXPECT_TRUE(duties("first_year_data").empty());
}
TEST_F(DutiesR002, Clause5_3PaperReportsOfEveryPeriod) {
  expect_after_period("paper_report", "semester", Role::kHeadOfDepartment, "r002 5.3");
  report("paper");
  EXPECT_EQ(duties("paper_report").size(), 1U) << "a deputy's is not theirs";
  h.by(h.person(Role::kHeadOfDepartment), Role::kHeadOfDepartment)
      .add(ReportIssued{"paper", day("2026-11-09"), day("2026-12-27"), some_hash()});
  EXPECT_TRUE(duties("paper_report").empty());
}
TEST_F(DutiesR002, Clause7_2AReportOfEverySemester) {
  expect_after_period("performance_report", "semester", Role::kDeputyHead, "r002 7.2");
}
TEST_F(DutiesR002, Clause7_2AndOfTheYear) {
  expect_after_period("performance_report", "year", Role::kDeputyHead, "r002 7.2");
  h.by(teacher).add(ReportIssued{"performance", day("2026-11-20"), day("2026-11-20"), some_hash()});
  EXPECT_EQ(duties("performance_report").size(), 1U) << "a teacher's is not the deputy's";
  report("performance");
  EXPECT_TRUE(duties("performance_report").empty());
}
TEST_F(DutiesR002, Clause3_2WorkProgrammesAreAskedOfWhoTeaches) {
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "7А";
  opened.subject = "Оптика";
  opened.subject_code = "optics";
  opened.kind = "class";
  opened.classes = {h.klass("7А")};
  as_deputy().add(opened);
  EXPECT_TRUE(duties("work_programme").empty()) << "taught by nobody";
  as_deputy().from("2026-11-23").add(TeachingAssigned{teacher, opened.group, 2, {}});
  const auto asked = duties("work_programme");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].due, h.local("2026-08-28 00:00"));
  EXPECT_TRUE(is_own(asked[0], teacher, kTeaching));
  EXPECT_EQ(asked[0].source.clause, "r002 3.2");
  h.by(teacher).add(WorkProgrammePublished{"optics", "Оптика", 0, some_hash()});
  EXPECT_TRUE(duties("work_programme").empty());
}
TEST_F(DutiesR002, Clause8_6_1PrintedByTheTenthOfJuly) {
  expect_yearly("printed_journal", "2027-06-10", "2027-07-10", Role::kAdministrator, "r002 8/6.1");
}
TEST_F(DutiesR002, Clause8_6_2SheetsByTheEndOfJune) {
  expect_yearly("printed_summary", "2027-05-31", "2027-06-30", Role::kHeadOfDepartment, "r002 8/6.2");
}
TEST_F(DutiesR002, Clause8_6_3EndOfStudySummariesByTheEndOfJune) {
  expect_yearly("printed_study_summary", "2027-05-31", "2027-06-30", Role::kHeadOfDepartment, "r002 8/6.3");
  certify("study_summary");
  EXPECT_TRUE(duties("printed_study_summary").empty());
}

TEST_F(DutiesR003, Clause3_7AnInspectionEveryPeriod) {
  period("half_year", "2026-11-09", "2026-12-27");
  ASSERT_EQ(duties("inspection").size(), 1U);
  EXPECT_EQ(duties("inspection")[0].due, h.local("2026-12-28 00:00"));
  EXPECT_EQ(duties("inspection")[0].source.clause, "r003 3.7");
}

TEST_F(DutiesR004, ClauseP1ControlEverySemester) {
  period("semester", "2026-11-09", "2026-12-27");
  ASSERT_EQ(duties("inspection").size(), 1U);
  EXPECT_EQ(duties("inspection")[0].source.clause, "r004 п1");
}
TEST_F(DutiesR004, ClauseP1ReportsOfTheSemester) {
  expect_after_period("performance_report", "semester", Role::kDeputyHead, "r004 п1");
}
TEST_F(DutiesR004, ClauseP1ArchivedByTheEndOfJune) {
  expect_yearly("archive", "2027-05-31", "2027-06-30", Role::kAdministrator, "r004 п1");
}
TEST_F(DutiesR004, ClauseP1ConsentsOfStaffByTheFirstOfSeptember) {
  const auto asked = duties("staff_consents");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(asked[0].overdue(h.now()));
  const int before = asked[0].count;
  h.by(teacher).add(ConsentGiven{teacher, "personal_data"});
  EXPECT_EQ(duties("staff_consents")[0].count, before - 1);
  expect_yearly("staff_consents", "2027-08-02", "2027-09-01", Role::kDeputyHead, "r004 п1");
}
TEST_F(DutiesR004, ClauseP2_2_2SectionsByTheTwentiethOfSeptember) {
  expect_yearly("sections_verified", "2027-08-21", "2027-09-20", Role::kAdministrator, "r004 п2 2.2");
}
TEST_F(DutiesR004, ClauseP2_2_16CopiesOnTwoMediaInTwoRooms) {
  ASSERT_EQ(duties("copies").size(), 1U);
  EXPECT_EQ(duties("copies")[0].count, 2);
  EXPECT_EQ(duties("copies")[0].source.clause, "r004 п2 2.16");
}
TEST_F(DutiesR004, ClauseP2_3_2TheYearsSummaryByTheEndOfJune) {
  expect_yearly("printed_summary", "2027-05-31", "2027-06-30", Role::kClassTeacher, "r004 п2 3.2");
}

TEST_F(DutiesR004, ClauseP1ConsentsOfFamiliesInSeptember) {
  const Id mother = h.parent(masha);
  h.at("2026-11-23 10:00");
  auto asked = duties("family_consents");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].count, 2);
  EXPECT_TRUE(asked[0].overdue(h.now())) << "since 1 October";
  h.by(mother, Role::kParent).add(ConsentGiven{mother, "personal_data"});
  asked = duties("family_consents");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].count, 1);
}

TEST_F(Duties, Clause3_2AWeeklyPrintoutForWhoDeclinedInWriting) {
  EXPECT_TRUE(duties("printout").empty());
  const Id mother = h.parent(masha);
  h.at("2026-11-24 10:00");
  h.by(mother, Role::kParent).basis("request", "5").add(ElectronicAccessDeclined{mother, masha, true});
  auto asked = duties("printout");
  ASSERT_EQ(asked.size(), 2U) << "this week and the last";
  EXPECT_EQ(asked[1].count, 1);
  EXPECT_EQ(asked[1].due, h.local("2026-11-30 00:00"));
  facts.printed = [&](const Id& student, Date week) { return student == masha && week == day("2026-11-23"); };
  asked = duties("printout");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].to, day("2026-11-22"));
}

// --- What waits for somebody

TEST_F(Duties, Clause3_1CopiesOnTwoMediaInTwoRooms) {
  ASSERT_EQ(duties("copies").size(), 1U);
  EXPECT_EQ(duties("copies")[0].count, 2);
  BackupMade backup;
  backup.root = some_hash();
  backup.medium = "disk";
  backup.room = "12";
  as_administrator().add(backup);
  EXPECT_EQ(duties("copies")[0].count, 1);
  backup.medium = "tape";
  as_administrator().add(backup);
  EXPECT_EQ(duties("copies").size(), 1U) << "both in one room";
  backup.room = "13";
  as_administrator().add(backup);
  EXPECT_TRUE(duties("copies").empty());
  h.at("2026-12-25 09:00");
  EXPECT_EQ(duties("copies").size(), 1U) << "they are old";
}

TEST_F(DutiesR002, Clause5_4TheDeputyAcknowledgesWhatAdministratorsDid) {
  EXPECT_TRUE(duties("operations").empty());
  facts.operations = 3;
  ASSERT_EQ(duties("operations").size(), 1U);
  EXPECT_EQ(duties("operations")[0].count, 3);
  EXPECT_EQ(duties("operations")[0].source.clause, "r002 5.4");
}
TEST_F(Duties, WhereTheRegulationIsSilentOperationsAreNotAcknowledged) {
  facts.operations = 3;
  EXPECT_TRUE(duties("operations").empty());
}

TEST_F(DutiesR002, Clause3_2AGroupWithoutAPlanIsNamed) {
  const auto without = duties("plan");
  ASSERT_EQ(without.size(), 2U);
  EXPECT_EQ(without[0].due, h.local("2026-08-28 00:00"));
  PlanPublished plan;
  plan.group = physics;
  plan.title = "Физика, 7";
  plan.items = {{"1", "Ток", 1, {}, {}}};
  h.by(teacher).add(plan);
  ASSERT_EQ(duties("plan").size(), 1U);
  EXPECT_EQ(duties("plan")[0].group, chemistry);
}

TEST_F(DutiesR002, Clause3_2APlanIsPublishedWholeAndForEverySchoolYear) {
  const auto of_physics = [&] {
    auto asked = duties("plan");
    std::erase_if(asked, [&](const Duty& duty) { return duty.group != physics; });
    return asked;
  };
  PlanPublished plan;
  plan.group = physics;
  plan.title = "Физика, 7";
  plan.items = {{"1", "Ток", 1, {}, {}}};
  plan.more = true;
  plan.continues = {};
  const Id first = h.by(teacher).add(plan);
  EXPECT_EQ(of_physics().size(), 1U) << "further parts follow";
  plan.continues = first;
  plan.items = {{"2", "Закон Ома", 1, {}, {}}};
  plan.more = false;
  h.by(teacher).add(plan);
  EXPECT_TRUE(of_physics().empty());
  h.at("2027-08-20 09:00");
  as_administrator().add(YearOpened{"2027/28", day("2027-09-01"), day("2028-06-30")});
  ASSERT_EQ(of_physics().size(), 1U) << "the next year's";
  EXPECT_EQ(of_physics()[0].due, h.local("2027-08-28 00:00"));
  plan.continues = {};
  h.by(teacher).add(plan);
  EXPECT_TRUE(of_physics().empty());
}

TEST_F(Duties, Clause3_3APlanFollowsTheCurriculumThatCameAfterIt) {
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "7А";
  opened.subject = "Оптика";
  opened.subject_code = "optics";
  opened.classes = {h.klass("7А")};
  as_deputy().add(opened);
  as_deputy().from("2026-09-01").add(TeachingAssigned{teacher, opened.group, 1, {}});
  PlanPublished plan;
  plan.group = opened.group;
  plan.title = "Оптика, 7";
  plan.items = {{"1", "Свет", 2, {}, {}}};
  h.by(teacher).add(plan);
  EXPECT_TRUE(duties("plan_hours").empty());
  const auto curriculum = [&](std::uint16_t hours) {
    CurriculumSet set;
    set.title = "Учебный план";
    set.classes = {h.klass("7А")};
    CurriculumItem item;
    item.subject_code = "optics";
    item.subject = "Оптика";
    item.hours = hours;
    set.items = {item};
    as_deputy().from("2026-11-23").add(set);
  };
  curriculum(3);
  ASSERT_EQ(duties("plan_hours").size(), 1U);
  EXPECT_EQ(duties("plan_hours")[0].group, opened.group);
  EXPECT_EQ(duties("plan_hours")[0].source.clause, "r000 3.3");
  EXPECT_TRUE(is_own(duties("plan_hours")[0], teacher, kTeaching));
  EXPECT_NE(duties("plan_hours")[0].text.ru.find("2, по учебному плану — 3"), std::string::npos);
  curriculum(2);
  EXPECT_TRUE(duties("plan_hours").empty());
}

TEST_F(DutiesR002, APlanOfNextYearMayBePublishedBeforeThisOneEnds) {
  PlanPublished plan;
  plan.group = physics;
  plan.title = "Физика, 8";
  plan.items = {{"1", "Ток", 1, {}, {}}};
  h.at("2027-05-03 09:00");
  h.from("2027-09-01").by(teacher).add(plan);
  EXPECT_EQ(duties("plan").size(), 2U) << "of this year there is none";
  h.at("2027-08-20 09:00");
  as_administrator().add(YearOpened{"2027/28", day("2027-09-01"), day("2028-06-30")});
  ASSERT_EQ(duties("plan").size(), 1U);
  EXPECT_EQ(duties("plan")[0].group, chemistry);
}

class Branched : public DutiesR002 {
 protected:
  Branched() {
    for (const auto& [code, title] : {std::pair{"kasli", "Касли"}, {"ufaley", "В. Уфалей"}})
      as_administrator().add(BranchDefined{code, title});
    as_director().add(ClassOpened{some_id(), "11", 1, "kasli", {}});
    other = some_id();
    as_director().add(ClassOpened{other, "12", 1, "ufaley", {}});
    deputy_there = h.person();
    h.branch("ufaley").grant(deputy_there, Role::kDeputyHead);
    period("semester", "2026-11-09", "2026-12-27");
  }
  std::vector<std::string> asked(std::string_view code) {
    std::vector<std::string> texts;
    for (const auto& duty : duties(code)) texts.push_back(duty.text.en);
    return texts;
  }
  Id other, deputy_there;
};

TEST_F(Branched, AnInspectionOfOneBranchIsNoneOfAnother) {
  ASSERT_EQ(asked("inspection").size(), 3U) << "two branches, and the classes of none";
  InspectionHeld held;
  held.kind = "periodic";
  held.from = held.to = day("2026-11-23");
  h.by(deputy_there, Role::kDeputyHead).branch("ufaley").add(held);
  const auto left = asked("inspection");
  ASSERT_EQ(left.size(), 2U);
  for (const auto& text : left) EXPECT_EQ(text.find("Уфалей"), std::string::npos) << text;
  as_deputy().add(held);
  EXPECT_TRUE(asked("inspection").empty()) << "one of the whole school";
}

TEST_F(Branched, AnInspectionOfNamedClassesIsTheirBranchs) {
  InspectionHeld held;
  held.kind = "periodic";
  held.classes = {other};
  held.from = held.to = day("2026-11-23");
  as_deputy().add(held);
  EXPECT_EQ(asked("inspection").size(), 2U);
}

TEST_F(Branched, ADutyOfABranchIsTheirsWhoHoldTheCapacityThere) {
  int theirs = 0;
  for (const auto& duty : duties("inspection"))
    if (is_own(duty, deputy_there, role_bit(Role::kDeputyHead)) && !duty.people.empty()) {
      ++theirs;
      EXPECT_NE(duty.text.ru.find("В. Уфалей"), std::string::npos) << duty.text.ru;
      EXPECT_FALSE(is_own(duty, h.deputy(), role_bit(Role::kDeputyHead)));
    }
  EXPECT_EQ(theirs, 1);
}

TEST_F(Branched, ReportsAndSectionsAreOfEveryBranchToo) {
  const auto before = asked("activity_report").size();
  h.by(h.administrator(), Role::kAdministrator)
      .branch("kasli")
      .add(ReportIssued{"activity", day("2026-11-16"), day("2026-11-22"), some_hash()});
  EXPECT_EQ(asked("activity_report").size(), before - 1) << "of the week it speaks of";
  h.at("2027-09-01 12:00");
  as_administrator().add(YearOpened{"2027/28", day("2027-09-01"), day("2028-06-30")});
  const auto sections = asked("sections_verified").size();
  h.by(deputy_there, Role::kDeputyHead).branch("ufaley").add(SectionsVerified{"plans"});
  EXPECT_EQ(asked("sections_verified").size(), sections) << "it is the head of department's (r002 2.5)";
  const Id head = h.person();
  h.branch("ufaley").grant(head, Role::kHeadOfDepartment);
  h.by(head, Role::kHeadOfDepartment).branch("ufaley").add(SectionsVerified{"plans"});
  EXPECT_EQ(asked("sections_verified").size(), sections - 1);
}

TEST_F(DutiesR004, ClauseP2_4_3TheReceiptOfAReportIsDueWithinAWorkingDay) {
  h.by(teacher).add(CompromiseReported{teacher, {}});
  ASSERT_EQ(duties("compromise").size(), 1U);
  EXPECT_EQ(duties("compromise")[0].due, h.local("2026-11-25 00:00")) << "from the day of the report";
  h.at("2026-11-28 10:00");
  h.by(colleague).add(CompromiseReported{colleague, day("2026-11-27")});
  std::vector<Instant> due;
  for (const auto& duty : duties("compromise")) due.push_back(duty.due);
  EXPECT_EQ(due, (std::vector{h.local("2026-11-25 00:00"), h.local("2026-11-29 00:00")}));
}

TEST_F(Duties, AReceiptWithoutATermIsOwedAllTheSame) {
  h.by(teacher).add(CompromiseReported{teacher, day("2026-11-20")});
  ASSERT_EQ(duties("compromise").size(), 1U);
  EXPECT_EQ(duties("compromise")[0].due.micros, 0);
}

TEST_F(Duties, AnActForNobodyInParticularIsForEverybody) {
  DocumentPublished document;
  document.title = "Положение";
  document.file = some_hash();
  as_director().add(document);
  facts.viewer = curator;
  EXPECT_EQ(duties("document").size(), 1U);
}

TEST_F(Duties, ALocalActIsAcknowledgedByEachItIsFor) {
  DocumentPublished document;
  document.title = "Положение";
  document.file = some_hash();
  document.audience = {{Role::kTeacher}};
  const Id published = as_director().add(document);
  EXPECT_TRUE(duties("document").empty()) << "nobody asks";
  facts.viewer = curator;
  EXPECT_TRUE(duties("document").empty()) << "not for class teachers";
  facts.viewer = teacher;
  ASSERT_EQ(duties("document").size(), 1U);
  EXPECT_TRUE(is_own(duties("document")[0], teacher, kTeaching));
  h.by(teacher).add(DocumentAcknowledged{published});
  EXPECT_TRUE(duties("document").empty());
  facts.viewer = colleague;
  EXPECT_EQ(duties("document").size(), 1U);
}

TEST_F(Duties, AFindingIsItsTeachersUntilItIsAcknowledged) {
  InspectionHeld held;
  held.kind = "monthly";
  held.from = held.to = day("2026-11-20");
  held.findings.push_back({1, "topics", teacher, physics, {}, day("2026-11-30")});
  const Id inspection = as_deputy().add(held);
  ASSERT_EQ(duties("finding").size(), 1U);
  EXPECT_TRUE(is_own(duties("finding")[0], teacher, kTeaching));
  ASSERT_EQ(duties("finding_due").size(), 1U);
  EXPECT_EQ(duties("finding_due")[0].due, h.local("2026-12-01 00:00"));
  h.by(teacher).add(FindingAcknowledged{inspection, 1});
  EXPECT_TRUE(duties("finding").empty());
  as_deputy().add(FindingResolved{inspection, 1});
  EXPECT_TRUE(duties("finding_due").empty());
}

TEST_F(DutiesR001, Clause4_3TheYearIsOpenedInTheLastWeekOfAugust) {
  h.at("2027-08-24 12:00");
  EXPECT_TRUE(duties("year").empty());
  h.at("2027-08-25 12:00");
  ASSERT_EQ(duties("year").size(), 1U);
  EXPECT_EQ(duties("year")[0].due, h.local("2027-09-01 00:00"));
  YearOpened opened;
  opened.title = "2027/28";
  opened.from = day("2027-09-01");
  opened.to = day("2028-05-31");
  as_administrator().add(opened);
  EXPECT_TRUE(duties("year").empty());
}

TEST_F(Duties, OfASchoolWithoutAProfileThereAreNone) {
  test::History bare;
  std::vector<Duty> none;
  add_office_duties(duty_scope(bare.structure(), book, h.now()), facts, none);
  EXPECT_TRUE(none.empty());
}

TEST_F(Duties, TheOverdueComeFirstAndThoseWithoutATermLast) {
  h.at("2026-11-24 12:00");
  const auto all = duties();
  ASSERT_GT(all.size(), 5U);
  const auto term = [](const Duty& duty) { return duty.due.micros == 0 ? Instant{INT64_MAX} : duty.due; };
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LE(term(all[i - 1]), term(all[i]));
  EXPECT_EQ(all.back().due.micros, 0);
}

}  // namespace
}  // namespace letopis::commands
