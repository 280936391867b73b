// Marks of periods: who is marked, when, on how many marks; make-up and imported marks; closed periods.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Periods : public Rules {
 protected:
  explicit Periods(std::string_view regulation = "r000", std::string_view kind = "semester") : Rules(regulation) {
    PeriodDefined defined;
    period = some_id();
    defined.period = period;
    defined.title = "1 полугодие";
    defined.kind = kind;
    defined.from = day("2026-09-01");
    defined.to = day("2026-12-26");
    defined.marks_from = day("2026-12-14");
    defined.marks_to = day("2026-12-24");
    as_deputy().add(defined);
  }
  PeriodMarkGiven mark(const Id& student, const char* value = "4") const {
    return {period, physics, student, value, "4.20", 5};
  }
  PeriodMarkWaived waiver(const Id& student) const { return {period, physics, student}; }
  // `count` marks for answers in as many lessons of the fixture's Mondays.
  void marks(int count, const Id& student, const char* kind = "answer") {
    const char* mondays[] = {"2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"};
    const char* thursdays[] = {"2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17"};
    for (int i = 0; i < count; ++i) {
      const bool monday = i % 2 == 0;
      const Id lesson = h.lesson(physics, monday ? mondays[i / 2] : thursdays[i / 2], monday ? 2 : 3);
      h.mark(h.work(lesson, kind), student, "4");
    }
  }
  Id period;
};

TEST_F(Periods, Clause3_3InTheLastWeekOneDayBeforeTheHolidays) {
  h.at("2026-12-19 12:00");
  EXPECT_EQ(ruled_at("2026-12-19 23:59", h.by(teacher), mark(masha)), "refused period_mark_early");
  EXPECT_NE(told.ru.find("20.12.2026"), std::string::npos) << told.ru;
  h.at("2026-12-20 10:00");
  expect_until(h.by(teacher).propose(mark(masha)), h.local("2026-12-26 00:00"), rule::kPeriodMarkDeadline);
}

TEST_F(Periods, OfTheKindThatTheRegulationNames) {
  PeriodDefined quarter;
  quarter.period = some_id();
  quarter.title = "2 четверть";
  quarter.kind = "quarter";
  quarter.from = day("2026-11-09");
  quarter.to = day("2026-12-26");
  as_deputy().add(quarter);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), PeriodMarkGiven{quarter.period, physics, masha, "4", {}, 0}), "refused period_kind");
  EXPECT_NE(told.ru.find("семестр"), std::string::npos) << told.ru;
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
}

TEST_F(Periods, OnceByTheTeacherOfTheGroupForItsMembers) {
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(colleague), mark(masha)), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), mark(h.person(Role::kStudent))), "refused not_enrolled");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "6")), "refused off_scale");
  EXPECT_EQ(ruled(h.by(teacher), PeriodMarkGiven{some_id(), physics, masha, "4", {}, 0}), "refused unknown_reference");
  const Id given = h.by(teacher).add(mark(masha));
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "5")), "refused duplicate_entry");
  h.annul(given);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "5")), "accepted") << "annulled, the cell is free";
}

TEST_F(Periods, ABlankIsExplainedByADecision) {  // tension 6
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), waiver(masha)), "refused invalid_value") << "no reason";
  const auto waived = ruling(reasoned(h.by(teacher), masha), waiver(masha));
  EXPECT_EQ(text(waived), "accepted");
  EXPECT_EQ(waived.awaits, std::vector{Role::kDeputyHead});
  h.by(teacher).add(mark(petya));
  EXPECT_EQ(ruled(reasoned(h.by(teacher), petya), waiver(petya)), "refused duplicate_entry");
}

TEST_F(Periods, AClosedPeriodTakesNothingUntilTheDirectorOpensIt) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  EXPECT_EQ(ruled(as_deputy(), PeriodClosed{period}), "refused not_yet") << "it has not ended";
  h.at("2026-12-26 12:00");
  EXPECT_EQ(ruled(as_deputy(), PeriodClosed{period}), "accepted");
  EXPECT_EQ(ruled(as_director(), PeriodReopened{period}), "refused already_decided");
  as_deputy().add(PeriodClosed{period});
  EXPECT_EQ(ruled(as_deputy(), PeriodClosed{period}), "refused already_decided");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused period_closed");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "4"}), "refused period_closed");
  as_director().add(PeriodReopened{period});
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "late period_mark_deadline");
}

