#include <algorithm>

#include "replay-tools/school_texts.h"
#include "replay-tools/simulation.h"

namespace letopis::replay_tools {

using namespace ledger;
using commands::Acknowledged;
using commands::Author;
using projections::ScheduledLesson;

namespace {

constexpr std::size_t kMarksRemembered = 400;
constexpr int kLessonsToLookAhead = 14;  // days
constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;

// How often, per cent of lessons.
constexpr double kEnteredLaterSameDay = 7;
constexpr double kEnteredNextDay = 2.5;
constexpr double kHomework = 82;
constexpr double kHomeworkInAdvance = 2;
constexpr double kHomeworkInTheEvening = 5;
constexpr double kRemark = 3;
constexpr double kExtraLesson = 1.5;
constexpr double kAttempt = 1.2;
constexpr double kTopicCorrected = 0.4;
constexpr double kAnswers = 70;
// Of marks and absences.
constexpr double kMarkCorrected = 0.7;
constexpr double kAbsenceCorrected = 1;
constexpr double kApproved = 85;

Instant later(Instant from, std::int64_t minutes) { return {from.micros + minutes * kMicrosPerMinute}; }

}  // namespace

Classrooms::Classrooms(World& world) : w_(world) {}

// --- A day -------------------------------------------------------------------------------------------------------------

void Classrooms::hold(Date day) {
  std::vector<Lesson> lessons;
  for (const auto& [id, group] : w_.state().groups())
    for (const auto& scheduled : projections::lessons_held_on(w_.state(), id, day))
      if (!scheduled.cancelled) lessons.push_back(prepare(scheduled));
  for (auto& lesson : lessons) {
    Instant when = later(lesson.starts, w_.between(2, 12));
    if (w_.percent(kEnteredNextDay))
      when = w_.local(day + 1, hm(w_.between(8, 18), w_.between(0, 59)));
    else if (w_.percent(kEnteredLaterSameDay))
      when = w_.local(day, hm(w_.between(16, 22), w_.between(0, 59)));
    if (w_.percent(kExtraLesson))
      w_.at(w_.local(day, hm(16, 50 + w_.between(0, 9))),
            [this, lesson] { return extra_lesson(lesson.group, lesson.teacher, lesson.date); });
    w_.at(when, [this, lesson] { return open(lesson); });
  }
}

Classrooms::Lesson Classrooms::prepare(const ScheduledLesson& scheduled) {
  Lesson lesson;
  lesson.id = scheduled.id;
  lesson.group = scheduled.group;
  lesson.teacher = scheduled.substitute.is_zero() ? scheduled.teacher : scheduled.substitute;
  if (!scheduled.substitute.is_zero()) lesson.absent_teacher = scheduled.teacher;
  lesson.date = scheduled.date;
  lesson.slot = scheduled.slot;
  lesson.starts = scheduled.starts;
  lesson.ends = scheduled.ends;
  const auto& group = *w_.state().group(lesson.group);
  lesson.subject = group.subject;
  for (const auto& exception : w_.state().calendar())
    if (exception.kind == DayKind::kQuarantine && exception.from <= lesson.date && lesson.date <= exception.to &&
        std::find(group.classes.begin(), group.classes.end(), exception.klass) != group.classes.end())
      lesson.mode = "distance";
  return lesson;
}

std::vector<Id> Classrooms::members(const Id& group, Date day) const {
  std::vector<Id> present;
  for (const auto& [student, spans] : w_.state().group(group)->members)
    if (w_.state().enrolled(group, student, day)) present.push_back(student);
  std::sort(present.begin(), present.end());
  return present;
}

std::optional<ScheduledLesson> Classrooms::next_lesson(const Id& group, Date after) {
  for (Date day = after + 1; day <= after + kLessonsToLookAhead; day = day + 1)
    for (const auto& lesson : projections::lessons_on(w_.state(), group, day))
      if (!lesson.cancelled && !lesson.moved) return lesson;
  return std::nullopt;
}

// --- A lesson ----------------------------------------------------------------------------------------------------------

Status Classrooms::open(Lesson lesson) {
  Scribe* teacher = w_.scribe(lesson.teacher);
  LETOPIS_ASSERT(teacher != nullptr);
  lesson.number = ++courses_[lesson.group].lessons;
  Request request(*w_.door, w_.clock.now());
  Author::Draft draft;
  draft.acting_as = Role::kTeacher;
  LessonRecorded recorded{lesson.id,   lesson.group,
                          lesson.date, static_cast<std::uint8_t>(lesson.slot),
                          1,           "lesson",
                          lesson.mode, lesson.absent_teacher,
                          {},          {}};
  draft.body = recorded;
  TRY_STATUS(request.say(*teacher, draft));
  const auto topics = topics_of(lesson.subject);
  const std::size_t topic_number = static_cast<std::size_t>(lesson.number) % topics.size();
  const auto* plan = w_.state().plans().of_group(lesson.group);
  const std::string line = std::to_string(topic_number + 1);  // as Control publishes them
  const bool planned = plan != nullptr && plan->line(line) != nullptr;
  draft.body = TopicSet{lesson.id, topics[topic_number], planned ? std::string_view(line) : std::string_view(), 1};
  TRY(const Id topic, request.say(*teacher, draft));

  std::vector<Id> absent;
  std::vector<std::pair<Id, Id>> absences;  // statement, pupil
  std::vector<Id> late;
  for (const auto& pupil : members(lesson.group, lesson.date)) {
    auto& traits = pupils_[pupil];
    if (traits.ability == 4) traits = {3.1 + w_.between(0, 150) / 100.0, w_.between(0, 9) == 0 ? 6.0 : 0.8};
    if (w_.ill(pupil, lesson.date) || w_.percent(traits.punctuality))
      absent.push_back(pupil);
    else
      lesson.present.push_back(pupil);
    if (!lesson.present.empty() && lesson.present.back() == pupil && w_.percent(lesson.slot == 1 ? 2.5 : 0.5))
      late.push_back(pupil);
  }
  draft.body = AttendanceTaken{lesson.id, absent.empty()};
  TRY_STATUS(request.say(*teacher, draft));
  for (const auto& pupil : absent) {
    draft.body = AbsenceRecorded{lesson.id, pupil, "н"};
    TRY(const Id absence, request.say(*teacher, draft));
    absences.emplace_back(absence, pupil);
  }
  for (const auto& pupil : late) {
    draft.body = LatenessRecorded{lesson.id, pupil, static_cast<std::uint16_t>(w_.between(2, 20))};
    TRY_STATUS(request.say(*teacher, draft));
  }
  TRY_STATUS(request.send(w_.tally));
  for (const auto& [absence, pupil] : absences)
    if (w_.percent(kAbsenceCorrected))
      w_.at(later(w_.clock.now(), w_.between(20, 90)),
            [this, lesson, absence = absence, pupil = pupil] { return correct_absence(lesson, absence, pupil); });
  if (w_.percent(kTopicCorrected))
    w_.at(later(w_.clock.now(), w_.between(30, 200)), [this, lesson, topic] { return correct_topic(lesson, topic); });
  plan_rest(lesson);
  return {};
}

// What else the lesson brings: works, homework, a remark — at its end, or when the teacher comes to it.
void Classrooms::plan_rest(const Lesson& lesson) {
  const Instant end = std::max(lesson.ends, w_.clock.now());
  Course& course = courses_[lesson.group];
  const auto at = [&](Instant when, Status (Classrooms::*act)(const Lesson&)) {
    w_.at(when, [this, lesson, act] { return (this->*act)(lesson); });
  };
  if (course.planned_for == lesson.date && !course.planned_work.is_zero()) {
    Lesson announced = lesson;  // whoever held the lesson, the marks are given by the teacher who announced the work
    announced.teacher = course.planned_by;
    mark_later(announced, course.planned_work, control_of(lesson.subject).parts, true);
    course.planned_work = {};
  } else if (lesson.number % 12 == 5) {
    w_.at(later(end, -3), [this, lesson] { return hold_work(lesson, true); });
  } else if (lesson.number % 7 == 2) {
    w_.at(later(end, -3), [this, lesson] { return hold_work(lesson, false); });
  } else if (w_.percent(kAnswers)) {
    at(w_.percent(3) ? w_.local(lesson.date + 1, hm(9, w_.between(0, 59))) : later(end, -2), &Classrooms::give_answers);
  }
  if (lesson.number % 12 == 4 && w_.percent(40)) at(later(end, -1), &Classrooms::plan_control);
  if (w_.percent(kHomework)) {
    const Instant when =
        w_.percent(kHomeworkInTheEvening) ? w_.local(lesson.date, hm(21, w_.between(0, 59))) : later(end, -1);
    w_.at(std::max(when, w_.clock.now()), [this, lesson] { return set_homework(lesson, false); });
  }
  if (w_.percent(kHomeworkInAdvance)) w_.at(later(end, 1), [this, lesson] { return set_homework(lesson, true); });
  if (w_.percent(kRemark)) at(later(end, 2), &Classrooms::remark);
  if (w_.percent(kAttempt)) at(later(end, 3), &Classrooms::try_something);
}

Status Classrooms::set_homework(const Lesson& lesson, bool in_advance) {
  const auto next = next_lesson(lesson.group, lesson.date);
  if (in_advance && !next) return {};
  const std::string text = homework_text(lesson.subject, w_.random);
  HomeworkSet body;
  body.lesson = lesson.id;
  body.kind = lesson.subject == "Литература" ? "reading" : "written";
  body.text = text;
  if (next) body.due = next->date;
  if (in_advance) {
    body.lesson = next->id;
    body.group = lesson.group;
    body.date = next->date;
    body.slot = static_cast<std::uint8_t>(next->slot);
    const auto after = next_lesson(lesson.group, next->date);
    body.due = after ? after->date : Date{};
    if (!lesson.absent_teacher.is_zero()) return {};  // a substitute speaks of the lesson held only
  } else if (w_.percent(2) && lesson.present.size() > 4) {
    body.audience = {lesson.present[0], lesson.present[2], lesson.present[3]};
  }
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kTeacher;
  TRY_STATUS(w_.say(*w_.scribe(lesson.teacher), draft));
  return {};
}

Status Classrooms::remark(const Lesson& lesson) {
  if (lesson.present.empty()) return {};
  const Id pupil = w_.pick(lesson.present);
  const bool praise = w_.percent(30);
  Author::Draft draft;
  draft.body = RemarkRecorded{pupil, lesson.id, praise ? "praise" : "behaviour"};
  draft.acting_as = Role::kTeacher;
  draft.sealed.push_back({"remark", pupil, praise ? praise_text(w_.random) : remark_text(w_.random)});
  TRY_STATUS(w_.say(*w_.scribe(lesson.teacher), draft));
  return {};
}

// A consultation that the timetable does not know, held by order of the year's plan.
Status Classrooms::extra_lesson(const Id& group, const Id& teacher, Date day) {
  if (!w_.state().assigned(group, teacher, day)) return {};
  LessonRecorded body;
  body.lesson = w_.random.id();
  body.group = group;
  body.date = day;
  body.kind = "consultation";
  body.start = {hm(16)};
  body.end = {hm(16, 45)};
  Basis basis;
  basis.kind = "order";
  basis.number = "8-у";
  basis.date = day;
  Author::Draft draft;
  draft.body = body;
  draft.basis = basis;
  draft.acting_as = Role::kTeacher;
  Request request(*w_.door, w_.clock.now());
  Scribe& scribe = *w_.scribe(teacher);
  TRY_STATUS(request.say(scribe, draft));
  draft.basis.reset();
  draft.body = TopicSet{body.lesson, "Консультация: разбор трудных заданий", {}, 1};
  TRY_STATUS(request.say(scribe, draft));
  draft.body = AttendanceTaken{body.lesson, true};
  TRY_STATUS(request.say(scribe, draft));
  TRY_STATUS(request.send(w_.tally));
  return {};
}

// --- Works and marks ---------------------------------------------------------------------------------------------------

std::string Classrooms::mark_for(const Id& student) {
  const double spread = (w_.between(0, 100) + w_.between(0, 100) + w_.between(0, 100)) / 100.0 - 1.5;
  const int mark = static_cast<int>(pupils_[student].ability + spread + 0.5);
  return std::to_string(std::clamp(mark, 2, 5));
}

Status Classrooms::give_answers(const Lesson& lesson) {
  if (lesson.present.empty()) return {};
  Request request(*w_.door, w_.clock.now());
  Scribe& teacher = *w_.scribe(lesson.teacher);
  Author::Draft draft;
  draft.acting_as = Role::kTeacher;
  WorkPlanned work;
  work.group = lesson.group;
  work.lesson = lesson.id;
  work.kind = w_.percent(80) ? "answer" : "homework";
  work.parts = 1;
  work.weight = 100;
  draft.body = work;
  TRY(const Id id, request.say(teacher, draft));
  TRY_STATUS(request.send(w_.tally));
  std::vector<Id> asked;
  for (int i = w_.between(1, 5); i > 0; --i)
    if (const Id pupil = w_.pick(lesson.present); std::find(asked.begin(), asked.end(), pupil) == asked.end())
      asked.push_back(pupil);
  return give_marks(lesson, id, 1, std::move(asked));
}

Status Classrooms::hold_work(const Lesson& lesson, bool control) {
  const WorkStyle style = control ? control_of(lesson.subject) : practice_of(lesson.subject);
  const std::string title = std::string(style.title) + " № " + std::to_string(lesson.number / 4 + 1);
  WorkPlanned work;
  work.group = lesson.group;
  work.lesson = lesson.id;
  work.kind = style.kind;
  work.number = static_cast<std::uint16_t>(lesson.number / 4 + 1);
  work.title = title;
  work.parts = static_cast<std::uint8_t>(style.parts);
  work.weight = control ? 200 : 150;
  Author::Draft draft;
  draft.body = work;
  draft.acting_as = Role::kTeacher;
  TRY(const auto planned, w_.say(*w_.scribe(lesson.teacher), draft));
  const bool written = control || style.kind == "independent";
  mark_later(lesson, planned.statement, style.parts, written);
  return {};
}

// A test announced for the group's next lesson.
Status Classrooms::plan_control(const Lesson& lesson) {
  const auto next = next_lesson(lesson.group, lesson.date);
  if (!next || !lesson.absent_teacher.is_zero()) return {};
  const WorkStyle style = control_of(lesson.subject);
  WorkPlanned work;
  work.group = lesson.group;
  work.held_on = next->date;
  work.kind = style.kind;
  work.number = static_cast<std::uint16_t>(lesson.number / 4 + 1);
  work.title = style.title;
  work.parts = static_cast<std::uint8_t>(style.parts);
  work.weight = 200;
  Author::Draft draft;
  draft.body = work;
  draft.acting_as = Role::kTeacher;
  TRY(const auto planned, w_.say(*w_.scribe(lesson.teacher), draft));
  courses_[lesson.group].planned_work = planned.statement;
  courses_[lesson.group].planned_for = next->date;
  courses_[lesson.group].planned_by = lesson.teacher;
  return {};
}

void Classrooms::mark_later(const Lesson& lesson, const Id& work, int parts, bool written) {
  Instant when = w_.local(lesson.date, hm(16, w_.between(0, 59)));
  if (written) {
    const int days = w_.percent(60) ? w_.between(1, 3) : w_.percent(85) ? w_.between(4, 7) : w_.between(8, 10);
    when = w_.local(lesson.date + days, hm(w_.between(15, 20), w_.between(0, 59)));
  } else if (w_.percent(6)) {
    when = w_.local(lesson.date + 1, hm(w_.between(8, 16), w_.between(0, 59)));
  }
  w_.at(std::max(when, w_.clock.now()),
        [this, lesson, work, parts] { return give_marks(lesson, work, parts, lesson.present); });
}

Status Classrooms::give_marks(const Lesson& lesson, const Id& work, int parts, std::vector<Id> students) {
  Request request(*w_.door, w_.clock.now());
  Scribe& scribe = *w_.scribe(lesson.teacher);
  std::vector<MarkMade> made;
  // Who was transferred or expelled meanwhile is not on the teacher's page any more.
  std::erase_if(students, [&](const Id& student) { return !w_.state().enrolled(lesson.group, student, w_.today()); });
  for (const auto& student : students)
    for (int part = 1; part <= parts; ++part) {
      MarkMade& mark = made.emplace_back(MarkMade{{}, student, lesson.teacher, mark_for(student)});
      Author::Draft draft;
      draft.acting_as = Role::kTeacher;
      draft.body = MarkGiven{work, static_cast<std::uint8_t>(part), student, mark.value};
      TRY(mark.id, request.say(scribe, draft));
    }
  TRY(const auto recorded, request.send(w_.tally));
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (recorded[i].verdict == Verdict::kRefused) continue;
    w_.marks.push_back(made[i]);
    if (w_.percent(kMarkCorrected))
      w_.at(later(w_.clock.now(), w_.between(30, 60 * 26)), [this, mark = made[i]] { return correct_mark(mark); });
  }
  while (w_.marks.size() > kMarksRemembered) w_.marks.pop_front();
  return {};
}

