// Lessons and what is said of them: topics, attendance, absences, homework, remarks.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Lessons : public Rules {
 protected:
  Id lesson_today() { return h.lesson(physics, "2026-11-23", 2); }
  HomeworkSet homework(const Id& lesson) const {
    HomeworkSet set;
    set.lesson = lesson;
    set.text = "Читать § 12";
    return set;
  }
  HomeworkSet homework_ahead(std::string_view date, int slot) const {
    auto set = homework(projections::lesson_id(physics, day(date), slot));
    set.group = physics;
    set.date = day(date);
    set.slot = static_cast<std::uint8_t>(slot);
    return set;
  }
  // A lesson with hours of its own.
  LessonRecorded extra(std::string_view date, std::uint16_t start, std::uint16_t end) {
    LessonRecorded recorded;
    recorded.lesson = some_id();
    recorded.group = physics;
    recorded.date = day(date);
    recorded.start = {start};
    recorded.end = {end};
    return recorded;
  }
  test::History& with_remark(test::History& said) { return with_remark(said, masha); }
  test::History& with_remark(test::History& said, const Id& about) { return said.sealed("remark", about, some_hash()); }
};

// --- Recording a lesson

TEST_F(Lessons, ALessonOfTheTimetableIsRecordedByWhoTeachesIt) {
  const auto lesson = lesson_of(physics, "2026-11-23", 2);
  EXPECT_EQ(ruled(h.by(teacher), lesson), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), lesson), "refused not_own_group");
  auto strange = lesson;
  strange.group = some_id();
  EXPECT_EQ(ruled(h.by(teacher), strange), "refused unknown_reference");
}

TEST_F(Lessons, ALessonOfTheTimetableHasItsName) {
  auto lesson = lesson_of(physics, "2026-11-23", 2);
  lesson.lesson = some_id();
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused invalid_value");
}

TEST_F(Lessons, ALessonMayTakeUpToFourSlots) {
  auto lesson = lesson_of(physics, "2026-11-23", 2);
  lesson.slots = 4;
  EXPECT_EQ(ruled(h.by(teacher), lesson), "accepted");
  lesson.slots = 5;
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused invalid_value");
}

TEST_F(Lessons, ALessonIsRecordedOnce) {
  const auto lesson = lesson_of(physics, "2026-11-23", 2);
  lesson_today();
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused second_lesson");
  EXPECT_EQ(ruled_at("2026-11-30 09:30", h.by(teacher), lesson_of(physics, "2026-11-30", 2)), "accepted");
}

TEST_F(Lessons, ASlotIsRecordedOnceHoweverManyALessonTakes) {
  h.timetable(physics, {{1, 2, teacher}, {1, 3, teacher}, {1, 4, teacher}});
  h.at("2026-11-30 12:00");
  auto pair = lesson_of(physics, "2026-11-30", 2);
  pair.slots = 2;
  const auto second = lesson_of(physics, "2026-11-30", 3);
  const auto third = lesson_of(physics, "2026-11-30", 4);
  const Id recorded = h.by(teacher).add(pair);
  EXPECT_EQ(ruled(h.by(teacher), second), "refused second_lesson");
  EXPECT_EQ(ruled(h.by(teacher), third), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-30", 5)), "accepted") << "another group's";
  h.annul(recorded);
  EXPECT_NE(ruled(h.by(teacher), second), "refused second_lesson");
  h.by(teacher).add(second);
  EXPECT_EQ(ruled(h.by(teacher), pair), "refused second_lesson") << "from the other side";
  pair.slots = 1;
  EXPECT_NE(ruled(h.by(teacher), pair), "refused second_lesson");
}

TEST_F(Lessons, ALessonMovedBesideAnotherIsRecordedToo) {
  h.timetable(physics, {{1, 2, teacher}, {1, 3, teacher}});
  h.move(physics, "2026-11-30", 3, "2026-11-30", 2);
  h.at("2026-11-30 12:00");
  h.by(teacher).add(lesson_of(physics, "2026-11-30", 2));
  auto moved = lesson_of(physics, "2026-11-30", 2);
  moved.lesson = projections::lesson_id(physics, test::day("2026-11-30"), 3);
  EXPECT_EQ(ruled(h.by(teacher), moved), "accepted");
}

TEST_F(Lessons, ALessonThatWasAnnulledIsRecordedAnewAndHoldsNothingUntilThen) {
  const auto lesson = lesson_of(physics, "2026-11-23", 2);
  const Id record = h.by(teacher).add(lesson);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson.lesson, "Закон Ома", {}, 0}), "accepted");
  h.annul(record);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson.lesson, "Закон Ома", {}, 0}), "refused unknown_reference");
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), RemarkRecorded{masha, lesson.lesson, {}}), "refused unknown_reference");
  WorkPlanned work;
  work.group = physics;
  work.lesson = lesson.lesson;
  work.kind = "control";
  EXPECT_EQ(ruled(h.by(teacher), work), "refused unknown_reference");
  EXPECT_EQ(ruled(h.by(teacher), lesson), "accepted");
  h.by(teacher).add(lesson);
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused second_lesson");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson.lesson, "Закон Ома", {}, 0}), "accepted");
}