TEST_F(Periods, NothingAboutAClosedPeriodIsEnteredOrSetRight) {
  const Id monday = h.lesson(physics, "2026-11-23", 2);
  const Id topic = h.topic(monday, "Закон Ома");
  const Id work = h.work(monday, "answer");
  const Id marked = h.mark(work, petya, "3");
  const Id late = h.lesson(physics, "2026-12-24", 3);
  h.at("2026-12-26 12:00");
  const Id semester = h.by(teacher).add(mark(masha));
  const auto everything = [&](std::string_view expected) {
    WorkPlanned planned;
    planned.group = physics;
    planned.lesson = late;
    planned.kind = "answer";
    HomeworkSet homework;
    homework.lesson = late;
    homework.text = "§ 1";
    homework.kind = "written";
    const auto by_teacher = [&](ledger::Body body) {
      const std::string ruling = ruled(h.by(teacher), std::move(body));
      return expected.empty() ? (ruling == "refused period_closed" ? ruling : "") : ruling;
    };
    EXPECT_EQ(by_teacher(lesson_of(physics, "2026-12-21", 2)), expected);
    EXPECT_EQ(by_teacher(AttendanceTaken{late, true}), expected);
    EXPECT_EQ(by_teacher(AbsenceRecorded{late, masha, {}}), expected);
    EXPECT_EQ(by_teacher(LatenessRecorded{late, masha, 5}), expected);
    EXPECT_EQ(by_teacher(planned), expected);
    EXPECT_EQ(by_teacher(homework), expected);
    for (const auto& [target, about] :
         {std::pair{topic, masha}, std::pair{marked, petya}, std::pair{semester, masha}}) {
      const std::string ruling = ruled(reasoned(h.by(teacher), about), EntryCorrected{target, "4", 0, false});
      EXPECT_EQ(expected.empty() && ruling != "refused period_closed" ? "" : ruling, expected);
    }
  };
  everything("");
  as_deputy().add(PeriodClosed{period});
  everything("refused period_closed");
}

TEST_F(Periods, AnExtracurricularGroupHasNoMarks) {
  const Id club = chess_club("2026-09-01", teacher);
  h.enrol(club, masha);
  const Id work = h.work(h.lesson(club, "2026-11-23", 8), "answer");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "4"}), "refused group_without_marks");
  const Id coursework = h.by(teacher).add(CourseworkAssigned{club, masha, "Дебюты", day("2026-12-01")});
  EXPECT_EQ(ruled(h.by(teacher), CourseworkGraded{coursework, "5"}), "refused group_without_marks");
  EXPECT_EQ(ruled(h.by(h.secretary(), Role::kSecretary).basis("certificate", "8"),
                  MarkImported{masha, club, {}, "current", "4", day("2026-10-01")}),
            "refused group_without_marks");
}

TEST_F(Periods, AFinalMarkComesWithTheMarksOfAPeriodOrTheYear) {
  h.at("2026-12-19 12:00");
  EXPECT_EQ(ruled(h.by(teacher), FinalMarkGiven{physics, masha, "5"}), "refused period_mark_early");
  h.at("2026-12-20 10:00");
  expect_until(h.by(teacher).propose(FinalMarkGiven{physics, masha, "5"}), h.local("2026-12-26 00:00"),
               rule::kPeriodMarkDeadline);
  add_period("year", "2026-09-01", "2027-05-31");
  h.at("2027-05-26 10:00");
  expect_until(h.by(teacher).propose(FinalMarkGiven{physics, masha, "5"}), h.local("2027-05-31 00:00"),
               rule::kPeriodMarkDeadline);
}

TEST_F(Periods, AFinalMarkIsGivenOnce) {
  h.at("2026-12-20 10:00");
  EXPECT_EQ(ruled(h.by(teacher), FinalMarkGiven{physics, masha, "5"}), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), FinalMarkGiven{physics, masha, "5"}), "refused not_own_group");
  EXPECT_EQ(ruled(as_curator(), FinalMarkGiven{physics, masha, "5"}), "accepted") << "of the own class";
  h.by(teacher).add(FinalMarkGiven{physics, masha, "5"});
  EXPECT_EQ(ruled(h.by(teacher), FinalMarkGiven{physics, masha, "4"}), "refused duplicate_entry");
}

