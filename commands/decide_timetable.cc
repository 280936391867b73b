// Who teaches what, when, and instead of whom: teaching load, timetables, changes to one lesson, substitutions.

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

void judge(Case& c, const TeachingAssigned& b) {
  c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference);
  c.require(c.knows(b.teacher) && (b.replaces.is_zero() || c.knows(b.replaces)), rule::kPersonUnknown);
  c.no_pupil(b.teacher);
}

namespace {

void judge_timetable(Case& c, const Id& group, const std::vector<Slot>& slots) {
  c.require(c.state.group(group) != nullptr, rule::kUnknownReference);
  for (const auto& slot : slots)
    if (c.known_person(slot.teacher)) c.no_pupil(slot.teacher);
  c.from_next_midnight();
}
}  // namespace

void judge(Case& c, const TimetablePublished& b) { judge_timetable(c, b.group, b.slots); }

void judge(Case& c, const TimetableChanged& b) {
  judge_timetable(c, b.group, b.slots);
  const auto* group = c.state.group(b.group);
  if (!c.refused()) c.require(!group->timetable.all().empty(), rule::kTargetMissing);
}

namespace {

// A change to one lesson counts from its entry on, so it must come before the lesson begins.
void judge_lesson_change(Case& c, const Id& group, Date date, int slot) {
  const auto lesson = projections::scheduled(c.state, group, date, slot);
  if (!c.require(lesson.has_value(), rule::kOutsideTimetable)) return;
  c.require(c.now < lesson->starts, rule::kRetroactiveEffect);
}
}  // namespace

void judge(Case& c, const LessonCancelled& b) {
  judge_lesson_change(c, b.group, b.date, b.slot);
  if (c.refused()) return;
  const auto* change = c.state.change(b.group, b.date, b.slot);
  c.require(change == nullptr || !change->cancelled, rule::kAlreadyDecided);
}

void judge(Case& c, const LessonMoved& b) {
  judge_lesson_change(c, b.group, b.date, b.slot);
  const auto bell = projections::bell(c.state, b.new_date, b.new_slot, projections::shift_of(c.state, b.group, b.date),
                                      c.state.branch_of(b.group));
  const auto* group = c.state.group(b.group);
  const bool school_day = group != nullptr && projections::school_weekday(c.state, group->classes, b.new_date) != 0;
  if (!c.require(b.new_date >= c.today && school_day && bell.has_value(), rule::kInvalidValue)) return;
  c.require(c.now < at_local(b.new_date, bell->start, c.state.offset(b.new_date)), rule::kRetroactiveEffect);
}

// A teacher falls ill in the morning: a substitution acts at once, for a lesson of today or later.
void judge(Case& c, const SubstitutionOrdered& b) {
  const auto lesson = projections::scheduled(c.state, b.group, b.date, b.slot);
  if (!c.require(lesson.has_value(), rule::kOutsideTimetable)) return;
  c.require(lesson->date >= c.today, rule::kRetroactiveEffect);
  c.require(!lesson->cancelled, rule::kStateClash);
  const auto* held = c.state.lesson(lesson->id);
  c.require(held == nullptr || !held->standing, rule::kSecondLesson);
  const auto& ordered = c.state.substitutions();
  const auto is_signed = [&](const projections::Substitution& order) {
    return order.place == lesson->place && projections::substitution_holds(c.state, order) &&
           c.state.office().substitution_signed(order.id);
  };
  c.require(std::none_of(ordered.begin(), ordered.end(), is_signed), rule::kAlreadyDecided);
  if (!c.require(c.knows(b.substitute) && c.knows(b.absent), rule::kPersonUnknown)) return;
  c.require(lesson->teacher == b.absent || c.state.assigned(b.group, b.absent, b.date), rule::kNotTheirLesson);
  c.require(is_staff(c.state, b.substitute, c.today), rule::kNotStaff);
  for (const auto& group : b.joined) c.known_group(group);
}

// журнал замещения: the substitute signs for the substitution ordered (r001 4.5).
void judge(Case& c, const SubstitutionSigned& b) {
  const auto* ordered = c.state.substitution(b.substitution);
  if (!c.require(ordered != nullptr, rule::kUnknownReference)) return;
  c.require(ordered->substitute == c.st.author, rule::kNotAddressee);
  c.require(!c.state.office().substitution_signed(b.substitution), rule::kDuplicateEntry);
  c.require(ordered->place.date <= c.today, rule::kNotYet);
  c.require(projections::substitution_holds(c.state, *ordered), rule::kAlreadyDecided);  // another order took its place
}

}  // namespace letopis::commands
