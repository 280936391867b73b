#include "projections/schedule.h"

#include <algorithm>

namespace letopis::projections {
namespace {

using ledger::DayKind;

bool earlier(const ScheduledLesson& a, const ScheduledLesson& b) { return a.starts < b.starts; }

// Instant{x + 1}: `known_by` is exclusive, and what was recorded at midnight itself is known.
Instant known_at_midnight(const SchoolState& state, Date date) { return {midnight(state, date).micros + 1}; }

void move(const SchoolState& state, const LessonChange& change, ScheduledLesson& lesson) {
  lesson.date = change.moved_to;
  lesson.slot = change.moved_to_slot;
  lesson.moved = lesson.date != lesson.place.date || lesson.slot != lesson.place.slot;
  if (const auto ring = bell(state, lesson.date, lesson.slot, lesson.shift, state.branch_of(lesson.group))) {
    const UtcOffset there = state.offset(lesson.date);
    lesson.starts = at_local(lesson.date, ring->start, there);
    lesson.ends = at_local(lesson.date, ring->end, there);
  }
}

std::optional<ScheduledLesson> make_lesson(const SchoolState& state, const Id& group, Date date,
                                           const TimetableSlot& slot, Instant changes_known_by) {
  const auto ring = bell(state, date, slot.slot, slot.shift, state.branch_of(group));
  if (!ring) return std::nullopt;
  const UtcOffset offset = state.offset(date);
  ScheduledLesson lesson;
  lesson.id = lesson_id(group, date, slot.slot);
  lesson.group = group;
  lesson.date = date;
  lesson.slot = slot.slot;
  lesson.shift = slot.shift;
  lesson.place = {group, date, slot.slot};
  lesson.starts = at_local(date, ring->start, offset);
  lesson.ends = at_local(date, ring->end, offset);
  lesson.teacher = slot.teacher;
  lesson.room = slot.room;
  if (const LessonChange* change = state.change(group, date, slot.slot, changes_known_by)) {
    lesson.cancelled = change->cancelled;
    lesson.substitute = change->substitute;
    if (!change->room.empty()) lesson.room = change->room;
    if (change->moved_to.days != 0) move(state, *change, lesson);
  }
  return lesson;
}

}  // namespace

Instant midnight(const SchoolState& state, Date date) { return at_local(date, 0, state.offset(date - 1)); }

namespace {

// How closely an exception speaks of one of these classes: 0 not at all, 1 of the whole school, 2 of grades or a branch, 3 of the
// class by name.
int closeness(const SchoolState& state, const CalendarException& exception, const std::vector<Id>& classes, Date date) {
  if (!exception.klass.is_zero())
    return std::find(classes.begin(), classes.end(), exception.klass) != classes.end() ? 3 : 0;
  if (exception.grades.empty() && exception.branch.empty()) return 1;
  const bool spoken_of = std::any_of(classes.begin(), classes.end(), [&](const Id& id) {
    const Class* klass = state.klass(id);
    return klass != nullptr && covers(exception.grades, klass->grade(date)) &&
           (exception.branch.empty() || exception.branch == klass->branch);
  });
  return spoken_of ? 2 : 0;
}

// The exception that decides a day; of two of the same closeness the later one.
struct Decisive {
  const CalendarException* exception = nullptr;
  int closeness = 0;
};
Decisive decisive(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by) {
  Decisive best;
  for (const auto& exception : state.calendar()) {
    if (exception.known >= known_by || date < exception.from || date > exception.to) continue;
    const int close = closeness(state, exception, classes, date);
    if (close > 0 && close >= best.closeness) best = {&exception, close};
  }
  return best;
}

constexpr int kByName = 3;

bool has_lessons(const SchoolState& state, const std::string& kind) {
  const auto* entry = state.dictionary("study_kind", kind);
  if (const auto* said = entry == nullptr ? nullptr : lookup(entry->properties, "lessons")) return *said == "true";
  return kind != "practice" && kind != "session" && kind != "holidays";
}

// Of one class; empty for lessons.
std::string_view kept_for(const SchoolState& state, const Id& id, Date date, Instant known_by) {
  const Class* klass = state.klass(id);
  const auto* spans = klass == nullptr ? nullptr : klass->schedule.at(date, known_by);
  if (spans != nullptr)
    for (const auto& span : *spans)
      if (span.from <= date && date <= span.to && !has_lessons(state, span.kind)) return span.kind;
  return {};
}

}  // namespace

namespace {

int weekday_for(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by) {
  const CalendarException* best = decisive(state, classes, date, known_by).exception;
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

}  // namespace

int school_weekday(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by) {
  if (classes.size() < 2) return weekday_for(state, classes, date, known_by);
  for (const Id& klass : classes)
    if (const int weekday = weekday_for(state, {klass}, date, known_by); weekday != 0) return weekday;
  return 0;
}

std::string_view study_instead(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by) {
  if (classes.empty()) return {};
  const std::string_view kind = kept_for(state, classes.front(), date, known_by);
  const bool all = !kind.empty() && std::all_of(classes.begin() + 1, classes.end(), [&](const Id& id) {
    return !kept_for(state, id, date, known_by).empty();
  });
  if (!all) return {};
  // A day that is made a working one for the class by name has lessons after all.
  const Decisive day = decisive(state, classes, date, known_by);
  return day.closeness == kByName && day.exception->kind == DayKind::kWorking ? std::string_view() : kind;
}

bool in_a_year(const SchoolState& state, Date date) {
  const auto& years = state.years();
  return years.empty() || std::any_of(years.begin(), years.end(),
                                      [&](const Year& year) { return year.from <= date && date <= year.to; });
}

namespace {

// One that took effect after the last year was over holds although nobody has opened the next: late paperwork stops no lessons.
bool outlives_the_years(const SchoolState& state, const Group& group, Date date, Instant known_by) {
  const auto* version = group.timetable.find(date, known_by);
  const auto& years = state.years();
  return version != nullptr &&
         std::all_of(years.begin(), years.end(), [&](const Year& year) { return year.to < version->from; });
}

}  // namespace

int lesson_weekday(const SchoolState& state, const Group& group, Date date, Instant known_by) {
  const bool closed =
      !group.classes.empty() && std::all_of(group.classes.begin(), group.classes.end(), [&](const Id& id) {
        const Class* klass = state.klass(id);
        return klass != nullptr && klass->closed_on <= date;
      });
  if (closed || (!in_a_year(state, date) && !outlives_the_years(state, group, date, known_by))) return 0;
  const std::string_view instead = study_instead(state, group.classes, date, known_by);
  if (!instead.empty() && instead != group.kind) return 0;
  return school_weekday(state, group.classes, date, known_by);
}

bool awaited_in_lessons(const SchoolState& state, const Id& group_id, const Id& student, Date on) {
  if (!state.awaited(group_id, student, on)) return false;
  const Group& group = *state.group(group_id);
  const Id klass = state.class_of(student, on);
  if (group.classes.size() < 2 || klass.is_zero()) return true;
  const std::string_view instead = study_instead(state, {klass}, on);
  return (instead.empty() || instead == group.kind) && school_weekday(state, {klass}, on) != 0;
}

std::optional<Bell> bell(const SchoolState& state, Date date, int slot, int shift, std::string_view branch) {
  const auto* bells = state.bells(date, known_at_midnight(state, date), shift, branch);
  if (bells == nullptr) return std::nullopt;
  for (const auto& bell : *bells)
    if (bell.slot == slot) return bell;
  return std::nullopt;
}

int shift_of(const SchoolState& state, const Id& group_id, Date date) {
  const Group* group = state.group(group_id);
  const auto* slots = group == nullptr ? nullptr : group->timetable.at(date, known_at_midnight(state, date));
  return slots == nullptr || slots->empty() ? 1 : slots->front().shift;
}

std::vector<ScheduledLesson> lessons_on(const SchoolState& state, const Id& group_id, Date date,
                                        Instant changes_known_by) {
  std::vector<ScheduledLesson> lessons;
  const Group* group = state.group(group_id);
  if (group == nullptr) return lessons;
  const Instant known = known_at_midnight(state, date);
  const auto* slots = group->timetable.at(date, known);
  if (slots == nullptr || slots->empty()) return lessons;
  const int weekday = lesson_weekday(state, *group, date, known);
  for (const auto& slot : *slots)
    if (slot.weekday == weekday)
      if (auto lesson = make_lesson(state, group_id, date, slot, changes_known_by)) lessons.push_back(*lesson);
  std::sort(lessons.begin(), lessons.end(), earlier);
  return lessons;
}

std::vector<ScheduledLesson> lessons_held_on(const SchoolState& state, const Id& group_id, Date date) {
  std::vector<ScheduledLesson> lessons = lessons_on(state, group_id, date);
  std::erase_if(lessons, [&](const auto& lesson) { return lesson.date != date; });
  for (const auto& place : state.moved_to(group_id, date))
    if (place.date != date)
      if (auto lesson = scheduled(state, group_id, place.date, place.slot)) lessons.push_back(*lesson);
  std::sort(lessons.begin(), lessons.end(), earlier);
  return lessons;
}

std::optional<ScheduledLesson> scheduled(const SchoolState& state, const Id& group_id, Date date, int slot_number,
                                         Instant changes_known_by) {
  const Group* group = state.group(group_id);
  if (group == nullptr) return std::nullopt;
  const Instant known = known_at_midnight(state, date);
  const auto* slots = group->timetable.at(date, known);
  if (slots == nullptr) return std::nullopt;
  for (const auto& slot : *slots)
    if (slot.slot == slot_number && slot.weekday == lesson_weekday(state, *group, date, known))
      return make_lesson(state, group_id, date, slot, changes_known_by);
  return std::nullopt;
}

namespace {

// The weekday of one day for groups one after the other: those of the same classes and kind have the same, within a school year.
class Weekdays {
 public:
  Weekdays(const SchoolState& state, Date date, Instant known)
      : state_(state), date_(date), known_(known), in_a_year_(in_a_year(state, date)) {}
  int of(const Group& group) {
    if (like_ != nullptr && in_a_year_ && group.classes == like_->classes && group.kind == like_->kind) return weekday_;
    like_ = &group;
    return weekday_ = lesson_weekday(state_, group, date_, known_);
  }

