// Figures of a journal and the sheets written of them: what was delivered, marked and missed; and the office's lists.

#include "projections/sheets.h"

#include <gtest/gtest.h>

#include "projections/office_listing.h"
#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;
using test::day;

class Sheets : public testing::Test, protected SmallSchool {
 protected:
  Sheets() { h.work_kind("control", true); }

  GroupFigures figures(const Id& period = {}) {
    kept = journal_of(*this, physics, kMonday - 7, kSunday);
    return figures_of(h.structure(), kept.view, period, h.now());
  }
  const StudentFigures& of(const GroupFigures& group, const Id& student) {
    const auto it = std::find_if(group.students.begin(), group.students.end(),
                                 [&](const auto& figures) { return figures.id == student; });
    LETOPIS_ASSERT(it != group.students.end());
    return *it;
  }
  NameOf names() {
    return [this](const Id& id) { return name(id); };
  }
  Journal kept;
};

TEST_F(Sheets, LessonsCountFromTheMomentTheyBegin) {
  h.at("2026-11-23 09:24");
  EXPECT_EQ(figures().lessons, 2) << "last week's";
  h.at("2026-11-23 09:26");
  EXPECT_EQ(figures().lessons, 3);
  EXPECT_EQ(figures().recorded, 0);
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(figures().recorded, 1);
  EXPECT_EQ(figures().with_topic, 0);
  const Id topic = h.topic(lesson, "Закон Ома");
  h.attendance(lesson);
  h.homework(lesson, "§ 1", "2026-11-26");
  EXPECT_EQ(figures().with_topic, 1);
  EXPECT_EQ(figures().with_roll, 1);
  EXPECT_EQ(figures().with_homework, 1);
  EXPECT_EQ(figures().beside_plan, 1);
  h.annul(topic);
  EXPECT_EQ(figures().with_topic, 0);
  EXPECT_EQ(figures().beside_plan, 0);
}

TEST_F(Sheets, ACancelledLessonIsNoneAndADoubleOneIsTwoHours) {
  h.cancel(physics, "2026-11-26", 3);
  h.at("2026-11-23 09:25");
  ledger::LessonRecorded twice;
  twice.lesson = lesson_id(physics, kMonday, 2);
  twice.group = physics;
  twice.date = kMonday;
  twice.slot = 2;
  twice.slots = 2;
  h.by(teacher).add(twice);
  h.at("2026-11-27 12:00");
  const auto group = figures();
  EXPECT_EQ(group.lessons, 3);
  EXPECT_EQ(group.hours, 4);
  EXPECT_EQ(group.recorded_hours, 2);
}

TEST_F(Sheets, APairOfTheTimetableIsTwoHoursDueAndTwoGiven) {
  h.timetable(physics, {{1, 2, teacher}, {1, 3, teacher}});
  h.at("2026-11-23 09:25");
  ledger::LessonRecorded pair;
  pair.lesson = lesson_id(physics, kMonday, 2);
  pair.group = physics;
  pair.date = kMonday;
  pair.slot = 2;
  pair.slots = 2;
  h.by(teacher).add(pair);
  h.at("2026-11-27 12:00");
  kept = journal_of(*this, physics);
  const auto group = figures_of(h.structure(), kept.view, {}, h.now());
  EXPECT_EQ(group.lessons, 1);
  EXPECT_EQ(group.hours, 2);
  EXPECT_EQ(group.recorded_hours, 2);
}

// r002 1.7, 2.5: who gave how many hours, their own and for others.
TEST_F(Sheets, HoursAreTheirsWhoRecordedTheLesson) {
  const Id colleague = h.teacher();
  h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  h.lesson(physics, "2026-11-23", 2);
  h.by(colleague).lesson(physics, "2026-11-26", 3);
  const auto group = figures();
  const auto sheet = boost::json::parse(hours_json(h.structure(), {&group, 1}, names())).as_array();
  ASSERT_EQ(sheet.size(), 2U);
  EXPECT_EQ(sheet[0].at("teacher").as_string(), to_hex(colleague.view())) << "whose name is not known comes first";
  EXPECT_EQ(sheet[0].at("hours").as_int64(), 1);
  EXPECT_EQ(sheet[0].at("substituted").as_int64(), 1);
  EXPECT_EQ(sheet[1].at("name").as_string(), "Анна Ивановна");
  EXPECT_EQ(sheet[1].at("groups").at(0).at("hours").as_int64(), 1);
  EXPECT_EQ(sheet[1].at("substituted").as_int64(), 0);
}