TEST_F(Lessons, TomorrowsLessonIsNotRecordedToday) {
  EXPECT_EQ(ruled(h.by(teacher), lesson_of(physics, "2026-11-26", 3)), "refused future_entry");
  const auto lesson = lesson_of(physics, "2026-11-26", 3);  // from 10:20 on
  EXPECT_EQ(ruled_at("2026-11-26 09:59", h.by(teacher), lesson), "refused future_entry");
  EXPECT_EQ(ruled_at("2026-11-26 10:00", h.by(teacher), lesson), "accepted") << "in the break before it";
}

TEST_F(Lessons, ACancelledLessonIsNotHeld) {
  h.cancel(chemistry, "2026-11-23", 5);
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-23", 5)), "refused state_clash");
}

TEST_F(Lessons, ALessonOutsideTheTimetableNeedsABasisAndHours) {
  const auto club = extra("2026-11-23", 16 * 60, 16 * 60 + 45);
  EXPECT_EQ(ruled_at("2026-11-23 15:39", h.by(teacher).basis("order", "7"), club), "refused future_entry");
  h.at("2026-11-23 15:40");
  EXPECT_EQ(ruled(h.by(teacher), club), "refused outside_timetable");
  EXPECT_EQ(ruled(h.by(teacher).basis("order", "7"), club), "accepted");
  EXPECT_EQ(ruled(h.by(teacher).basis("order", "7"), extra("2026-11-23", 16 * 60, 16 * 60)), "refused invalid_value");
  EXPECT_EQ(ruled(h.by(colleague).basis("order", "7"), club), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher).basis("order", "7"), extra("2026-11-24", 16 * 60, 17 * 60)), "refused future_entry");
}

TEST_F(Lessons, AllPresentAndAnAbsenceContradictEachOther) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id absence = h.absence(lesson, masha);
  EXPECT_EQ(ruled(h.by(teacher), AttendanceTaken{lesson, true}), "refused state_clash");
  EXPECT_NE(told.ru.find("отсутствующие"), std::string::npos) << told.ru;
  EXPECT_EQ(ruled(h.by(teacher), AttendanceTaken{lesson, false}), "accepted");
  h.withdraw(absence);
  EXPECT_EQ(ruled(h.by(teacher), AttendanceTaken{lesson, true}), "accepted");
}

TEST_F(Lessons, WhatWasHeldIsSubstitutedNoMore) {
  const SubstitutionOrdered order{physics, day("2026-11-23"), 2, teacher, colleague, {}, {}};
  EXPECT_EQ(ruled(as_deputy(), order), "accepted");
  h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(ruled(as_deputy(), order), "refused second_lesson");
}

// --- Substitutes