 private:
  const SchoolState& state_;
  const Date date_;
  const Instant known_;
  const bool in_a_year_;
  const Group* like_ = nullptr;
  int weekday_ = 0;
};

// The end, in minutes of the day, of a group's last lesson, as known by a moment; 0 when it has none.
int last_end(const SchoolState& state, const Id& id, const Group& group, Date date, Instant known, Weekdays& weekdays) {
  int end = 0;
  const std::string_view branch = state.branch_of(id);
  const auto ends = [&](int slot, int shift) {
    if (const auto ring = bell(state, date, slot, shift, branch)) end = std::max(end, ring->end);
  };
  const auto* slots = group.timetable.at(date, known);
  const int shift = slots == nullptr || slots->empty() ? 1 : slots->front().shift;
  if (slots != nullptr && !slots->empty()) {
    const int weekday = weekdays.of(group);
    for (const auto& slot : *slots) {
      if (slot.weekday != weekday) continue;
      const LessonChange* change = state.change(id, date, slot.slot, known);
      const bool elsewhere = change != nullptr && (change->cancelled || change->moved_to.days != 0);
      if (!elsewhere) ends(slot.slot, slot.shift);
    }
  }
  for (const auto& place : state.moved_to(id, date, known)) {
    const LessonChange* change = state.change(id, place.date, place.slot, known);
    if (!change->cancelled) ends(change->moved_to_slot, shift);
  }
  return end;
}

std::optional<Instant> end_of_day(const SchoolState& state, Date date, int end) {
  if (end == 0) return std::nullopt;
  return at_local(date, end, state.offset(date));
}

}  // namespace

std::optional<Instant> classes_over(const SchoolState& state, const Id& group_id, Date date) {
  const Group* group = state.group(group_id);
  if (group == nullptr) return std::nullopt;
  const Instant known = known_at_midnight(state, date);
  Weekdays weekdays(state, date, known);
  int last = last_end(state, group_id, *group, date, known, weekdays);
  for (const auto& klass : group->classes)
    if (const Class* known_class = state.klass(klass))
      for (const auto& id : known_class->groups)
        last = std::max(last, last_end(state, id, *state.group(id), date, known, weekdays));
  return end_of_day(state, date, last);
}

std::optional<Instant> students_over(const SchoolState& state, const Id& group_id, Date date, Instant known_by) {
  const Group* group = state.group(group_id);
  if (group == nullptr) return std::nullopt;
  const Instant known = known_at_midnight(state, date);
  Weekdays weekdays(state, date, known);
  int last = 0;
  for (const auto& id : state.groups_beside(group_id, date, state.recorded_before(known_by)))
    last = std::max(last, last_end(state, id, *state.group(id), date, known, weekdays));
  return end_of_day(state, date, last);
}

bool substitution_holds(const SchoolState& state, const Substitution& substitution) {
  const auto& place = substitution.place;
  const auto* change = state.change(place.group, place.date, place.slot);
  return change != nullptr && change->substitution == substitution.id && !change->cancelled;
}

}  // namespace letopis::projections
