// Lessons, topics, attendance, homework, remarks (events.md: "Lesson").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;
using projections::Lesson;

namespace {

const DeadlineRule& lesson_rule(const Profile& p) { return p.lesson; }
const DeadlineRule& attendance_rule(const Profile& p) { return p.attendance; }
const DeadlineRule& excuse_rule(const Profile& p) { return p.excuse; }

void due(Case& c, const DeadlineRule& (*which)(const Profile&), std::string_view rule_id, const Lesson& lesson) {
  c.due(which, rule_id, lesson.date, lesson.starts, lesson.group, lesson.ends);
}

// Cyrillic letters, or no letters at all: "№ 3–5" is Russian, "Ohm's law" is not. UTF-8 that was checked before: letters of
// other alphabets begin with these bytes, signs and punctuation with C2 and E2.
bool is_russian(std::string_view text) {
  bool foreign = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0xd0 || byte == 0xd1) return true;
    const bool latin = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    foreign = foreign || latin || (byte >= 0xc3 && byte != 0xe2);
  }
  return !foreign;
}

// The journal is opened in the break before a lesson, and a lesson is recorded once it is about to begin.
constexpr std::int64_t kBreakMicros = 20 * 60 * kMicrosPerSecond;

// Whether a substitute held the lesson for the author, and fills the journal in for it as long as they are here (r001 4.5, r004
// п2 2.5).
bool held_by_another(const Case& c, const Lesson& lesson) {
  if (lesson.teacher == c.st.author || !is_staff(c.state, lesson.teacher, c.today)) return false;
  const auto held = held_at(c.state, lesson.group, lesson.date, lesson.slot);
  return held && !held->substitute.is_zero() && held->substitute == lesson.teacher;
}

// The lesson an entry speaks of: recorded, not annulled, and kept by the author.
const Lesson* own_lesson(Case& c, const Id& id) {
  const Lesson* lesson = c.state.lesson(id);
  if (!c.require(lesson != nullptr && lesson->standing, rule::kUnknownReference)) return nullptr;
  if (!c.require(keeps_lesson(c.state, c.st.author, *lesson, c.today), rule::kNotOwnGroup)) return nullptr;
  if (!c.require(!held_by_another(c, *lesson), rule::kNotOwnSubject)) return nullptr;
  c.by_profile_before(lesson->date, lesson->starts);
  return lesson;
}

void judge_in_timetable(Case& c, const LessonRecorded& b, const projections::ScheduledLesson& lesson) {
  c.require(b.lesson == lesson.id, rule::kInvalidValue);
  c.require(!lesson.cancelled, rule::kStateClash);
  c.require(c.now.micros >= lesson.starts.micros - kBreakMicros, rule::kFutureEntry);
  // Whom somebody else replaces does not enter the lesson; who replaces says whom (r004 п2 2.5).
  const bool teaches_it = lesson.teacher == c.st.author || c.state.assigned(b.group, c.st.author, b.date);
  c.require(teaches_it || lesson.substitute == c.st.author, rule::kNotOwnGroup);
  c.require(lesson.substitute.is_zero() || lesson.substitute == c.st.author, rule::kNotOwnSubject);
  const bool replaces = !lesson.substitute.is_zero() && lesson.substitute != lesson.teacher;
  const bool said = b.substitute_for == lesson.teacher || c.state.assigned(b.group, b.substitute_for, b.date);
  c.require(replaces ? said && !b.substitute_for.is_zero() : b.substitute_for.is_zero(), rule::kSubstitutionUnsaid);
  c.due(lesson_rule, rule::kLessonDeadline, lesson.date, lesson.starts, b.group, lesson.ends);
}

// A club, a make-up lesson, a working Saturday nobody entered: accepted with a basis, at the hours the teacher names.
void judge_outside_timetable(Case& c, const LessonRecorded& b) {
  c.require(c.has_basis(), rule::kOutsideTimetable);
  c.require(b.start.value < b.end.value || b.slot != 0, rule::kInvalidValue);
  c.require(teaches(c.state, c.st.author, b.group, b.date), rule::kNotOwnGroup);
  const Instant starts = at_local(b.date, b.start.value, c.state.offset(b.date));
  const Instant ends = at_local(b.date, b.end.value, c.state.offset(b.date));
  c.require(b.start.value == 0 || c.now.micros >= starts.micros - kBreakMicros, rule::kFutureEntry);
  c.due(lesson_rule, rule::kLessonDeadline, b.date, starts, b.group, ends);
}

}  // namespace