// Held by another's order in another subject: given by the substitute, and still owed to this one.
TEST_F(Sheets, HoursOfAnotherSubjectAreNotDeliveredHere) {
  const Id colleague = h.teacher();
  const auto order = [&](std::string_view date, int slot, std::string_view subject) {
    ledger::SubstitutionOrdered body;
    body.group = physics;
    body.date = day(date);
    body.slot = static_cast<std::uint8_t>(slot);
    body.absent = teacher;
    body.substitute = colleague;
    body.subject = subject;
    h.by(h.deputy(), Role::kDeputyHead).add(body);
  };
  order("2026-11-23", 2, "Химия");
  order("2026-11-26", 3, "Физика");
  h.topic(h.by(colleague).lesson(physics, "2026-11-23", 2), "Кислоты");
  h.topic(h.by(colleague).lesson(physics, "2026-11-26", 3), "Закон Ома");
  const auto group = figures();
  EXPECT_EQ(group.recorded, 2);
  EXPECT_EQ(group.recorded_hours, 1);
  EXPECT_EQ(group.other_subject_hours, 1);
  EXPECT_EQ(group.beside_plan, 1);
  const auto sheet = boost::json::parse(plans_json(h.structure(), kMonday, {&group, 1}, false));
  EXPECT_EQ(sheet.at(0).at("delivered").at("other_subject_hours").as_int64(), 1);
  EXPECT_EQ(sheet.at(0).at("delivered").at("deviation").as_int64(), 1 - group.hours);
  const auto hours = boost::json::parse(hours_json(h.structure(), {&group, 1}, names())).as_array();
  ASSERT_EQ(hours.size(), 1U);
  EXPECT_EQ(hours[0].at("hours").as_int64(), 2) << "the substitute gave both";
}

TEST_F(Sheets, MarksAbsencesAndSharesAreOfWhatStands) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  const Id mark = h.mark(work, masha, "5");
  h.absence(lesson, petya);
  auto group = figures();
  EXPECT_EQ(group.works, 1);
  EXPECT_EQ(group.written_works, 1);
  EXPECT_EQ(group.marks, 1);
  EXPECT_EQ(group.without_marks, 1);
  EXPECT_EQ(group.with_one_mark, 1);
  EXPECT_EQ(of(group, petya).absences, 1);
  EXPECT_EQ(of(group, petya).excused, 0);
  h.by(h.director(), Role::kClassTeacher).excuse(petya, "2026-11-23", "2026-11-23");
  h.annul(mark);
  group = figures();
  EXPECT_EQ(of(group, petya).excused, 1);
  EXPECT_EQ(group.marks, 0);
  EXPECT_EQ(group.without_marks, 2);
  const Id makeup = h.by(teacher)
                        .basis("protocol", "1")
                        .add(ledger::MakeupMarkGiven{work, 0, petya, "4", h.entry(h.index_of(mark)).statement.id});
  EXPECT_EQ(figures().marks, 1) << "a make-up is a mark";
  EXPECT_NE(makeup, mark);
}

TEST_F(Sheets, IndividualModeSetTakesThePupilOutOfTheShares) {
  h.at("2026-11-23 12:00");
  EXPECT_EQ(figures().without_marks, 2);
  h.from("2026-11-16").by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{masha, "family"});
  EXPECT_EQ(figures().without_marks, 1);
  EXPECT_EQ(figures().lessons, 3) << "petya has them";
  h.from("2026-11-23").by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{petya, "home"});
  EXPECT_EQ(figures().lessons, 2) << "of the week in which nobody was at home";
}

TEST_F(Sheets, LateAndVoidEntriesAreCounted) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  h.late(60).mark(work, masha, "5");
  h.refused("account_void").mark(work, petya, "2");
  const auto group = figures();
  EXPECT_EQ(group.late_entries, 1);
  EXPECT_EQ(group.excused_entries, 0);
  EXPECT_EQ(group.void_entries, 1);
  EXPECT_EQ(group.marks, 1);
}

