// Curricula, КТП, topics by the plan, coursework and tasks.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

std::vector<PlanItem> lines(std::initializer_list<std::pair<const char*, int>> list) {
  static std::deque<std::string> numbers;
  std::vector<PlanItem> items;
  for (const auto& [topic, hours] : list) {
    PlanItem item;
    item.number = numbers.emplace_back(std::to_string(items.size() + 1));
    item.topic = topic;
    item.hours = static_cast<std::uint8_t>(hours);
    items.push_back(item);
  }
  return items;
}

class Plans : public Rules {
 protected:
  explicit Plans(std::string_view regulation = "r000") : Rules(regulation) {
    TeachingGroupOpened opened;  // physics of the fixture has no subject code
    optics = some_id();
    opened.group = optics;
    opened.label = "7А";
    opened.subject = "Оптика";
    opened.subject_code = "optics";
    opened.kind = "class";
    opened.classes = {h.klass("7А")};
    as_deputy().add(opened);
    h.from("2026-09-01").timetable(optics, {{2, 2, teacher}});
    h.enrol(optics, masha);
  }
  void curriculum(int hours, int weekly = 1) {
    CurriculumSet set;
    set.title = "Учебный план";
    set.classes = {h.klass("7А")};
    CurriculumItem item;
    item.subject_code = "optics";
    item.subject = "Оптика";
    item.hours = static_cast<std::uint16_t>(hours);
    item.weekly = static_cast<std::uint8_t>(weekly);
    set.items = {item};
    h.by(h.deputy(), Role::kDeputyHead).from("2026-09-01").add(set);
  }
  PlanPublished plan(std::vector<PlanItem> items, const Id& continues = {}, bool more = false) const {
    PlanPublished published;
    published.group = optics;
    published.title = "КТП";
    published.items = std::move(items);
    published.continues = continues;
    published.more = more;
    return published;
  }
  Id optics;
};

TEST_F(Plans, HoursEqualTheCurriculums) {  // r000 3.3
  curriculum(3);
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 1}, {"Тень", 1}}))), "refused plan_hours_differ");
  EXPECT_NE(told.ru.find("В КТП 2 ч, в учебном плане 3 ч"), std::string::npos) << told.ru;
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 2}, {"Тень", 1}}))), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 2}, {"Тень", 2}}))), "refused plan_hours_differ");
}

TEST_F(Plans, APlanOfSeveralPartsIsWholeWithItsLast) {
  curriculum(4);
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 2}}), {}, true)), "accepted");
  const Id first = h.by(teacher).add(plan(lines({{"Свет", 2}}), {}, true));
  std::vector<PlanItem> rest = lines({{"Тень", 1}, {"Линза", 1}});
  rest[0].number = "2";
  rest[1].number = "3";
  EXPECT_EQ(ruled(h.by(teacher), plan(rest, first)), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), plan({rest[0]}, first)), "refused plan_hours_differ") << "an hour short";
  EXPECT_EQ(ruled(h.by(teacher), plan(rest, first, true)), "refused plan_hours_differ") << "nothing is left for more";
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 2}}), first)), "refused duplicate_entry") << "line 1 again";
  EXPECT_EQ(ruled(h.by(teacher), plan(rest, some_id())), "refused unknown_reference");
}

// Topics of lessons come from it, and lessons are recorded in Russian (r000 3.3).
TEST_F(Plans, TopicsAreInTheLanguageOfTheJournal) {
  EXPECT_EQ(ruled(h.by(teacher), plan({{"1", "Vectors", 1, {}, {}}})), "refused not_russian");
  EXPECT_EQ(ruled(h.by(teacher), plan({{"1", "Векторы (Vectors)", 1, {}, {}}})), "accepted");
}

TEST_F(Plans, WithoutACurriculumThereIsNothingToEqual) {
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 7}}))), "accepted");
}