void judge(Case& c, const LessonRecorded& b) {
  if (!c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference)) return;
  const Lesson* known = c.state.lesson(b.lesson);
  c.require(known == nullptr || !known->standing, rule::kSecondLesson);
  c.require(!c.state.slots_taken({b.group, b.date, b.slot}, std::max<int>(1, b.slots), b.lesson), rule::kSecondLesson);
  c.require(b.date <= c.today, rule::kFutureEntry);
  c.require(b.substitute_for.is_zero() || c.knows(b.substitute_for), rule::kPersonUnknown);
  c.listed("lesson_kind", b.kind);
  require_open(c, b.group, b.date);
  if (c.refused()) return;
  if (const auto lesson = held_at(c.state, b.group, b.date, b.slot, b.lesson))
    judge_in_timetable(c, b, *lesson);
  else
    judge_outside_timetable(c, b);
}

namespace {

// Whether a substitute held the lesson in another subject, by the order: the group's plan does not speak of it.
bool in_another_subject(const Case& c, const Lesson& lesson) {
  const auto held = held_at(c.state, lesson.group, lesson.date, lesson.slot);
  if (!held || held->substitute.is_zero()) return false;
  const auto& ordered = c.state.substitutions();
  const auto last =
      std::find_if(ordered.rbegin(), ordered.rend(), [&](const auto& order) { return order.place == held->place; });
  return last != ordered.rend() && !last->subject.empty() && last->subject != c.state.group(lesson.group)->subject;
}

}  // namespace

// Elsewhere a line that is named must be there.
void require_topic_of_plan(Case& c, const Lesson& lesson, std::string_view topic, const std::string_view* plan_item) {
  const auto* plan = c.state.plans().of_group(lesson.group);
  const bool strict = c.profile->topics.mode == TopicsMode::kStrict;
  const bool names_a_line = plan_item != nullptr && !plan_item->empty();
  if (c.refused() || plan == nullptr || (!strict && !names_a_line)) return;
  if (!names_a_line && in_another_subject(c, lesson)) return;
  const auto named = [&](const projections::PlanLine& line) {
    return (plan_item == nullptr || line.number == *plan_item) && (!strict || line.topic == topic);
  };
  c.require(std::any_of(plan->lines.begin(), plan->lines.end(), named), rule::kTopicNotInPlan);
}

void judge(Case& c, const TopicSet& b) {
  const Lesson* lesson = own_lesson(c, b.lesson);
  if (lesson == nullptr) return;
  c.require(!lesson->has_topic, rule::kDuplicateEntry);
  require_russian(c, b.text);
  require_topic_of_plan(c, *lesson, b.text, &b.plan_item);
  require_open(c, lesson->group, lesson->date);
  due(c, topic_rule, rule::kTopicDeadline, *lesson);
}

namespace {

void require_nobody_absent(Case& c, const Id& lesson, const Id& group) {
  for (const auto& [student, spans] : c.state.group(group)->members)
    c.require(!c.state.absence_standing(lesson, student), rule::kStateClash);
}

}  // namespace

void judge(Case& c, const AttendanceTaken& b) {
  const Lesson* lesson = own_lesson(c, b.lesson);
  if (lesson == nullptr) return;
  c.require(!lesson->attendance_taken, rule::kDuplicateEntry);
  if (b.all_present && !c.refused()) require_nobody_absent(c, b.lesson, lesson->group);
  require_open(c, lesson->group, lesson->date);
  c.require(c.now >= lesson->starts, rule::kFutureEntry);
  due(c, attendance_rule, rule::kAttendanceDeadline, *lesson);
}

namespace {

void judge_presence(Case& c, const Id& lesson_id, const Id& student) {
  const Lesson* lesson = own_lesson(c, lesson_id);
  if (lesson == nullptr) return;
  c.require(c.state.enrolled(lesson->group, student, lesson->date), rule::kNotEnrolled);
  require_open(c, lesson->group, lesson->date, student);
  c.require(c.now >= lesson->starts, rule::kFutureEntry);
  c.require(!c.state.absence_standing(lesson_id, student) && !c.state.lateness_standing(lesson_id, student),
            rule::kDuplicateEntry);
  due(c, attendance_rule, rule::kAttendanceDeadline, *lesson);
}
}  // namespace

void judge(Case& c, const AbsenceRecorded& b) {
  c.listed("absence_code", b.code);
  judge_presence(c, b.lesson, b.student);
  // Where an absentee is marked by protocol alone, whoever has another mark was there (r002 3.2, r004 п2 2.9).
  if (!c.refused() && c.profile->makeup.required)
    c.require(marks_in_lesson(c.state, b.lesson, b.student) == 0, rule::kAbsenceAndMark);
}

void judge(Case& c, const LatenessRecorded& b) { judge_presence(c, b.lesson, b.student); }

// The class teacher's fact, beside the teacher's record; the certificate may come days after.
void judge(Case& c, const AbsenceExcused& b) {
  c.require(c.knows(b.student), rule::kPersonUnknown);
  c.listed("excuse_kind", b.kind);
  const Id klass = c.state.class_of(b.student, b.to <= c.today ? b.to : c.today);
  c.require(!klass.is_zero() && c.state.is_class_teacher(c.st.author, klass, c.today), rule::kNotOwnGroup);
  c.due(excuse_rule, rule::kExcuseDeadline, b.to, projections::midnight(c.state, b.to), {});
}

