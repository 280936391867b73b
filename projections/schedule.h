#pragma once
// What the timetable says, as it was known at a moment: which lessons a group has on a day, when they begin and end, when a
// group's classes are over. Rules, calendar and timetable hold from a local midnight on, so what was known at the midnight
// that begins a day decides that day. Changes to one lesson (moved, cancelled, substituted) are taken in as far as they were
// known by `changes_known_by` (exclusive): everything recorded for a view and for authority; for a deadline, what was
// recorded before the lesson began. Pure.

#include <optional>
#include <vector>

#include "projections/school_state.h"

namespace letopis::projections {

struct ScheduledLesson {
  Id id;  // lesson_id(group, date, slot) of its place in the timetable
  Id group;
  Date date;  // where it is held (after a move)
  int slot = 0;
  int shift = 1;
  LessonPlace place;  // where the timetable has it
  Instant starts, ends;
  Id teacher;     // by the timetable
  Id substitute;  // zero: none
  std::string_view room;
  bool cancelled = false;
  bool moved = false;
};

// The weekday whose lessons are held on a day (1–7), 0 when there is no school for any of these classes: a holiday of one leaves
// the others theirs. Later exceptions win; one for a class by name wins over one for its grade or branch, and that over one for
// the whole school.
int school_weekday(const SchoolState& state, const std::vector<Id>& classes, Date date, Instant known_by = kNow);

// What the schedules of the study process keep a day for in all of these classes, where lessons give way to it: "practice",
// "session", "holidays", or what the school's dictionary of the kind "study_kind" calls `lessons = false`. Empty: lessons.
std::string_view study_instead(const SchoolState& state, const std::vector<Id>& classes, Date date,
                               Instant known_by = kNow);

// The weekday whose lessons a group has by its timetable, 0 for none: a timetable ends with the school year (one that came after
// the last year was over waits for no other to be opened) and with the group's classes, and rests while their schedules keep the
// day for something that the group is not of itself (a group of practice).
int lesson_weekday(const SchoolState& state, const Group& group, Date date, Instant known_by = kNow);

// Whether a student is awaited in the lessons a group has on a day: a merged group goes on while the class of one of them rests.
bool awaited_in_lessons(const SchoolState& state, const Id& group, const Id& student, Date on);

// Whether a day belongs to a school year; where none was opened yet, every day does.
bool in_a_year(const SchoolState& state, Date date);

// Local midnight that begins a day.
Instant midnight(const SchoolState& state, Date date);

// Start and end of a slot by the bells of a shift, in a branch; nullopt when no bell has that number.
std::optional<Bell> bell(const SchoolState& state, Date date, int slot, int shift = 1, std::string_view branch = {});

// The shift a group learns in on a day, by its timetable; 1 where it has none.
int shift_of(const SchoolState& state, const Id& group, Date date);

// The lesson whose place in the timetable is (group, date, slot); nullopt when the timetable has none there.
std::optional<ScheduledLesson> scheduled(const SchoolState& state, const Id& group, Date date, int slot,
                                         Instant changes_known_by = kNow);

// Every lesson of a group whose place in the timetable lies on the day, by time.
inline constexpr Instant kNoChanges{INT64_MIN};  // as `changes_known_by`: the timetable alone
std::vector<ScheduledLesson> lessons_on(const SchoolState& state, const Id& group, Date date,
                                        Instant changes_known_by = kNow);

// What a group sees on the day: its lessons (cancelled ones too, told by their flag) but for those moved to other days, and
// those moved here; by time.
std::vector<ScheduledLesson> lessons_held_on(const SchoolState& state, const Id& group, Date date);

// When the last lesson of the day ends for the classes of a group (all teaching groups of those classes), as known at the
// midnight that begins the day: lessons cancelled or moved by then count where they are. nullopt when they have none.
std::optional<Instant> classes_over(const SchoolState& state, const Id& group, Date date);

// When the last lesson of the day ends for anybody in a group, whatever other groups they are in, as was recorded by a moment;
// timetables as known above.
std::optional<Instant> students_over(const SchoolState& state, const Id& group, Date date, Instant known_by);

// Whether a substitution stands: no later order and no cancellation took its place.
bool substitution_holds(const SchoolState& state, const Substitution& substitution);

}  // namespace letopis::projections