TEST_F(Lessons, ASubstituteKeepsTheLessonForEverAfterButNoOther) {
  const Id substitute = h.teacher();
  auto lesson = lesson_of(physics, "2026-11-23", 2);
  lesson.substitute_for = teacher;
  EXPECT_EQ(ruled(h.by(substitute), lesson), "refused not_own_group");
  h.substitute(physics, "2026-11-23", 2, teacher, substitute);
  EXPECT_EQ(ruled(h.by(substitute), lesson), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused not_own_subject") << "who is replaced enters nothing";
  EXPECT_EQ(ruled(h.by(substitute), lesson_of(physics, "2026-11-23", 2)), "refused substitution_unsaid");
  EXPECT_NE(told.ru.find(to_hex(teacher.view())), std::string::npos) << told.ru;
  lesson.substitute_for = some_id();
  EXPECT_EQ(ruled(h.by(substitute), lesson), "refused person_unknown");
  lesson.substitute_for = teacher;
  h.by(substitute).add(lesson);
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(ruled_at("2027-05-20 10:00", h.by(substitute), AttendanceTaken{lesson.lesson, true}),
            "late attendance_deadline");
  EXPECT_EQ(ruled(h.by(substitute), AttendanceTaken{thursday, true}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), AttendanceTaken{lesson.lesson, true}), "refused not_own_subject")
      << "who was replaced does not fill it in";
  h.by(h.director(), Role::kDirector).add(RoleRevoked{substitute, Role::kTeacher});
  EXPECT_EQ(ruled(h.by(teacher), AttendanceTaken{lesson.lesson, true}), "late attendance_deadline")
      << "the group's own teacher keeps it once the substitute has left";
}

TEST_F(Lessons, WhereNobodyIsReplacedNobodyIsSaidToBe) {  // r004 п2 2.5
  auto lesson = lesson_of(physics, "2026-11-23", 2);
  lesson.substitute_for = colleague;
  EXPECT_EQ(ruled(h.by(teacher), lesson), "refused substitution_unsaid");
  h.substitute(physics, "2026-11-23", 2, teacher, colleague);
  EXPECT_EQ(ruled(h.by(colleague), lesson), "refused substitution_unsaid") << "not the one who is replaced";
  h.substitute(physics, "2026-11-23", 2, teacher, teacher);  // is back
  lesson.substitute_for = {};
  EXPECT_EQ(ruled(h.by(teacher), lesson), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), lesson), "refused not_own_group");
}

TEST_F(Lessons, ASubstitutionNamesWhoseLessonItIsAndStaff) {
  const auto ordered = [&](const Id& absent, const Id& substitute) {
    SubstitutionOrdered order;
    order.group = physics;
    order.date = day("2026-11-26");
    order.slot = 3;
    order.absent = absent;
    order.substitute = substitute;
    return order;
  };
  EXPECT_EQ(ruled(as_deputy(), ordered(teacher, colleague)), "accepted");
  EXPECT_EQ(ruled(as_deputy(), ordered(colleague, teacher)), "refused not_their_lesson");
  EXPECT_EQ(ruled(as_deputy(), ordered(teacher, masha)), "refused not_staff");
  EXPECT_EQ(ruled(as_deputy(), ordered(some_id(), colleague)), "refused person_unknown");
  auto joined = ordered(teacher, colleague);
  joined.joined = {chemistry};
  EXPECT_EQ(ruled(as_deputy(), joined), "accepted");
  joined.joined.push_back(some_id());
  EXPECT_EQ(ruled(as_deputy(), joined), "refused unknown_reference");
}

TEST_F(Lessons, ASubstituteOfAMovedLessonKeepsItWhereItIsHeld) {
  const Id substitute = h.teacher();
  h.move(physics, "2026-11-26", 3, "2026-11-27", 5);
  h.substitute(physics, "2026-11-26", 3, teacher, substitute);
  auto lesson = lesson_of(physics, "2026-11-26", 3);
  lesson.date = day("2026-11-27");
  lesson.slot = 5;
  lesson.substitute_for = teacher;
  h.at("2026-11-27 12:30");
  EXPECT_EQ(ruled(h.by(substitute), lesson), "accepted");
  h.by(teacher).add(lesson);  // the substitute keeps it whoever recorded it
  EXPECT_EQ(ruled(h.by(substitute), AttendanceTaken{lesson.lesson, true}), "accepted");
}

TEST_F(Lessons, AnEarlierTeacherKeepsTheLessonsOfTheirTime) {
  const Id lesson = lesson_today();
  h.by(h.deputy(), Role::kDeputyHead).from("2026-11-24").add(TeachingAssigned{colleague, physics, 2, teacher});
  h.from("2026-11-24").timetable(physics, {{4, 3, colleague}});
  const Id next = h.by(colleague).lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0}), "late topic_deadline");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{next, "Закон Ома", {}, 0}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(colleague), TopicSet{lesson, "Закон Ома", {}, 0}), "late topic_deadline")
      << "the group is theirs now";
}

