#include "projections/schedule.h"

#include <algorithm>

namespace letopis::projections {
namespace {

using ledger::DayKind;

// Instant{x + 1}: `known_by` is exclusive, and what was recorded at midnight itself is known.
Instant known_at_midnight(const SchoolState& state, Date date) { return {midnight(state, date).micros + 1}; }

std::optional<ScheduledLesson> make_lesson(const SchoolState& state, const Id& group, Date date, const TimetableSlot& slot) {
  const auto ring = bell(state, date, slot.slot);
  if (!ring) return std::nullopt;
  const UtcOffset offset = state.offset(date);
  ScheduledLesson lesson;
  lesson.id = lesson_id(group, date, slot.slot);
  lesson.group = group;
  lesson.date = date;
  lesson.slot = slot.slot;
  lesson.starts = at_local(date, ring->start, offset);
  lesson.ends = at_local(date, ring->end, offset);
  lesson.teacher = slot.teacher;
  lesson.room = slot.room;
  if (const LessonChange* change = state.change(group, date, slot.slot)) {
    lesson.cancelled = change->cancelled;
    lesson.substitute = change->substitute;
    if (change->moved_to.days != 0) {
      lesson.moved = true;
      lesson.date = change->moved_to;
      lesson.slot = change->moved_to_slot;
      if (const auto moved = bell(state, lesson.date, lesson.slot)) {
        const UtcOffset there = state.offset(lesson.date);
        lesson.starts = at_local(lesson.date, moved->start, there);
        lesson.ends = at_local(lesson.date, moved->end, there);
      }
    }
  }
  return lesson;
}

}  // namespace

Instant midnight(const SchoolState& state, Date date) { return at_local(date, 0, state.offset(date - 1)); }

int school_weekday(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by) {
  const CalendarException* best = nullptr;
  for (const auto& exception : state.calendar()) {
    if (exception.known >= known_by || date < exception.from || date > exception.to) continue;
    const bool for_class = !exception.klass.is_zero();
    if (for_class && std::find(classes.begin(), classes.end(), exception.klass) == classes.end()) continue;
    if (best == nullptr || for_class || best->klass.is_zero()) best = &exception;
  }
  if (best != nullptr) {
    switch (best->kind) {
      case DayKind::kDayOff:
      case DayKind::kHoliday: return 0;
      case DayKind::kQuarantine:
      case DayKind::kDistance: return date.weekday();
      case DayKind::kWorking: return best->as_weekday != 0 ? best->as_weekday : date.weekday();
    }
  }
  return date.weekday() == 7 ? 0 : date.weekday();
}

std::optional<Bell> bell(const SchoolState& state, Date date, int slot) {
  const auto* bells = state.bells(date, known_at_midnight(state, date));
  if (bells == nullptr) return std::nullopt;
  for (const auto& bell : *bells)
    if (bell.slot == slot) return bell;
  return std::nullopt;
}

std::vector<ScheduledLesson> lessons_on(const SchoolState& state, const Id& group_id, Date date) {
  std::vector<ScheduledLesson> lessons;
  const Group* group = state.group(group_id);
  if (group == nullptr) return lessons;
  const Instant known = known_at_midnight(state, date);
  const auto* slots = group->timetable.at(date, known);
  if (slots == nullptr || slots->empty()) return lessons;
  const int weekday = school_weekday(state, group->classes, date, known);
  for (const auto& slot : *slots)
    if (slot.weekday == weekday)
      if (auto lesson = make_lesson(state, group_id, date, slot)) lessons.push_back(*lesson);
  std::sort(lessons.begin(), lessons.end(), [](const auto& a, const auto& b) { return a.starts < b.starts; });
  return lessons;
}

std::optional<ScheduledLesson> scheduled(const SchoolState& state, const Id& group_id, Date date, int slot_number) {
  const Group* group = state.group(group_id);
  if (group == nullptr) return std::nullopt;
  const Instant known = known_at_midnight(state, date);
  const auto* slots = group->timetable.at(date, known);
  if (slots == nullptr) return std::nullopt;
  for (const auto& slot : *slots)
    if (slot.slot == slot_number && slot.weekday == school_weekday(state, group->classes, date, known))
      return make_lesson(state, group_id, date, slot);
  return std::nullopt;
}

std::optional<Instant> classes_over(const SchoolState& state, const Id& group_id, Date date) {
  const Group* group = state.group(group_id);
  if (group == nullptr) return std::nullopt;
  int last_slot = 0;
  const Instant known = known_at_midnight(state, date);
  const auto consider = [&](const Group& other) {
    const auto* slots = other.timetable.at(date, known);
    if (slots == nullptr) return;
    for (const auto& slot : *slots)
      if (slot.slot > last_slot && slot.weekday == school_weekday(state, other.classes, date, known)) last_slot = slot.slot;
  };
  consider(*group);
  for (const auto& klass : group->classes)
    if (const Class* known_class = state.klass(klass))
      for (const auto& id : known_class->groups) consider(*state.group(id));
  if (last_slot == 0) return std::nullopt;
  const auto ring = bell(state, date, last_slot);
  if (!ring) return std::nullopt;
  return at_local(date, ring->end, state.offset(date));
}

}  // namespace letopis::projections