TEST_F(Plans, WaitForTheDeputyAndAreTheirTeachersOwn) {
  EXPECT_EQ(ruling(h.by(teacher), plan(lines({{"Свет", 1}}))).awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(h.by(colleague), plan(lines({{"Свет", 1}}))), "refused not_own_group");
  auto twice = lines({{"Свет", 1}, {"Тень", 1}});
  twice[1].number = twice[0].number;
  EXPECT_EQ(ruled(h.by(teacher), plan(twice)), "refused duplicate_entry");
}

TEST_F(Plans, AnAdjustmentKeepsTheHoursAndNamesItsReason) {
  curriculum(3);
  const Id published = h.by(teacher).add(plan(lines({{"Свет", 2}, {"Тень", 1}})));
  const auto adjust = [&](std::vector<PlanItem> items) { return PlanAdjusted{published, std::move(items)}; };
  EXPECT_EQ(ruled(h.by(teacher), adjust(lines({{"Свет", 1}}))), "refused invalid_value") << "no reason";
  EXPECT_EQ(ruled(reasoned(h.by(teacher), teacher), adjust(lines({{"Свет", 1}}))), "refused plan_hours_differ");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), teacher), adjust(lines({{"Свет", 1}, {"Тень", 2}}))), "accepted");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), teacher), adjust(lines({{"Свет", 3}, {"Тень", 0}}))), "accepted")
      << "a line of no hours is dropped";
  auto unknown = lines({{"Линза", 0}});
  unknown[0].number = "9";
  EXPECT_EQ(ruled(reasoned(h.by(teacher), teacher), adjust(unknown)), "refused unknown_reference");
}

TEST_F(Plans, ALineThatATopicNamesIsThere) {
  h.by(teacher).add(plan(lines({{"Свет", 1}})));
  const Id lesson = h.lesson(optics, "2026-11-24", 2);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Совсем другое", {}, 1}), "accepted") << "a deviation is shown";
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет", "1", 1}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет", "7", 1}), "refused topic_not_in_plan");
}

TEST_F(Plans, ATemplateIsContinuedByItsAuthor) {
  PlanTemplateShared shared;
  shared.subject_code = "optics";
  shared.title = "Оптика 7";
  shared.grade = 7;
  shared.items = lines({{"Свет", 1}});
  const Id first = h.by(teacher).add(shared);
  shared.continues = first;
  EXPECT_EQ(ruled(h.by(teacher), shared), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), shared), "refused not_own_group");
  shared.continues = some_id();
  EXPECT_EQ(ruled(h.by(teacher), shared), "refused unknown_reference");
}

TEST_F(Plans, CourseworkIsGradedOnceByWhoeverTeachesTheGroup) {
  const CourseworkAssigned assigned{optics, masha, "Линзы и зеркала", day("2027-03-01")};
  EXPECT_EQ(ruled(h.by(teacher), assigned), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), CourseworkAssigned{optics, petya, "Линзы", {}}), "refused not_enrolled");
  EXPECT_EQ(ruled(h.by(teacher), CourseworkAssigned{optics, masha, "Lenses", {}}), "refused not_russian");
  const Id work = h.by(teacher).add(assigned);
  EXPECT_EQ(ruled(h.by(teacher), CourseworkGraded{work, "6"}), "refused off_scale");
  EXPECT_EQ(ruled(h.by(colleague), CourseworkGraded{work, "5"}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), CourseworkGraded{work, "5"}), "accepted");
  h.by(teacher).add(CourseworkGraded{work, "5"});
  EXPECT_EQ(ruled(h.by(teacher), CourseworkGraded{work, "4"}), "refused duplicate_entry");
}