TEST_F(Periods, TheCouncilDecidesByProtocol) {
  CouncilDecided decided{masha, CouncilKind::kPromote, h.klass("7А")};
  EXPECT_EQ(ruled(h.by(h.deputy(), Role::kDeputyHead).basis("order", "4"), decided), "refused no_basis");
  const auto ruling = this->ruling(h.by(h.deputy(), Role::kDeputyHead).basis("protocol", "4"), decided);
  EXPECT_EQ(text(ruling), "accepted");
  EXPECT_EQ(ruling.awaits, std::vector{Role::kDirector});
}

class PeriodsR001 : public Periods {
 protected:
  PeriodsR001() : Periods("r001", "quarter") {}
};

TEST_F(PeriodsR001, Clause4_5AtTheEndOfThePeriod) {
  marks(6, masha);
  h.at("2026-12-21 10:00");
  expect_until(h.by(teacher).propose(mark(masha)), h.local("2026-12-27 00:00"), rule::kPeriodMarkDeadline);
}

TEST_F(PeriodsR001, Clause5_2AtLeastFiveMarksAtTwoHoursAWeek) {  // the timetable has two lessons a week
  marks(4, masha);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks");
  EXPECT_NE(told.ru.find("Нужно 5, есть 4"), std::string::npos) << told.ru;
}

TEST_F(PeriodsR001, Clause5_2FiveMarksAreEnoughAtTwoHours) {
  marks(5, masha);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
}

TEST_F(PeriodsR001, Clause5_2ThreeAtOneHour) {
  h.from("2026-12-01").timetable(physics, {{1, 2, teacher}});
  marks(2, masha);
  marks(1, petya);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks");
  EXPECT_NE(told.ru.find("Нужно 3, есть 2"), std::string::npos) << told.ru;
}

TEST_F(PeriodsR001, Clause5_2MoreThanFiveAboveTwoHours) {
  h.from("2026-12-01").timetable(physics, {{1, 2, teacher}, {4, 3, teacher}, {5, 1, teacher}});
  marks(5, masha);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks");
  EXPECT_NE(told.ru.find("Нужно 6, есть 5"), std::string::npos) << told.ru;
}

TEST_F(PeriodsR001, Clause5_2WrittenWorksAreTakenIntoAccount) {
  marks(5, masha);
  h.work(h.lesson(physics, "2026-12-17", 3), "control");
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused works_unaccounted");
  const Id control = h.work(h.lesson_outside(physics, "2026-12-21", 600, 640), "control");
  h.mark(control, masha, "3");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
}

// Who changes class within the school keeps the marks of the subject.
TEST_F(PeriodsR001, Clause5_2MarksOfTheClassOneCameFromCountToo) {
  marks(5, masha);
  const Id next = h.group("7Б", "Физика", {teacher}), other = h.group("7Б", "Химия", {teacher});
  h.timetable(next, {{1, 4, teacher}, {4, 4, teacher}});
  h.timetable(other, {{2, 4, teacher}, {5, 4, teacher}});
  h.at("2026-12-18 10:00");
  h.by(h.secretary(), Role::kSecretary)
      .basis("order", "9")
      .add(MovementOrdered{masha, h.klass("7Б"), Movement::kTransferred});
  h.from("2026-12-18").enrol(next, masha);
  h.from("2026-12-18").enrol(other, masha);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), PeriodMarkGiven{period, next, masha, "4", "4.00", 5}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), PeriodMarkGiven{period, other, masha, "4", "4.00", 5}), "refused too_few_marks")
      << "another subject's are not its own";
}

TEST_F(PeriodsR001, WhoBroughtMarksAlongNeedsNoMinimum) {
  EXPECT_EQ(ruled(h.by(h.secretary(), Role::kSecretary).basis("certificate", "8"),
                  MarkImported{masha, physics, period, "current", "не аттестован", day("2026-10-01")}),
            "refused banned_entry")
      << "r001 5.3";

  h.at("2026-12-21 10:00");
  const MarkImported imported{masha, physics, period, "current", "4", day("2026-10-01")};
  EXPECT_EQ(ruled(h.by(h.secretary(), Role::kSecretary).basis("letter", "8"), imported), "refused no_basis");
  EXPECT_EQ(ruling(h.by(h.secretary(), Role::kSecretary).basis("certificate", "8"), imported).awaits,
            std::vector{Role::kDeputyHead});
  h.by(h.secretary(), Role::kSecretary).basis("certificate", "8").add(imported);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), mark(petya)), "refused too_few_marks");
}

