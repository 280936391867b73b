#pragma once
// When an entry is due: by the regulation that was in force before its lesson began, and by the timetable as it stands.
// Pure; Detail::kStructure is enough.

#include <set>

#include "commands/decide.h"

namespace letopis::commands {

// The profile that an entry about a lesson of this day is judged by; null where the school has none yet, or its text is missing.
const Profile* profile_before(const projections::SchoolState& state, const ProfileBook& profiles, Date day,
                              Instant lesson_begins);

// The earliest of the rule's terms, counted from `day`. A lesson outside the timetable ends at `lesson_ends`.
Instant deadline_of(const projections::SchoolState& state, const DeadlineRule& rule, Date day, const Id& group,
                    Instant lesson_ends = {});

// By when a work of a written kind has to be planned for its marks to have the time of written works (r000 3.3): by the deadline of
// the lesson's other marks. What is said after it lengthens no deadline, or whoever is late with a mark would say that it was of a
// written work, or have its kind called written. nullopt: the time of written works is no longer than the others'.
std::optional<Instant> written_if_planned_by(const projections::SchoolState& state, const Profile& profile,
                                             Date held_on, const Id& group);

// The deadlines of what is entered about a day's lessons, by the timetable and the regulation as they are known now: each once,
// whether anything has been entered or not.
std::set<Instant> deadlines_of_day(const projections::SchoolState& state, const ProfileBook& profiles, Date day);

// The days between which a period's marks are given.
struct PeriodWindow {
  Date opens, closes;
};
PeriodWindow window_of(const PeriodMarkRule& rule, const projections::Period& period);

// The days between which a school year is opened, of the calendar year it begins in; a rule that has a window.
struct YearWindow {
  Date opens, closes;
};
YearWindow window_of(const YearRule& rule, Date year_from);

// A day of the school year that begins in the calendar year of `year_from`: from August on of that year, else of the next.
Date day_of_school_year(Date year_from, MonthDay day);

// Whether a group's students are marked on a day: not in an extracurricular group (kGroupWithoutMarks), nor in a grade that is
// not marked yet (kUnmarkedGrade). Empty: they are. In a group of merged classes it is asked of the student's own grade; where
// none is named, whether anybody in it is marked.
std::string_view unmarked_by(const projections::SchoolState& state, const Profile& profile, const Id& group, Date on,
                             const Id& student = {});

// The fewest marks a period's mark stands on in a group (r001 5.2), by the subject's hours a week on its last day: the
// curriculum's, else those of the timetable.
int fewest_marks(const projections::SchoolState& state, const Profile& profile, const Id& group, Date on);

// The kind of period a grade is marked for; empty: as the calendar has it.
std::string_view period_kind_of(const Profile& profile, int grade);
// The student's grade; where none is named, or they are in no class, that of the group's first class; 0 where it has none.
int grade_of(const projections::SchoolState& state, const Id& group, Date on, const Id& student = {});
// The student's alone, or those of all classes of the group; never empty.
std::vector<int> grades_of(const projections::SchoolState& state, const Id& group, Date on, const Id& student = {});

}  // namespace letopis::commands