// --- Topics

TEST_F(Lessons, ATopicIsSetOnceAndInRussian) {  // r000 3.3
  const Id lesson = lesson_today();
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Present Simple", {}, 0}), "refused not_russian");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Present Simple: утверждения", {}, 0}), "accepted");
  for (const char* signs : {"№ 3–5", "§ 12", "12.11", "«…»"})
    EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, signs, {}, 0}), "accepted") << signs << " is in no language";
  for (const char* foreign : {"é", "ß 3", "Ω", "日本", "한국", "a"})
    EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, foreign, {}, 0}), "refused not_russian") << foreign;
  EXPECT_EQ(ruled(h.by(colleague), TopicSet{lesson, "Закон Ома", {}, 0}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{some_id(), "Закон Ома", {}, 0}), "refused unknown_reference");
  h.topic(lesson, "Закон Ома");
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0}), "refused duplicate_entry");
}

TEST_F(Lessons, WhereAnyLanguageIsAllowedItIs) {
  adopt(r000_with("records = \"russian\"", "records = \"any\""), "2026-11-24");
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Present Simple", {}, 0}), "accepted");
}

// --- Attendance

TEST_F(Lessons, TheRollIsCalledOnceAndNotBeforeTheLesson) {
  const auto lesson = lesson_of(chemistry, "2026-11-23", 5);
  h.by(colleague).add(lesson);  // at 9:30; the lesson begins at 12:20
  const AttendanceTaken roll{lesson.lesson, true};
  EXPECT_EQ(text(judge(h.by(colleague).propose(roll), {h.local("2026-11-23 12:20").micros - 1})),
            "refused future_entry");
  EXPECT_EQ(ruled_at("2026-11-23 12:20", h.by(colleague), roll), "accepted");
  h.at("2026-11-23 12:25").attendance(lesson.lesson);
  EXPECT_EQ(ruled(h.by(colleague), roll), "refused duplicate_entry");
  EXPECT_EQ(ruled(h.by(colleague), AttendanceTaken{some_id(), true}), "refused unknown_reference");
}

TEST_F(Lessons, PresenceIsOfPupilsOfTheGroupAndOnceEach) {
  const Id lesson = lesson_today();
  const Id stranger = h.person(Role::kStudent);
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, masha, "н"}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, stranger, "н"}), "refused not_enrolled");
  EXPECT_EQ(ruled(h.by(colleague), AbsenceRecorded{lesson, masha, "н"}), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 0}), "refused invalid_value");
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 1}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 240}), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 241}), "refused invalid_value");
  const Id absence = h.absence(lesson, masha);
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, masha, "н"}), "refused duplicate_entry");
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 5}), "refused duplicate_entry") << "absent or late";
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{lesson, petya, "н"}), "accepted");
  h.withdraw(absence);
  EXPECT_EQ(ruled(h.by(teacher), LatenessRecorded{lesson, masha, 5}), "accepted");
}

TEST_F(Lessons, AbsenceIsAskedOfTheDayOfTheLesson) {
  const Id lesson = lesson_today();
  as_secretary().basis("order", "9").from("2026-11-24").add(MovementOrdered{masha, {}, Movement::kExpelled});
  EXPECT_EQ(ruled_at("2026-11-24 08:00", h.by(teacher), AbsenceRecorded{lesson, masha, "н"}),
            "late attendance_deadline");
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  EXPECT_EQ(ruled(h.by(teacher), AbsenceRecorded{thursday, masha, "н"}), "refused not_enrolled");
}

// --- Excuses: the class teacher's

TEST_F(Lessons, AClassTeacherExcusesTheOwnClassOnly) {  // r000 3.2
  const Id biology = h.group("7Б", "Биология", {teacher});
  const Id other = h.student(biology);
  const auto excuse = [&](const Id& student, std::string_view from, std::string_view to) {
    return AbsenceExcused{student, day(from), day(to), true, {}};
  };
  EXPECT_EQ(ruled(as_curator(), excuse(masha, "2026-11-20", "2026-11-23")), "accepted");
  EXPECT_EQ(ruled(as_curator(), excuse(other, "2026-11-20", "2026-11-23")), "refused not_own_group");
  EXPECT_EQ(ruled(as_curator(), excuse(some_id(), "2026-11-20", "2026-11-23")), "refused person_unknown");
  EXPECT_EQ(ruled(as_curator(), excuse(masha, "2026-11-23", "2026-11-20")), "refused invalid_value");
  EXPECT_EQ(ruled(as_curator(), excuse(masha, "2026-11-23", "2027-03-23")), "accepted") << "120 days, to come";
  EXPECT_EQ(ruled(as_curator(), excuse(masha, "2026-11-23", "2027-03-24")), "refused invalid_value");
}