// r001 6.3: substitutions agree with the journal.
TEST_F(Sheets, ASubstitutionAgreesWhereTheSubstituteRecordedTheLesson) {
  const Id colleague = h.teacher();
  h.substitute(physics, "2026-11-23", 2, teacher, colleague);
  h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  h.at("2026-11-23 09:30").by(colleague).lesson(physics, "2026-11-23", 2);
  h.by(teacher).lesson(physics, "2026-11-26", 3);
  const auto group = figures();
  EXPECT_EQ(group.substitutions, 2);
  EXPECT_EQ(group.substitutions_recorded, 1);
}

TEST_F(Sheets, ResultsStandBesideTheMarksTheyAreKinderThan) {
  const Id period = h.period("2 четверть", "2026-11-09", "2026-11-29");
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "control");
  h.mark(work, masha, "4");
  EXPECT_EQ(figures(period).result_bias, std::nullopt);
  const Id result = h.by(teacher).add(ledger::PeriodMarkGiven{period, physics, masha, "5", "4.00", 1});
  h.by(teacher).basis("order", "1").add(ledger::PeriodMarkWaived{period, physics, petya});
  const auto group = figures(period);
  EXPECT_EQ(of(group, masha).result, "5");
  EXPECT_EQ(of(group, masha).result_index, h.index_of(result));
  EXPECT_TRUE(of(group, petya).waived);
  EXPECT_EQ(group.result_bias, 100);
  EXPECT_EQ(of(figures(), masha).result, "") << "no period asked for";
  const auto check = boost::json::parse(check_json(h.structure(), *h.structure().period(period), {&group, 1}));
  const auto& remarks = check.at("groups").at(0).at("remarks").as_array();
  EXPECT_NE(std::find(remarks.begin(), remarks.end(), "results_differ"), remarks.end());
  EXPECT_EQ(std::find(remarks.begin(), remarks.end(), "no_written_work"), remarks.end());
}

TEST_F(Sheets, AResultSetRightCountsOnceItIsSigned) {
  const Id period = h.period("2 четверть", "2026-11-09", "2026-11-29");
  const Id result = h.by(teacher).add(ledger::PeriodMarkGiven{period, physics, masha, "3", "4.00", 1});
  const Id corrected = h.awaiting({ledger::Role::kDeputyHead}).correct(result, "4");
  EXPECT_EQ(of(figures(period), masha).result, "3");
  h.endorse(corrected);
  EXPECT_EQ(of(figures(period), masha).result, "4");
  EXPECT_EQ(of(figures(period), masha).result_index, h.index_of(corrected));
}

// r004 п2 2.15: formed in real time.
TEST_F(Sheets, TheSummaryOfAClassIsWhatStandsNow) {
  const Id period = h.period("2 четверть", "2026-11-09", "2026-11-29");
  const Id klass = h.klass("7А");
  const auto summary = [&] {
    const auto group = figures(period);
    return boost::json::parse(
        summary_json(h.structure(), klass, h.structure().period(period), kMonday, {&group, 1}, names()));
  };
  EXPECT_FALSE(summary().as_object().contains("performance")) << "nobody has a result";
  h.at("2026-11-27 12:00").by(teacher).add(ledger::PeriodMarkGiven{period, physics, masha, "5", {}, 0});
  h.by(teacher).add(ledger::PeriodMarkGiven{period, physics, petya, "2", {}, 0});
  const auto sheet = summary();
  EXPECT_EQ(sheet.at("class").at("label").as_string(), "7А");
  EXPECT_EQ(sheet.at("students").at(0).at("name").as_string(), "Маша");
  EXPECT_EQ(sheet.at("students").at(0).at("results").at(0).at("mark").as_string(), "5");
  EXPECT_EQ(sheet.at("performance").as_int64(), 50);
  EXPECT_EQ(sheet.at("quality").as_int64(), 50);
  const auto group = figures(period);
  const auto own = boost::json::parse(summary_json(h.structure(), klass, h.structure().period(period), kMonday,
                                                   {&group, 1}, names(), std::vector{petya}));
  ASSERT_EQ(own.at("students").as_array().size(), 1U);
  EXPECT_EQ(own.at("students").at(0).at("name").as_string(), "Петя");
  EXPECT_FALSE(own.as_object().contains("quality")) << "nobody's shares but the school's";
}