TEST_F(Plans, ATaskIsAnsweredByThoseItWasGivenTo) {  // r001 4.7
  TaskAssigned task;
  task.group = optics;
  task.students = {masha};
  task.title = "Опыт дома";
  const Id given = h.by(teacher).add(task);
  EXPECT_EQ(ruled(h.by(petya, Role::kStudent), SubmissionSent{given, some_hash()}), "refused not_addressee");
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), SubmissionSent{given, some_hash()}), "accepted");
  const Id sent = h.by(masha, Role::kStudent).add(SubmissionSent{given, some_hash()});
  EXPECT_EQ(ruled(h.by(colleague), SubmissionReviewed{sent, true}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), SubmissionReviewed{sent, true}), "accepted");
  h.by(teacher).add(SubmissionReviewed{sent, true});
  EXPECT_EQ(ruled(h.by(teacher), SubmissionReviewed{sent, false}), "refused duplicate_entry");
  task.students = {petya};
  EXPECT_EQ(ruled(h.by(teacher), task), "refused not_enrolled");
}

// Like any mark: by a correction that the deputy signs, or by a commission.
TEST_F(Plans, ACourseworksMarkIsCorrectedAndAnnulled) {
  const Id work = h.by(teacher).add(CourseworkAssigned{optics, masha, "Линзы и зеркала", {}});
  const Id mark = h.by(teacher).add(CourseworkGraded{work, "5"});
  const auto shown = [&] { return h.state().plans().coursework(work)->value(); };
  const auto corrected = ruling(reasoned(h.by(teacher), masha), EntryCorrected{mark, "4", 0, false});
  EXPECT_EQ(text(corrected), "accepted");
  EXPECT_EQ(corrected.awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), EntryCorrected{mark, "6", 0, false}), "refused off_scale");
  EXPECT_EQ(ruled(reasoned(h.by(colleague), masha), EntryCorrected{mark, "4", 0, false}), "refused not_own_group");
  const Id correction = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "4");
  EXPECT_EQ(shown(), "5") << "until it is signed";
  h.endorse(correction);
  EXPECT_EQ(shown(), "4");
  const Id undone = h.annul(correction);
  EXPECT_EQ(shown(), "5");
  h.annul(undone);
  EXPECT_EQ(shown(), "4") << "what was undone stands again";
  EXPECT_EQ(ruled(as_director().basis("protocol", "2"), EntryAnnulled{mark, "Решение комиссии"}), "accepted");
  h.annul(mark);
  EXPECT_EQ(shown(), "") << "its correction falls with it";
  EXPECT_EQ(ruled(h.by(teacher), CourseworkGraded{work, "3"}), "accepted");
}

TEST_F(Plans, RecordsOfTasksAndWorksAreInRussianToo) {  // r000 3.3
  const TaskAssigned task{optics, {masha}, "Read chapter one", day("2026-12-01"), {}};
  EXPECT_EQ(ruled(h.by(teacher), task), "refused not_russian");
  WorkPlanned work;
  work.group = optics;
  work.lesson = h.lesson(optics, "2026-11-24", 2);
  work.kind = "answer";
  work.title = "Past Simple quiz";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused not_russian");
  work.title = "Past Simple, опрос";
  EXPECT_EQ(ruled(h.by(teacher), work), "accepted");
}

TEST_F(Plans, AWorkProgrammeIsSignedByTheDeputyToo) {
  const WorkProgrammePublished programme{"optics", "Оптика, 7", 7, some_hash()};
  const auto published = ruling(h.by(teacher), programme);
  EXPECT_EQ(text(published), "accepted");
  EXPECT_EQ(published.awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(as_deputy(), programme), "refused not_entitled");
  h.by(teacher).add(programme);
  ASSERT_EQ(h.state().plans().programmes().size(), 1U);
  EXPECT_EQ(h.state().plans().programmes()[0].title, "Оптика, 7");
}

TEST_F(Plans, MaterialsAreTheirTeachersOwn) {  // r003 2.5: distance courses
  MaterialPublished course;
  course.group = optics;
  course.title = "Дистанционный курс";
  course.kind = "course";
  course.url = "https://school.example/optics";
  EXPECT_EQ(ruled(h.by(teacher), course), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), course), "refused not_own_group");
  course.group = some_id();
  EXPECT_EQ(ruled(h.by(teacher), course), "refused unknown_reference");
}