TEST_F(PeriodsR001, MarksBroughtAlongCountForTheirOwnPeriod) {
  h.by(h.secretary(), Role::kSecretary)
      .basis("certificate", "8")
      .add(MarkImported{masha, physics, {}, "current", "4", day("2026-05-20")});
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks") << "of last year";
  const Id imported = h.by(h.secretary(), Role::kSecretary)
                          .basis("certificate", "9")
                          .add(MarkImported{masha, physics, {}, "current", "4", day("2026-10-20")});
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
  h.annul(imported);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks");
}

TEST_F(PeriodsR001, FewerMarksAreEnoughByADecisionTheDeputySigns) {  // tension 6
  marks(1, masha);
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused too_few_marks");
  EXPECT_EQ(ruled(h.by(teacher).basis("order", "12"), mark(masha)), "refused too_few_marks");
  const auto decided = ruling(h.by(teacher).basis("decision", "12"), mark(masha));
  EXPECT_EQ(text(decided), "accepted");
  EXPECT_EQ(decided.awaits, std::vector{Role::kDeputyHead});
  marks(5, petya);
  EXPECT_TRUE(ruling(h.by(teacher).basis("decision", "12"), mark(petya)).awaits.empty()) << "nothing to decide";
}

TEST_F(PeriodsR001, ABlankIsOfThePeriodsWindowToo) {
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), waiver(masha)), "refused period_mark_early");
  h.at("2026-12-28 10:00");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), waiver(masha)), "late period_mark_deadline");
}

TEST_F(PeriodsR001, Clause5_3ReleasedAndNotAttestedAreNoMarks) {
  h.at("2026-12-21 10:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "н/а")), "refused banned_entry");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "освобождён")), "refused banned_entry");
}

class PeriodsR002 : public Periods {
 protected:
  PeriodsR002() : Periods("r002") {}
};

TEST_F(PeriodsR002, Clause3_2NotLaterThanTheDatesSetAndNeverBackdated) {
  EXPECT_EQ(ruled_at("2026-12-13 23:59", h.by(teacher), mark(masha)), "refused period_mark_early");
  EXPECT_EQ(ruled_at("2026-12-14 00:00", h.by(teacher), mark(masha)), "accepted");
  h.at("2026-12-24 12:00");
  EXPECT_EQ(ruled_at("2026-12-25 00:00", h.by(teacher), mark(masha)), "accepted") << "the last midnight of 24.12";
  EXPECT_EQ(ruled_at("2026-12-25 00:01", h.by(teacher), mark(masha)), "refused backdated");
  EXPECT_EQ(ruled_at("2026-12-25 00:01", h.by(teacher).basis("exam_sheet", "7"), mark(masha)),
            "late period_mark_deadline");
}

class PeriodsR004 : public Periods {
 protected:
  PeriodsR004() : Periods("r004") {}
};
TEST_F(PeriodsR004, ClauseP2_2_11OnTheDatesThatTheSchoolsActSets) {
  h.at("2026-12-13 12:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused period_mark_early");
  h.at("2026-12-14 00:00");
  expect_until(h.by(teacher).propose(mark(masha)), h.local("2026-12-25 00:00"), rule::kPeriodMarkDeadline);
}

TEST_F(PeriodsR002, ABlankIsLateAndNotRefused) {
  h.at("2026-12-28 10:00");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), waiver(masha)), "late period_mark_deadline");
}

// --- r003: nobody is marked in grade 1 and the first half of grade 2

class PeriodsR003 : public Rules {
 protected:
  PeriodsR003() : Rules("r003") {
    first = h.group("1А", "Чтение", {teacher});
    second = h.group("2А", "Чтение", {teacher});
    label("1А", 1);
    label("2А", 2);
    h.from("2026-09-01").timetable(first, {{1, 3, teacher}});
    h.from("2026-09-01").timetable(second, {{1, 4, teacher}});
    kolya = h.student(first);
    dasha = h.student(second);
  }
  void label(std::string_view name, int grade) {
    h.by(h.director(), Role::kDirector)
        .from("2026-11-23")
        .add(ClassLabelled{h.klass(name), name, static_cast<std::uint8_t>(grade)});
  }
  MarkGiven mark_in(const Id& group, const char* date, int slot, const Id& student) {
    return {h.work(h.lesson(group, date, slot), "answer"), 0, student, "5"};
  }
  Id first, second, kolya, dasha;
};

