// Dictionaries, periods, calendar, bells, classes, groups, timetable, substitutions (events.md: "Structure").

#include <algorithm>

#include "commands/decide_case.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr std::string_view kSubgroup = "subgroup";

void judge(Case& c, const PeriodDefined& b) {
  // Quarters lie within semesters; two quarters never overlap.
  for (const auto& period : c.state.periods())
    if (period.id != b.period && period.kind == b.kind)
      c.require(b.to < period.from || period.to < b.from, rule::kPeriodOverlap);
}

void judge(Case& c, const CalendarExceptionSet& b) {
  c.require(b.klass.is_zero() || c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
  c.require(b.from > c.today, rule::kRetroactiveEffect);
}

void judge(Case& c, const BellsSet&) { c.from_next_midnight(); }

void judge(Case& c, const ClassOpened& b) { c.require(c.state.klass(b.klass) == nullptr, rule::kGroupExists); }

void judge(Case& c, const ClassTeacherAppointed& b) {
  c.require(c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
  c.require(c.knows(b.person), rule::kPersonUnknown);
}

void judge(Case& c, const TeachingGroupOpened& b) {
  c.require(c.state.group(b.group) == nullptr, rule::kGroupExists);
  for (const auto& klass : b.classes) c.require(c.state.klass(klass) != nullptr, rule::kUnknownReference);
}

bool leads_a_class_of(const Case& c, const Id& group) {
  const auto& classes = c.state.group(group)->classes;
  return std::any_of(classes.begin(), classes.end(),
                     [&](const Id& klass) { return c.state.is_class_teacher(c.st.author, klass, c.today); });
}

// Whether somebody who joins a subgroup on a day leaves another of the same subject for it.
bool comes_from_another_subgroup(const Case& c, const GroupMemberSet& b, Date on) {
  const auto& to = *c.state.group(b.group);
  const auto known = c.state.groups_of_student(b.student, c.today, on);
  return std::any_of(known.begin(), known.end(), [&](const Id& id) {
    const auto& from = *c.state.group(id);
    return id != b.group && from.kind == kSubgroup && from.subject == to.subject &&
           std::find_first_of(from.classes.begin(), from.classes.end(), to.classes.begin(), to.classes.end()) !=
               from.classes.end();
  });
}

// r000 3.3: from subgroup to subgroup with the first day of a period only.
void between_periods(Case& c, const GroupMemberSet& b) {
  if (c.profile->subgroup_moves.when != SubgroupMoves::kPeriodEndOnly || c.state.group(b.group)->kind != kSubgroup)
    return;
  const Date on = c.st.effective_from.days != 0 ? c.st.effective_from : c.today;
  const auto& periods = c.state.periods();
  const bool opens_a_period =
      std::any_of(periods.begin(), periods.end(), [&](const auto& period) { return period.from == on; });
  c.require(opens_a_period || !comes_from_another_subgroup(c, b, on), rule::kSubgroupMoveMidPeriod);
}

void judge(Case& c, const GroupMemberSet& b) {
  if (!c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference)) return;
  c.require(c.knows(b.student), rule::kPersonUnknown);
  between_periods(c, b);
  if (c.st.acting_as == Role::kClassTeacher) c.require(leads_a_class_of(c, b.group), rule::kNotOwnGroup);
}

void judge(Case& c, const MovementOrdered& b) {
  c.require(c.knows(b.student), rule::kPersonUnknown);
  if (b.kind == Movement::kExpelled) {
    c.require(!c.state.class_of(b.student, c.st.effective_from.days != 0 ? c.st.effective_from : c.today).is_zero(),
              rule::kNotEnrolled);
  } else {
    c.require(c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
  }
  if (c.st.acting_as == Role::kClassTeacher) {
    const Id klass = b.klass.is_zero() ? c.state.class_of(b.student, c.today) : b.klass;
    c.require(c.state.is_class_teacher(c.st.author, klass, c.today), rule::kNotOwnGroup);
  }
}

void judge(Case& c, const TeachingAssigned& b) {
  c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference);
  c.require(c.knows(b.teacher) && (b.replaces.is_zero() || c.knows(b.replaces)), rule::kPersonUnknown);
}

void judge_timetable(Case& c, const Id& group, const std::vector<Slot>& slots) {
  c.require(c.state.group(group) != nullptr, rule::kUnknownReference);
  for (const auto& slot : slots) c.require(c.knows(slot.teacher), rule::kPersonUnknown);
  c.from_next_midnight();
}
void judge(Case& c, const TimetablePublished& b) { judge_timetable(c, b.group, b.slots); }
void judge(Case& c, const TimetableChanged& b) {
  judge_timetable(c, b.group, b.slots);
  const auto* group = c.state.group(b.group);
  if (!c.refused()) c.require(!group->timetable.all().empty(), rule::kTargetMissing);
}

// A change to one lesson counts from its entry on, so it must come before the lesson begins.
void judge_lesson_change(Case& c, const Id& group, Date date, int slot) {
  const auto lesson = projections::scheduled(c.state, group, date, slot);
  if (!c.require(lesson.has_value(), rule::kOutsideTimetable)) return;
  c.require(c.now < lesson->starts, rule::kRetroactiveEffect);
}
void judge(Case& c, const LessonCancelled& b) { judge_lesson_change(c, b.group, b.date, b.slot); }
void judge(Case& c, const LessonMoved& b) {
  judge_lesson_change(c, b.group, b.date, b.slot);
  c.require(b.new_date >= c.today && projections::bell(c.state, b.new_date, b.new_slot).has_value(),
            rule::kInvalidValue);
}

// A teacher falls ill in the morning: a substitution acts at once, for a lesson of today or later.
void judge(Case& c, const SubstitutionOrdered& b) {
  const auto lesson = projections::scheduled(c.state, b.group, b.date, b.slot);
  if (!c.require(lesson.has_value(), rule::kOutsideTimetable)) return;
  c.require(lesson->date >= c.today, rule::kRetroactiveEffect);
  c.require(c.knows(b.substitute) && c.knows(b.absent), rule::kPersonUnknown);
}

template <class T>
void judge(Case&, const T&) {}  // another family's

}  // namespace

void decide_structure(Case& c) {
  std::visit([&](const auto& body) { judge(c, body); }, c.st.body);
}

}  // namespace letopis::commands