TEST_F(Lessons, AnExcuseOverTheWholeCalendarIsRefusedAndNotCounted) {
  const AbsenceExcused body{masha, Date{-kDateDaysMax}, Date{kDateDaysMax}, true, {}};
  EXPECT_EQ(ruled(as_curator(), body), "refused invalid_value");
}

TEST_F(Lessons, AClassTeacherWhoHandedTheClassOverExcusesNobody) {
  const Id successor = h.person();
  appoint(h.klass("7А"), successor, "2026-11-23");
  const AbsenceExcused body{masha, day("2026-11-19"), day("2026-11-20"), true, {}};
  EXPECT_EQ(ruled(as_curator(), body), "refused not_entitled");
  EXPECT_EQ(ruled(h.by(successor, Role::kClassTeacher), body), "accepted");
}

// --- Homework

TEST_F(Lessons, HomeworkIsInRussianForPupilsOfTheGroupAndNotDueBeforeItIsGiven) {
  const Id lesson = lesson_today();
  EXPECT_EQ(ruled(h.by(teacher), homework(lesson)), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), homework(lesson)), "refused not_own_group");
  auto set = homework(lesson);
  set.text = "Read page 12";
  EXPECT_EQ(ruled(h.by(teacher), set), "refused not_russian");
  set = homework(lesson);
  set.due = day("2026-11-23");
  EXPECT_EQ(ruled(h.by(teacher), set), "accepted");
  set.due = day("2026-11-22");
  EXPECT_EQ(ruled(h.by(teacher), set), "refused invalid_value");
  set.due = day("2027-09-19");
  EXPECT_EQ(ruled(h.by(teacher), set), "accepted") << "three hundred days";
  set.due = day("2027-09-20");
  EXPECT_EQ(ruled(h.by(teacher), set), "refused invalid_value");
  set = homework(lesson);
  set.audience = {masha};
  EXPECT_EQ(ruled(h.by(teacher), set), "accepted");
  set.audience.push_back(curator);
  EXPECT_EQ(ruled(h.by(teacher), set), "refused not_enrolled");
}

TEST_F(Lessons, HomeworkInAdvanceNamesTheLessonsPlaceInTheTimetable) {
  EXPECT_EQ(ruled(h.by(teacher), homework_ahead("2026-11-26", 3)), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), homework_ahead("2026-11-26", 4)), "refused unknown_reference");
  EXPECT_EQ(ruled(h.by(teacher), homework(lesson_of(physics, "2026-11-26", 3).lesson)), "refused unknown_reference")
      << "a name alone tells no place";
  EXPECT_EQ(ruled(h.by(colleague), homework_ahead("2026-11-26", 3)), "refused not_own_group");
  auto set = homework_ahead("2026-11-26", 3);
  set.audience = {curator};
  EXPECT_EQ(ruled(h.by(teacher), set), "refused not_enrolled");
  set.audience = {};
  set.due = day("2026-11-25");
  EXPECT_EQ(ruled(h.by(teacher), set), "refused invalid_value");
}

// --- Remarks

TEST_F(Lessons, ARemarkIsSealedAndMadeByWhoKeepsTheLessonOrLeadsTheClass) {
  const Id lesson = lesson_today();
  const RemarkRecorded remark{masha, lesson, {}};
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), remark), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), remark), "refused invalid_value") << "nothing is remarked";
  EXPECT_EQ(ruled(with_remark(h.by(colleague)), remark), "refused not_own_group");
  EXPECT_EQ(ruled(with_remark(as_curator()), remark), "accepted");
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), RemarkRecorded{masha, some_id(), {}}), "refused unknown_reference");
  const Id nobody = some_id();
  EXPECT_EQ(ruled(with_remark(h.by(teacher), nobody), RemarkRecorded{nobody, lesson, {}}), "refused person_unknown");
  EXPECT_EQ(ruled(with_remark(h.by(teacher), curator), RemarkRecorded{curator, lesson, {}}), "refused not_enrolled");
}