TEST_F(Plans, AProgrammeIsDefinedBeforeAClassLearnsByIt) {
  ClassOpened opened;
  opened.klass = some_id();
  opened.label = "101";
  opened.grade = 1;
  opened.programme = "15.01.05";
  EXPECT_EQ(ruled(as_director(), opened), "refused unknown_reference");
  as_deputy().add(ProgrammeDefined{"15.01.05", "Сварщик", "profession", 3});
  EXPECT_EQ(ruled(as_director(), opened), "accepted");
}

class PlansR002 : public Plans {
 protected:
  PlansR002() : Plans("r002") {}
};

TEST_F(PlansR002, Clause3_2PlansAtLeastFiveCalendarDaysBeforeTheYear) {
  h.by(h.administrator(), Role::kAdministrator).add(YearOpened{"2027/2028", day("2027-09-01"), day("2028-06-30")});
  h.from("2027-08-01").timetable(optics, {{2, 2, teacher}});
  h.at("2027-08-20 10:00");
  expect_until(h.by(teacher).propose(plan(lines({{"Свет", 1}}))), h.local("2027-08-28 00:00"), rule::kPlanDeadline);
}

TEST_F(PlansR002, Clause3_2WorkProgrammesAtLeastFiveCalendarDaysBeforeTheYear) {
  h.by(h.administrator(), Role::kAdministrator).add(YearOpened{"2027/2028", day("2027-09-01"), day("2028-06-30")});
  h.from("2027-08-01").timetable(optics, {{2, 2, teacher}});
  h.at("2027-08-20 10:00");
  const WorkProgrammePublished programme{"optics", "Оптика, 7", 7, some_hash()};
  EXPECT_EQ(ruled(h.by(colleague), programme), "refused not_own_group") << "who teaches it writes it";
  expect_until(h.by(teacher).propose(programme), h.local("2027-08-28 00:00"), rule::kPlanDeadline);
  h.by(teacher).add(programme);
  h.at("2027-10-01 10:00");
  EXPECT_EQ(ruled(h.by(teacher), programme), "accepted") << "takes the place of this year's";
  EXPECT_EQ(ruled(h.by(teacher), WorkProgrammePublished{"optics", "Оптика, 8", 8, some_hash()}), "late plan_deadline");
}

TEST_F(PlansR002, Clause3_2APlanOfEveryYearAndEveryPartOfItInTime) {
  as_administrator().add(YearOpened{"2026/2027", day("2026-09-01"), day("2027-06-30")});
  as_administrator().add(YearOpened{"2027/2028", day("2027-09-01"), day("2028-06-30")});
  h.from("2027-08-01").timetable(optics, {{2, 2, teacher}});
  const auto part = [&](const char* topic, bool more, const Id& continues) {
    PlanPublished published = plan(lines({{topic, 1}}));
    published.more = more;
    published.continues = continues;
    return published;
  };
  h.by(teacher).add(plan(lines({{"Свет", 1}})));  // of this year
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Тень", 1}}))), "accepted") << "takes the place of this year's";
  h.at("2027-08-20 10:00");
  const Id first = h.by(teacher).add(part("Свет", true, {}));
  h.at("2027-09-15 10:00");
  PlanPublished rest = part("Тень", false, first);
  rest.items.front().number = "2";
  EXPECT_EQ(ruled(h.by(teacher), rest), "late plan_deadline") << "a first part in time does not free the rest";
}