// r001 2.7, r004 п3 2: for a student and for the class, from the marks there are.
TEST_F(Sheets, AForecastIsTheAverageHalfUpUntilThereIsAResult) {
  const Id period = h.period("2 четверть", "2026-11-09", "2026-11-29");
  const Id klass = h.klass("7А");
  const auto summary = [&] {
    const auto group = figures(period);
    return boost::json::parse(
        summary_json(h.structure(), klass, h.structure().period(period), kMonday, {&group, 1}, names()));
  };
  EXPECT_FALSE(summary().as_object().contains("forecast_quality"));
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id first = h.work(lesson, "control"), second = h.work(lesson, "control");
  h.mark(first, masha, "4");
  h.mark(second, masha, "3");  // 3.50
  h.mark(first, petya, "2");
  h.mark(second, petya, "2");
  const Id third = h.work(lesson, "control");
  h.mark(third, petya, "3");  // 2.33
  auto sheet = summary();
  const auto of = [&](std::size_t student) { return sheet.at("students").at(student).at("results").at(0).as_object(); };
  EXPECT_EQ(of(0).at("forecast").as_int64(), 4);
  EXPECT_EQ(of(1).at("forecast").as_int64(), 2);
  EXPECT_EQ(sheet.at("forecast_performance").as_int64(), 50);
  EXPECT_EQ(sheet.at("forecast_quality").as_int64(), 50);
  h.at("2026-11-27 12:00").by(teacher).add(ledger::PeriodMarkGiven{period, physics, petya, "3", {}, 0});
  sheet = summary();
  EXPECT_FALSE(of(1).contains("forecast")) << "it is decided";
  EXPECT_EQ(sheet.at("forecast_performance").as_int64(), 100);
  EXPECT_EQ(sheet.at("performance").as_int64(), 100) << "of the one who has a result";
}

TEST_F(Sheets, TheSchoolsSharesAreOfClassesAndOfWhoTakesPart) {
  const Id mother = h.parent(masha);
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "control");
  h.mark(work, masha, "4");
  const auto group = figures();
  const auto sheet = boost::json::parse(school_summary_json(h.structure(), nullptr, kMonday, {&group, 1}));
  const auto& klass = sheet.at("classes").at(0);
  EXPECT_EQ(klass.at("students").as_int64(), 2);
  EXPECT_EQ(klass.at("without_marks").as_int64(), 1);
  EXPECT_EQ(klass.at("with_one_mark").as_int64(), 1);
  EXPECT_EQ(sheet.at("participation").at("teachers").at("entered").as_int64(), 1);
  EXPECT_EQ(sheet.at("participation").at("parents").at("people").as_int64(), 1);
  EXPECT_EQ(sheet.at("participation").at("parents").at("with_key").as_int64(), 1);
  EXPECT_NE(mother, masha);
}

// r000 2.6: delivery is controlled against the curriculum.
TEST_F(Sheets, PlansShowWhatWasDeliveredOfThem) {
  ledger::PlanPublished plan;
  plan.group = physics;
  plan.title = "Физика, 7";
  plan.items = {{"1", "Ток", 1, {}, {}}, {"2", "Закон Ома", 2, {}, {}}};
  h.by(teacher).add(plan);
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.by(teacher).add(ledger::TopicSet{lesson, "Закон Ома", "2", 1});
  const auto group = figures();
  const auto sheet = boost::json::parse(plans_json(h.structure(), kMonday, {&group, 1}, true));
  const auto& of_physics = sheet.at(0);
  EXPECT_EQ(of_physics.at("plan").at("hours").as_int64(), 3);
  EXPECT_FALSE(of_physics.at("plan").at("lines").at(0).at("delivered").as_bool());
  EXPECT_TRUE(of_physics.at("plan").at("lines").at(1).at("delivered").as_bool());
  EXPECT_EQ(of_physics.at("delivered").at("topics_of_plan").as_int64(), 1);
  EXPECT_EQ(of_physics.at("delivered").at("deviation").as_int64(), 1 - 3) << "two lessons of last week are missing";
  const auto brief = boost::json::parse(plans_json(h.structure(), kMonday, {&group, 1}, false));
  EXPECT_FALSE(brief.at(0).at("plan").as_object().contains("lines"));
}

// --- The office's lists