// A misspelt code would stay for ever. Where the school keeps no dictionary of a kind, its codes are free.
TEST_F(Lessons, KindsAndCodesAreThoseOfTheSchoolsDictionaries) {
  const Id today = lesson_today();
  auto lesson = lesson_of(physics, "2026-11-26", 3);
  lesson.kind = "leson";
  AbsenceRecorded absence{today, masha, "ну"};
  AbsenceExcused excuse{masha, day("2026-11-23"), day("2026-11-23"), true, "ilness"};
  auto set = homework(today);
  set.kind = "writen";
  RemarkRecorded remark{masha, today, "prays"};
  const auto all = [&](const std::string& verdict) {
    EXPECT_EQ(ruled_at("2026-11-26 10:30", h.by(teacher), lesson), verdict);
    EXPECT_EQ(ruled(h.by(teacher), absence), verdict);
    EXPECT_EQ(ruled(as_curator(), excuse), verdict);
    EXPECT_EQ(ruled(h.by(teacher), set), verdict);
    EXPECT_EQ(ruled(with_remark(h.by(teacher)), remark), verdict);
  };
  all("accepted");
  for (const auto& [kind, code] : {std::pair{"lesson_kind", "lesson"},
                                   {"absence_code", "н"},
                                   {"excuse_kind", "illness"},
                                   {"homework_kind", "written"},
                                   {"remark_kind", "praise"}})
    as_administrator().add(DictionaryEntryDefined{kind, code, "Есть", {}});
  all("refused dictionary_unknown");
  lesson.kind = "lesson", absence.code = "н", excuse.kind = "illness", set.kind = "written", remark.kind = "praise";
  all("accepted");
  lesson.kind = {}, absence.code = {}, excuse.kind = {}, set.kind = {}, remark.kind = {};
  all("accepted");
}

// Erasing somebody takes what lies under their key: a text about them under another's would stay.
TEST_F(Lessons, TextsAboutAPupilLieUnderTheirOwnKey) {
  const Id lesson = lesson_today();
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), RemarkRecorded{masha, lesson, {}}), "accepted");
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), RemarkRecorded{petya, lesson, {}}), "refused invalid_value");
  EXPECT_EQ(ruled(with_remark(h.by(teacher)).sealed("remark", petya, some_hash()), RemarkRecorded{masha, lesson, {}}),
            "refused invalid_value");
  const AbsenceExcused excuse{masha, day("2026-11-23"), day("2026-11-23"), true, {}};
  EXPECT_EQ(ruled(as_curator().sealed("excuse", masha, some_hash()), excuse), "accepted");
  EXPECT_EQ(ruled(as_curator().sealed("excuse", petya, some_hash()), excuse), "refused invalid_value");
}

TEST_F(Lessons, ARemarkWithoutALessonIsTheClassTeachers) {
  EXPECT_EQ(ruled(with_remark(as_curator()), RemarkRecorded{masha, {}, {}}), "accepted");
  EXPECT_EQ(ruled(with_remark(h.by(teacher)), RemarkRecorded{masha, {}, {}}), "refused invalid_value")
      << "a teacher's is of a lesson";
  const Id biology = h.group("7Б", "Биология", {teacher});
  const Id other = h.student(biology);
  EXPECT_EQ(ruled(with_remark(as_curator(), other), RemarkRecorded{other, {}, {}}), "refused not_own_group");
}

TEST_F(Lessons, APupilSaysThatTheOwnHomeworkIsDone) {
  const Id given = h.homework(lesson_today(), "§ 12", "2026-11-26");
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), HomeworkDone{given}), "accepted");
  const Id stranger = h.student(h.group("8Б", "Физика", {teacher}));
  EXPECT_EQ(ruled(h.by(stranger, Role::kStudent), HomeworkDone{given}), "refused not_enrolled");
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), HomeworkDone{some_id()}), "refused unknown_reference");
  h.annul(given);
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), HomeworkDone{given}), "refused unknown_reference");
}

}  // namespace
}  // namespace letopis::commands