TEST_F(PlansR002, Clause3_2NextYearsPlanMayComeBeforeThisYearEnds) {
  as_administrator().add(YearOpened{"2026/2027", day("2026-09-01"), day("2027-06-30")});
  as_administrator().add(YearOpened{"2027/2028", day("2027-09-01"), day("2028-06-30")});
  h.at("2027-05-03 10:00");
  EXPECT_EQ(ruled(h.by(teacher).from("2027-09-01"), plan(lines({{"Свет", 1}}))), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Свет", 1}}))), "late plan_deadline") << "of this year there is none";
}

TEST_F(PlansR002, Clause3_2LastYearsPlanIsNotThisYears) {
  as_administrator().add(YearOpened{"2026/2027", day("2026-09-01"), day("2027-06-30")});
  as_administrator().add(YearOpened{"2027/2028", day("2027-09-01"), day("2028-06-30")});
  h.from("2027-08-01").timetable(optics, {{2, 2, teacher}});
  h.by(teacher).add(plan(lines({{"Свет", 1}})));
  h.at("2027-09-15 10:00");
  EXPECT_EQ(ruled(h.by(teacher), plan(lines({{"Тень", 1}}))), "late plan_deadline");
}

TEST_F(PlansR002, Clause3_2ATopicSaidAnewIsOfThePlanToo) {
  h.by(teacher).add(plan(lines({{"Свет", 1}, {"Тень", 1}})));
  const Id topic = h.topic(h.lesson(optics, "2026-11-24", 2), "Свет");
  const auto corrected = [&](std::string_view text) {
    return ruled(reasoned(h.by(teacher), masha), EntryCorrected{topic, text, 0, false});
  };
  EXPECT_EQ(corrected("Свет и тень"), "refused topic_not_in_plan");
  EXPECT_EQ(corrected("Тень"), "accepted");
}

TEST_F(PlansR002, Clause3_2TopicsStrictlyByThePlan) {
  const Id lesson = h.lesson(optics, "2026-11-24", 2);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет", {}, 1}), "accepted") << "no plan yet: nothing to keep to";
  h.by(teacher).add(plan(lines({{"Свет", 1}, {"Тень", 1}})));
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет", {}, 1}), "refused topic_not_in_plan");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет и тень", "1", 1}), "refused topic_not_in_plan");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Свет", "1", 1}), "accepted");
}

TEST_F(PlansR002, ASubstituteOfAnotherSubjectKeepsToNoPlanOfThisOne) {
  h.by(teacher).add(plan(lines({{"Свет", 1}})));
  const auto ordered = [&](std::string_view subject) {
    SubstitutionOrdered order;
    order.group = optics;
    order.date = day("2026-11-24");
    order.slot = 2;
    order.absent = teacher;
    order.substitute = colleague;
    order.subject = subject;
    as_deputy().add(order);
  };
  ordered({});
  h.at("2026-11-24 09:30");
  LessonRecorded held = lesson_of(optics, "2026-11-24", 2);
  held.substitute_for = teacher;
  h.by(colleague).add(held);
  const TopicSet acids{held.lesson, "Кислоты", {}, 1};
  EXPECT_EQ(ruled(h.by(colleague), acids), "refused topic_not_in_plan") << "in the same subject";
  ordered("Химия");
  EXPECT_EQ(ruled(h.by(colleague), acids), "accepted");
}

TEST_F(PlansR002, Clause3_2HomeworkNamesItsKind) {
  HomeworkSet set;
  set.lesson = h.lesson(optics, "2026-11-24", 2);
  set.text = "§ 3, задача 7";
  EXPECT_EQ(ruled(h.by(teacher), set), "refused homework_kind_missing");
  set.kind = "written";
  EXPECT_EQ(ruled(h.by(teacher), set), "accepted");
}

TEST_F(PlansR002, Clause3_2PracticalWorksHaveNumberAndTitle) {
  DictionaryEntryDefined kind;
  kind.kind = "work_kind";
  kind.code = "practical";
  kind.title = "Практическая работа";
  kind.properties = {{"titled", "true"}};
  as_administrator().add(kind);
  WorkPlanned work;
  work.group = optics;
  work.lesson = h.lesson(optics, "2026-11-24", 2);
  work.kind = "practical";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused work_untitled");
  work.title = "Размещение топливных баз";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused work_untitled");
  work.number = 5;
  EXPECT_EQ(ruled(h.by(teacher), work), "accepted");
  work.title = "Fuel bases";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused not_russian");
}

}  // namespace
}  // namespace letopis::commands