TEST_F(Sheets, TheTimesheetOfSubstitutions) {
  const Id colleague = h.teacher();
  const Id ordered = h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  const auto list = [&](Date from, Date to) {
    return boost::json::parse(substitutions_json(
        h.structure(), from, to, [](const auto&) { return true; }, names()));
  };
  EXPECT_TRUE(list(kMonday, kMonday + 2).as_array().empty());
  auto line = list(kMonday + 3, kMonday + 3).at(0);
  EXPECT_EQ(line.at("id").as_string(), to_hex(ordered.view()));
  EXPECT_EQ(line.at("absent_name").as_string(), "Анна Ивановна");
  EXPECT_FALSE(line.at("signed").as_bool());
  EXPECT_FALSE(line.at("cancelled").as_bool());
  h.by(colleague).add(ledger::SubstitutionSigned{ordered});
  EXPECT_TRUE(list(kMonday, kSunday).at(0).at("signed").as_bool());
  h.cancel(physics, "2026-11-26", 3);
  EXPECT_TRUE(list(kMonday, kSunday).at(0).at("cancelled").as_bool());
  EXPECT_TRUE(boost::json::parse(substitutions_json(
                                     h.structure(), kMonday, kSunday, [](const auto&) { return false; }, names()))
                  .as_array()
                  .empty());
}

TEST_F(Sheets, InspectionsWithTheFindingsOfOneTeacherAlone) {
  const Id colleague = h.teacher();
  ledger::InspectionHeld held;
  held.kind = "monthly";
  held.from = held.to = kMonday;
  held.findings.push_back({1, "topics", teacher, physics, {}, kSunday});
  held.findings.push_back({2, "homework", colleague, {}, {}, {}});
  h.at("2026-11-24 10:00").by(h.deputy(), Role::kDeputyHead);
  const Id inspection = h.add(held);
  const Id acknowledged = h.by(teacher).add(ledger::FindingAcknowledged{inspection, 1});
  const auto list = [&](const Id& of) {
    return boost::json::parse(inspections_json(h.structure(), kMonday, kSunday, names(), of));
  };
  EXPECT_EQ(list({}).at(0).at("findings").as_array().size(), 2U);
  const auto own = list(teacher).at(0).at("findings");
  ASSERT_EQ(own.as_array().size(), 1U);
  EXPECT_EQ(own.at(0).at("acknowledged").to_number<std::uint64_t>(), h.index_of(acknowledged));
  EXPECT_TRUE(list(masha).as_array().empty());
}

TEST_F(Sheets, DocumentsAreForTheirAudienceAndAnnouncementsForTheirClasses) {
  ledger::DocumentPublished document;
  document.title = "Положение";
  document.file.bytes[0] = 1;
  document.audience = {{Role::kParent}};
  const Id published = h.by(h.director(), Role::kDirector).add(document);
  ledger::AnnouncementPublished announcement;
  announcement.title = "Собрание";
  announcement.text = "В пятницу";
  announcement.classes = {h.klass("7А")};
  h.by(h.director(), Role::kDirector).add(announcement);
  const auto documents = [&](std::vector<Role> capacities, std::vector<Id> classes, bool counts = false) {
    return boost::json::parse(documents_json(h.structure(), masha, capacities, classes, counts, names()));
  };
  EXPECT_EQ(documents({Role::kParent}, {}).at("documents").at(0).at("id").as_string(), to_hex(published.view()));
  EXPECT_TRUE(documents({Role::kTeacher}, {}).at("documents").as_array().empty());
  EXPECT_EQ(documents({Role::kTeacher}, {}, true).at("documents").at(0).at("acknowledgements").as_int64(), 0);
  EXPECT_TRUE(documents({Role::kParent}, {}).at("announcements").as_array().empty());
  EXPECT_EQ(documents({Role::kParent}, {h.klass("7А")}).at("announcements").at(0).at("text").as_string(), "В пятницу");
}

TEST_F(Sheets, DictionariesAreListedWithTheirProperties) {
  const auto list = boost::json::parse(dictionary_json(h.structure())).as_array();
  const auto control = std::find_if(list.begin(), list.end(),
                                    [](const auto& entry) { return entry.at("code").as_string() == "control"; });
  ASSERT_NE(control, list.end());
  EXPECT_EQ(control->at("kind").as_string(), "work_kind");
  EXPECT_EQ(control->at("properties").at(0).at("value").as_string(), "true");
}

}  // namespace
}  // namespace letopis::projections