TEST_F(PeriodsR003, Clause6_5NoMarksInGradeOne) {
  EXPECT_EQ(ruled(h.by(teacher), mark_in(first, "2026-11-23", 3, kolya)), "refused unmarked_grade");
  EXPECT_EQ(ruled(h.by(teacher), mark_in(first, "2027-02-01", 3, kolya)), "refused unmarked_grade");
}

TEST_F(PeriodsR003, Clause6_5NoneInTheFirstHalfOfGradeTwo) {
  EXPECT_EQ(ruled(h.by(teacher), mark_in(second, "2026-12-28", 4, dasha)), "refused unmarked_grade");
  const Id new_year = h.work_outside(second, "2027-01-01", "answer");
  h.at("2027-01-02 09:00");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{new_year, 0, dasha, "5"}), "late lesson_mark_deadline")
      << "the first of January";
  EXPECT_EQ(ruled(h.by(teacher), mark_in(second, "2027-01-11", 4, dasha)), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), mark_in(physics, "2027-01-11", 2, masha)), "accepted") << "grade 7 always";
}

TEST_F(PeriodsR003, Clause6_5TheHalfYearIsTheOneTheSchoolSet) {
  as_administrator().add(YearOpened{"2026/2027", day("2026-09-01"), day("2027-05-31")});
  const auto half = [&](const char* from, const char* to) {
    PeriodDefined defined;
    defined.period = some_id();
    defined.title = "полугодие";
    defined.kind = "half_year";
    defined.from = day(from);
    defined.to = day(to);
    defined.grades = {{2, 2}};
    as_deputy().add(defined);
  };
  half("2026-09-01", "2027-01-17");
  half("2027-01-18", "2027-05-31");
  EXPECT_EQ(ruled(h.by(teacher), mark_in(second, "2027-01-11", 4, dasha)), "refused unmarked_grade");
  EXPECT_EQ(ruled(h.by(teacher), mark_in(second, "2027-01-18", 4, dasha)), "accepted");
}

// Two small classes taught together: everybody is marked as in the own class.
TEST_F(PeriodsR003, Clause6_5InMergedClassesByTheGradeOfThePupil) {
  label("3А", 3);
  for (const auto& order : {std::vector{h.klass("3А"), h.klass("1А")}, std::vector{h.klass("1А"), h.klass("3А")}}) {
    TeachingGroupOpened opened;
    opened.group = some_id();
    opened.label = "1А+3А";
    opened.subject = "Музыка";
    opened.kind = "merged";
    opened.classes = order;
    as_deputy().add(opened);
    as_deputy().from("2026-09-01").add(TeachingAssigned{teacher, opened.group, 1, {}});
    const Id third = h.student(h.group("3А", "Чтение", {teacher}));
    for (const Id& student : {kolya, third}) h.enrol(opened.group, student);
    const Id work = h.work_outside(opened.group, "2026-11-23", "answer");
    EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, kolya, "5"}), "refused unmarked_grade");
    EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, third, "5"}), "accepted");
    EXPECT_EQ(ruled(h.by(teacher), FinalMarkGiven{opened.group, kolya, "5"}), "refused unmarked_grade");
  }
}

// By an individual plan, in a group that belongs to no class.
TEST_F(PeriodsR003, Clause6_5InAGroupWithoutClassesByTheGradeOfThePupil) {
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "ИУП";
  opened.subject = "Музыка";
  opened.kind = "individual";
  as_deputy().add(opened);
  as_deputy().from("2026-09-01").add(TeachingAssigned{teacher, opened.group, 1, {}});
  h.enrol(opened.group, kolya);
  h.enrol(opened.group, masha);
  const Id work = h.work_outside(opened.group, "2026-11-23", "answer");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, kolya, "5"}), "refused unmarked_grade");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "5"}), "accepted");
}