// --- Corrections -------------------------------------------------------------------------------------------------------

Status Classrooms::correct_mark(const MarkMade& mark) {
  EntryCorrected body;
  body.target = mark.id;
  std::string value = mark_for(mark.student);
  if (value == mark.value) value = mark.value == "5" ? "4" : "5";
  body.value = value;
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kTeacher;
  draft.sealed.push_back({"reason", mark.student, correction_reason(w_.random)});
  TRY(const auto proposed, w_.say(*w_.scribe(mark.teacher), draft));
  if (proposed.verdict == Verdict::kRefused) {
    ++w_.attempts[proposed.rule];  // annulled meanwhile
    return {};
  }
  const bool approve = w_.percent(kApproved);
  w_.at(w_.local(w_.today() + 1, hm(9, w_.between(0, 59))), [this, target = proposed.statement, approve] {
    Author::Draft decision;
    decision.body = Endorsed{target, approve};
    return w_.decree(Role::kDeputyHead, decision);
  });
  return {};
}

// The pupil was there after all: the teacher takes the absence back, the class teacher confirms.
Status Classrooms::correct_absence(const Lesson& lesson, const Id& absence, const Id& student) {
  const Id klass = w_.state().class_of(student, w_.today());
  const Id* leader = klass.is_zero() ? nullptr : w_.state().klass(klass)->teachers.at(w_.today());
  if (leader == nullptr || *leader == lesson.teacher || w_.scribe(*leader) == nullptr) return {};
  EntryCorrected body;
  body.target = absence;
  body.withdrawn = true;
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kTeacher;
  draft.sealed.push_back({"reason", student, "Вернулся с соревнований к середине урока"});
  TRY(const auto proposed, w_.say(*w_.scribe(lesson.teacher), draft));
  w_.at(later(w_.clock.now(), w_.between(20, 120)), [this, target = proposed.statement, leader = *leader]() -> Status {
    Author::Draft decision;
    decision.body = Endorsed{target, true};
    decision.acting_as = Role::kClassTeacher;
    TRY_STATUS(w_.say(*w_.scribe(leader), decision));
    return Status{};
  });
  return {};
}