namespace {

// Where and when the lesson of a homework is, the author's own: recorded, or by its place in the timetable where the homework
// is posted in advance.
struct PlaceOfHomework {
  Id group;
  Date date;
  Instant starts, ends;
};
std::optional<PlaceOfHomework> place_of(Case& c, const HomeworkSet& b) {
  if (c.state.lesson(b.lesson) != nullptr) {
    const Lesson* lesson = own_lesson(c, b.lesson);
    if (lesson == nullptr) return std::nullopt;
    return PlaceOfHomework{lesson->group, lesson->date, lesson->starts, lesson->ends};
  }
  const auto lesson = held_at(c.state, b.group, b.date, b.slot, b.lesson);
  if (!c.require(lesson && lesson->id == b.lesson, rule::kUnknownReference)) return std::nullopt;
  const bool own = lesson->teacher == c.st.author || lesson->substitute == c.st.author ||
                   c.state.assigned(b.group, c.st.author, b.date);
  if (!c.require(own, rule::kNotOwnGroup)) return std::nullopt;
  c.by_profile_before(lesson->date, lesson->starts);
  return PlaceOfHomework{b.group, lesson->date, lesson->starts, lesson->ends};
}

}  // namespace

void judge(Case& c, const HomeworkSet& b) {
  const auto lesson = place_of(c, b);
  if (!lesson) return;
  c.require(!c.profile->homework_form.kind_required || !b.kind.empty(), rule::kHomeworkKindMissing);
  c.listed("homework_kind", b.kind);
  require_russian(c, b.text);
  require_open(c, lesson->group, lesson->date);
  const bool due_fits = b.due >= lesson->date && b.due - lesson->date <= kPlanAheadMaxDays;
  c.require(b.due.days == 0 || due_fits, rule::kInvalidValue);
  for (const auto& student : b.audience)
    c.require(c.state.enrolled(lesson->group, student, lesson->date), rule::kNotEnrolled);
  c.due(homework_rule, rule::kHomeworkDeadline, lesson->date, lesson->starts, lesson->group, lesson->ends);
}

void judge(Case& c, const RemarkRecorded& b) {
  c.require(c.knows(b.student), rule::kPersonUnknown);
  c.listed("remark_kind", b.kind);
  if (b.lesson.is_zero()) {
    const Id klass = c.state.class_of(b.student, c.today);
    c.require(c.state.is_class_teacher(c.st.author, klass, c.today),  // nobody else's is without one (shape.cc)
              rule::kNotOwnGroup);
    return;
  }
  const Lesson* lesson = c.state.lesson(b.lesson);
  if (!c.require(lesson != nullptr && lesson->standing, rule::kUnknownReference)) return;
  const Id klass = c.state.class_of(b.student, lesson->date);
  const bool own = keeps_lesson(c.state, c.st.author, *lesson, c.today) ||
                   (c.st.acting_as == Role::kClassTeacher && c.state.is_class_teacher(c.st.author, klass, c.today));
  c.require(own, rule::kNotOwnGroup);
  c.by_profile_before(lesson->date, lesson->starts);
  c.require(c.state.enrolled(lesson->group, b.student, lesson->date), rule::kNotEnrolled);
  due(c, information_rule, rule::kInformationDeadline, *lesson);
}

// Where nobody is marked yet, and beside marks anywhere (r003 6.5).
void judge(Case& c, const WrittenWishGiven& b) {
  const Lesson* lesson = own_lesson(c, b.lesson);
  if (lesson == nullptr) return;
  c.require(c.state.enrolled(lesson->group, b.student, lesson->date), rule::kNotEnrolled);
  require_open(c, lesson->group, lesson->date, b.student);
  due(c, information_rule, rule::kInformationDeadline, *lesson);
}

void judge(Case& c, const AbsenceAnnounced& b) {
  if (c.known_person(b.student))
    c.require(c.state.may_see_as_guardian(c.st.author, b.student, c.today), rule::kNotOwnFamily);
}

void judge(Case& c, const HomeworkDone& b) {
  const auto* entry = c.state.entry(b.homework);
  const bool there = entry != nullptr && entry->standing && entry->type == Body(HomeworkSet{}).index();
  if (!c.require(there, rule::kUnknownReference)) return;
  if (const Lesson* lesson = c.state.lesson(entry->subject))
    c.require(c.state.enrolled(lesson->group, c.st.author, lesson->date), rule::kNotEnrolled);
}

void require_russian(Case& c, std::string_view text) {
  if (c.profile->language.russian_only) c.require(is_russian(text), rule::kNotRussian);
}

}  // namespace letopis::commands