TEST_F(PeriodsR003, Clause6_5WrittenWishesAreAllowed) {
  const Id lesson = h.lesson(first, "2026-11-23", 3);
  EXPECT_EQ(ruled(h.by(teacher), WrittenWishGiven{kolya, lesson}), "refused invalid_value") << "no words";
  EXPECT_EQ(ruled(h.by(teacher).sealed("wish", kolya, some_hash()), WrittenWishGiven{kolya, lesson}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher).sealed("wish", dasha, some_hash()), WrittenWishGiven{dasha, lesson}),
            "refused not_enrolled");
}

// --- r002 3.2, r004 п2 2.9: lessons missed are made up by protocol

class Makeup : public Rules {
 protected:
  explicit Makeup(std::string_view regulation = "r002") : Rules(regulation) {
    lesson = h.lesson(physics, "2026-11-23", 2);
    work = h.work(lesson, "answer");
    absence = h.absence(lesson, masha);
    h.at("2026-12-01 10:00");
  }
  MakeupMarkGiven mark() const { return {work, 0, masha, "4", absence}; }
  Id lesson, work, absence;
};
class MakeupR000 : public Makeup {
 protected:
  MakeupR000() : Makeup("r000") {}
};
class MakeupR004 : public Makeup {
 protected:
  MakeupR004() : Makeup("r004") {}
};

TEST_F(Makeup, Clause3_2ByProtocolForAValidReasonIntoTheOriginalTopic) {
  EXPECT_EQ(ruled(h.by(teacher), mark()), "refused no_basis");
  EXPECT_EQ(ruled(h.by(teacher).basis("order", "1"), mark()), "refused no_basis");
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "refused absence_not_excused");
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "4"}), "refused backdated") << "a plain mark never";
  h.by(teacher).basis("protocol", "1").add(mark());
  EXPECT_TRUE(h.state().absence_standing(lesson, masha)) << "the absence stays";
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "2"), mark()), "refused second_mark");
}

TEST_F(Makeup, Clause3_2AnExcuseTakenBackIsNone) {
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-20", "2026-11-25");
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23", false);
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "refused absence_not_excused");
}

TEST_F(Makeup, OfTheStudentAndTheGroupThatMissed) {
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  MakeupMarkGiven other = mark();
  other.student = petya;
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), other), "refused unknown_reference");
  other = mark();
  other.absence = some_id();
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), other), "refused unknown_reference");
  h.withdraw(absence);
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "refused unknown_reference") << "present after all";
}

TEST_F(Makeup, Clause3_2IntoTheLessonThatWasMissedAndNoOther) {
  const Id missed = h.absence(h.lesson(physics, "2026-12-03", 3), masha);
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-12-03", "2026-12-03");
  MakeupMarkGiven other = mark();  // of Monday, when she was there too
  other.absence = missed;
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), other), "refused makeup_of_another_lesson");
  EXPECT_NE(told.ru.find("03.12.2026"), std::string::npos) << told.ru;
  // A work outside lessons is made up by the absence of its day.
  WorkPlanned outside;
  outside.group = physics;
  outside.kind = "answer";
  outside.held_on = day("2026-12-03");
  other.work = h.by(teacher).add(outside);
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), other), "accepted");
}

TEST_F(Makeup, Clause3_2ByTheTeacherAlone) {
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  const Id examiner = h.person(Role::kCommission);
  EXPECT_EQ(ruled(h.by(examiner, Role::kCommission).basis("protocol", "1"), mark()), "refused makeup_by_teacher");
}

// A protocol is of the make-up: neither older than the lesson missed nor of a day to come.
TEST_F(Makeup, Clause3_2AProtocolHasADateThatCanBe) {
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  const auto dated = [&](std::string_view date) { return ruled(h.by(teacher).basis("protocol", "1", date), mark()); };
  EXPECT_EQ(dated("2026-11-22"), "refused basis_date");
  EXPECT_EQ(dated("2026-11-23"), "accepted");
  EXPECT_EQ(dated("2026-12-01"), "accepted");
  EXPECT_EQ(dated("2026-12-02"), "refused basis_date");
  EXPECT_NE(told.ru.find("02.12.2026"), std::string::npos) << told.ru;
}