Status Classrooms::correct_topic(const Lesson& lesson, const Id& topic) {
  const auto topics = topics_of(lesson.subject);
  const std::string value =
      std::string(topics[static_cast<std::size_t>(lesson.number) % topics.size()]) + ". Решение задач";
  EntryCorrected body;
  body.target = topic;
  body.value = value;
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kTeacher;
  draft.sealed.push_back({"reason", lesson.teacher, "Уточнена тема урока"});
  TRY_STATUS(w_.say(*w_.scribe(lesson.teacher), draft));
  return {};
}

// --- What people try and the rules refuse ------------------------------------------------------------------------------

Status Classrooms::try_something(const Lesson& lesson) {
  Scribe& teacher = *w_.scribe(lesson.teacher);
  Author::Draft draft;
  draft.acting_as = Role::kTeacher;
  switch (w_.between(0, 7)) {
    case 0: {  // the same lesson again, from the other tab
      draft.body = LessonRecorded{
          lesson.id, lesson.group, lesson.date, static_cast<std::uint8_t>(lesson.slot), 1, "lesson", {}, {}, {}, {}};
      return w_.attempt(teacher, draft);
    }
    case 1: {  // a topic in another language
      const auto next = next_lesson(lesson.group, lesson.date);
      draft.body =
          HomeworkSet{lesson.id, next ? next->date : Date{}, {}, "written", "Workbook p. 12, ex. 3", {}, {}, {}, 0};
      return w_.attempt(teacher, draft);
    }
    case 2: {  // tomorrow's lesson, today
      const auto next = next_lesson(lesson.group, lesson.date);
      if (!next || !lesson.absent_teacher.is_zero()) return {};
      draft.body = LessonRecorded{
          next->id, lesson.group, next->date, static_cast<std::uint8_t>(next->slot), 1, "lesson", {}, {}, {}, {}};
      return w_.attempt(teacher, draft);
    }
    case 3: {  // a lesson nobody scheduled, without saying on what ground
      draft.body =
          LessonRecorded{w_.random.id(), lesson.group, lesson.date, 0, 1, "consultation", {}, {}, {hm(7)}, {hm(7, 40)}};
      return w_.attempt(teacher, draft);
    }
    case 4: {  // the topic of somebody else's lesson
      for (int tries = 0; tries < 20; ++tries) {
        const auto& [person, scribe] =
            *std::next(w_.signing.begin(), w_.between(0, static_cast<int>(w_.signing.size()) - 1));
        if (w_.state().groups_of_teacher(person, lesson.date).empty() ||
            w_.state().assigned(lesson.group, person, lesson.date))
          continue;
        if (person == lesson.teacher) continue;
        draft.body = TopicSet{lesson.id, "Замена: решение задач", {}, 1};
        return w_.attempt(*scribe, draft);
      }
      return {};
    }
    case 5:
    case 6: {  // a second mark for the same work; a value the scale does not have
      if (w_.marks.empty()) return {};
      const MarkMade mark = w_.marks.back();
      WorkPlanned work;
      work.group = lesson.group;
      work.lesson = lesson.id;
      work.kind = "answer";
      if (lesson.present.empty()) return {};
      draft.body = work;
      TRY(const auto planned, w_.say(teacher, draft));
      const Id pupil = w_.pick(lesson.present);
      const std::string value = mark_for(pupil);
      draft.body = MarkGiven{planned.statement, 1, pupil, value};
      TRY_STATUS(w_.say(teacher, draft));
      const std::string again = w_.percent(40) ? "6" : value;
      draft.body = MarkGiven{planned.statement, 1, pupil, again};
      return w_.attempt(teacher, draft);
    }
    default: {  // a pupil of another class
      WorkPlanned work;
      work.group = lesson.group;
      work.lesson = lesson.id;
      work.kind = "answer";
      draft.body = work;
      TRY(const auto planned, w_.say(teacher, draft));
      for (std::size_t tries = 0; tries < 50; ++tries) {
        const std::size_t user = w_.random.below(w_.model.users.size());
        const Id stranger = w_.id_of(user);
        if (w_.model.users[user].role != UserRole::kStudent || w_.state().enrolled(lesson.group, stranger, w_.today()))
          continue;
        draft.body = MarkGiven{planned.statement, 1, stranger, "4"};
        return w_.attempt(teacher, draft);
      }
      return {};
    }
  }
}

}  // namespace letopis::replay_tools
