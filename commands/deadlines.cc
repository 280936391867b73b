#include "commands/deadlines.h"

#include <algorithm>

#include "projections/schedule.h"

namespace letopis::commands {

using projections::Period;
using projections::SchoolState;

const Profile* profile_before(const SchoolState& state, const ProfileBook& profiles, Date day, Instant lesson_begins) {
  const auto* adopted = state.profile(day, lesson_begins);
  return adopted == nullptr ? nullptr : profiles.find(adopted->hash);
}

namespace {

constexpr int kMinutesPerHour = 60;
constexpr int kFirstMonthOfYear = 8;  // of a school year

Instant hours_after(Instant at, int hours) { return {at.micros + hours * kMinutesPerHour * 60 * kMicrosPerSecond}; }

}  // namespace

Instant deadline_of(const SchoolState& state, const DeadlineRule& rule, Date day, const Id& group,
                    Instant lesson_ends) {
  Instant deadline{INT64_MAX};
  if (rule.days_after) {
    const Date last = day + *rule.days_after;
    const bool second_shift = projections::shift_of(state, group, day) > 1;
    deadline = at_local(last, second_shift ? rule.second_shift_until_minute : rule.until_minute, state.offset(last));
  }
  // A lesson outside the timetable may end after the others, or be the only one.
  const auto after = [&](std::optional<Instant> over, int hours) {
    deadline = std::min(deadline, hours_after(over ? std::max(*over, lesson_ends) : lesson_ends, hours));
  };
  if (rule.hours_after_group_classes)
    after(projections::classes_over(state, group, day), *rule.hours_after_group_classes);
  if (rule.hours_after_students_classes)
    after(projections::students_over(state, group, day, lesson_ends), *rule.hours_after_students_classes);
  return deadline;
}

std::optional<Instant> written_if_planned_by(const SchoolState& state, const Profile& profile, Date held_on,
                                             const Id& group) {
  const Instant ordinary = deadline_of(state, profile.lesson_mark, held_on, group);
  const Instant written = deadline_of(state, profile.written_work, held_on, group);
  return written > ordinary ? std::optional(ordinary) : std::nullopt;
}

std::set<Instant> deadlines_of_day(const SchoolState& state, const ProfileBook& profiles, Date day) {
  std::set<Instant> deadlines;
  for (const auto& [id, group] : state.groups())
    for (const auto& lesson : projections::lessons_held_on(state, id, day)) {
      const Profile* profile = lesson.cancelled ? nullptr : profile_before(state, profiles, day, lesson.starts);
      if (profile == nullptr) continue;
      for (const auto* rule : {&profile->lesson, &profile->topic, &profile->attendance, &profile->lesson_mark,
                               &profile->written_work, &profile->homework, &profile->information})
        deadlines.insert(deadline_of(state, *rule, day, id, lesson.ends));
    }
  return deadlines;
}

PeriodWindow window_of(const PeriodMarkRule& rule, const Period& period) {
  if (rule.when == PeriodMarkTime::kSetDates)
    return {period.marks_from.days != 0 ? period.marks_from : period.from,
            period.marks_to.days != 0 ? period.marks_to : period.to};
  return {period.to - (rule.window_days - 1), period.to - rule.days_before_holidays};
}

namespace {
int calendar_year(Date date) { return std::stoi(format_date(date)); }
Date in_year(int year, MonthDay day) {  // 29 February is 1 March in other years
  return make_date(year, static_cast<unsigned>(day.month), 1) + (day.day - 1);
}
}  // namespace

Date day_of_school_year(Date year_from, MonthDay day) {
  return in_year(calendar_year(year_from) + (day.month < kFirstMonthOfYear ? 1 : 0), day);
}

YearWindow window_of(const YearRule& rule, Date year_from) {
  const int year = calendar_year(year_from);
  return {in_year(year, rule.window->first), in_year(year, rule.window->second)};
}

std::string_view period_kind_of(const Profile& profile, int grade) {
  for (const auto& named : profile.period_kinds.kinds)
    if (named.from <= grade && grade <= named.to) return named.kind;
  return {};
}

namespace {

// The first day of the second half of the year a day lies in: of the second half-year or semester, else the first of January.
Date second_half_of_year(const SchoolState& state, int grade, Date on) {
  const auto* year = state.year(on);
  Date second{};
  int halves = 0;
  for (const auto& period : state.periods()) {
    const bool half = period.kind == "half_year" || period.kind == "semester";
    if (!half || year == nullptr || period.from < year->from || period.from > year->to ||
        !projections::covers(period.grades, grade))
      continue;
    ++halves;
    second = std::max(second, period.from);
  }
  if (halves >= 2) return second;
  const std::string day = format_date(on);  // a school year begins in the second half of a calendar year
  return make_date(std::stoi(day) + (day.substr(5, 2) >= "08" ? 1 : 0), 1, 1);
}

}  // namespace

std::vector<int> grades_of(const SchoolState& state, const Id& group, Date on, const Id& student) {
  const auto* own = student.is_zero() ? nullptr : state.klass(state.class_of(student, on));
  if (own != nullptr) return {own->grade(on)};
  std::vector<int> grades;
  if (const auto* known = state.group(group))
    for (const auto& id : known->classes)
      if (const auto* klass = state.klass(id)) grades.push_back(klass->grade(on));
  return grades.empty() ? std::vector{0} : grades;
}

int grade_of(const SchoolState& state, const Id& group, Date on, const Id& student) {
  return grades_of(state, group, on, student).front();
}

namespace {

int weekly_hours(const SchoolState& state, const projections::Group& group, Date on) {
  for (const auto& klass : group.classes)
    if (const auto* item = state.plans().item(klass, group.subject_code, on); item != nullptr && item->weekly > 0)
      return item->weekly;
  const auto* slots = group.timetable.at(on);
  return slots == nullptr ? 0 : static_cast<int>(slots->size());
}

}  // namespace

int fewest_marks(const SchoolState& state, const Profile& profile, const Id& group, Date on) {
  const MinimumMarksRule& rule = profile.minimum_marks;
  const auto* known = state.group(group);
  const int hours = known == nullptr ? 0 : weekly_hours(state, *known, on);
  if (hours <= 1) return rule.at_one_hour;
  return hours == 2 ? rule.at_two_hours : rule.above;
}

std::string_view unmarked_by(const SchoolState& state, const Profile& profile, const Id& group_id, Date on,
                             const Id& student) {
  const auto* group = state.group(group_id);
  if (group == nullptr) return {};
  const auto* kind = state.dictionary("group_kind", group->kind);
  const bool without = kind != nullptr && kind->properties.contains("marks") && kind->properties.at("marks") == "false";
  if (without || group->kind == "extracurricular") return rule::kGroupWithoutMarks;
  const auto& unmarked = profile.unmarked;
  if (unmarked.grades.empty() && unmarked.first_half_of.empty()) return {};
  const auto not_yet = [&](int grade) {
    const auto in = [&](const std::vector<int>& grades) {
      return std::find(grades.begin(), grades.end(), grade) != grades.end();
    };
    return in(unmarked.grades) || (in(unmarked.first_half_of) && on < second_half_of_year(state, grade, on));
  };
  const auto grades = grades_of(state, group_id, on, student);
  return std::all_of(grades.begin(), grades.end(), not_yet) ? rule::kUnmarkedGrade : std::string_view();
}

}  // namespace letopis::commands