class MakeupOnTheDay : public Rules {
 protected:
  explicit MakeupOnTheDay(std::string_view regulation = "r002") : Rules(regulation) {
    lesson = h.lesson(physics, "2026-11-23", 2);
    work = h.work(lesson, "answer");
  }
  std::string mark_of(const Id& student) { return ruled(h.by(teacher), MarkGiven{work, 0, student, "5"}); }
  Id lesson, work;
};
class MakeupOnTheDayR004 : public MakeupOnTheDay {
 protected:
  MakeupOnTheDayR004() : MakeupOnTheDay("r004") {}
};
class MakeupOnTheDayR001 : public MakeupOnTheDay {
 protected:
  MakeupOnTheDayR001() : MakeupOnTheDay("r001") {}
};
TEST_F(MakeupOnTheDay, Clause3_2WhoWasAbsentGetsNoOtherMark) {
  EXPECT_EQ(mark_of(masha), "accepted");
  const Id absence = h.absence(lesson, masha);
  EXPECT_EQ(mark_of(masha), "refused makeup_needed");
  EXPECT_NE(told.ru.find("по протоколу"), std::string::npos) << told.ru;
  EXPECT_EQ(mark_of(petya), "accepted");
  h.withdraw(absence);
  EXPECT_EQ(mark_of(masha), "accepted") << "they were there after all";
}
TEST_F(MakeupOnTheDayR004, ClauseP2_2_9WhoWasAbsentGetsNoOtherMark) {
  h.absence(lesson, masha);
  EXPECT_EQ(mark_of(masha), "refused makeup_needed");
}
// … in whichever order the two are entered, and the absence stays under its make-up.
TEST_F(MakeupOnTheDayR004, ClauseP2_2_9WhoIsMarkedWasThere) {
  const Id given = h.mark(work, petya, "4");
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, petya, "н"}), "refused absence_and_mark");
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, masha, "н"}), "accepted");
  h.withdraw(given);
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, petya, "н"}), "accepted");
  const Id absence = h.absence(lesson, masha);
  const auto withdrawn = [&] {
    return ruled(reasoned(h.by(curator, Role::kClassTeacher), masha), EntryCorrected{absence, {}, 0, true});
  };
  EXPECT_EQ(withdrawn(), "accepted");
  MakeupMarkGiven makeup;
  makeup.work = work;
  makeup.student = masha;
  makeup.value = "4";
  makeup.absence = absence;
  h.by(teacher).basis("protocol", "1").add(makeup);
  EXPECT_EQ(withdrawn(), "refused absence_and_mark");
}
TEST_F(MakeupOnTheDayR001, WhereTheTextIsSilentAMarkIsAMark) {
  h.absence(lesson, masha);
  EXPECT_EQ(mark_of(masha), "accepted");
}

TEST_F(MakeupR004, ClauseP2_2_9ByTheTeacherOrACommission) {
  h.by(curator, Role::kClassTeacher).excuse(masha, "2026-11-23", "2026-11-23");
  const Id examiner = h.person(Role::kCommission);
  EXPECT_EQ(ruled(h.by(examiner, Role::kCommission).basis("protocol", "1"), mark()), "accepted");
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "accepted");
  EXPECT_EQ(ruled(h.by(colleague).basis("protocol", "1"), mark()), "refused not_own_group");
  h.by(h.director(), Role::kDirector).basis("order", "2").add(CommissionAppointed{chemistry, {colleague}});
  EXPECT_EQ(ruled(h.by(colleague, Role::kCommission).basis("protocol", "1"), mark()), "refused not_own_group")
      << "the commission of another group";
  h.by(h.director(), Role::kDirector).basis("order", "3").add(CommissionAppointed{physics, {colleague}});
  EXPECT_EQ(ruled(h.by(colleague, Role::kCommission).basis("protocol", "1"), mark()), "accepted");
}

TEST_F(MakeupR000, WhereTheRegulationIsSilentAProtocolIsEnough) {
  EXPECT_EQ(ruled(h.by(teacher).basis("protocol", "1"), mark()), "accepted");
}

TEST_F(MakeupR000, APointSaysThatAMarkIsToCome) {
  EXPECT_EQ(ruled(h.by(teacher), MarkAwaited{work, petya}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), MarkAwaited{work, h.person(Role::kStudent)}), "refused not_enrolled");
  h.mark(work, petya, "3");
  EXPECT_EQ(ruled(h.by(teacher), MarkAwaited{work, petya}), "refused second_mark");
}

}  // namespace
}  // namespace letopis::commands
