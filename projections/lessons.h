#pragma once
// The lessons of one teaching group over some days: what the timetable has, what became of it, and what was recorded in each.
// Journal and diary are both written on this sheet. The timetable comes from the school's structure; whatever happened to a
// single lesson comes from the entries, so that leaving out later entries gives the sheet as it stood.
//
// Lifetime: refers to the structure, the entries and the Acts it was made from. Pure.

#include "projections/acts.h"
#include "projections/schedule.h"

namespace letopis::projections {

struct WorkView {
  Id id;
  std::uint32_t lesson = UINT32_MAX;  // number in the sheet; UINT32_MAX: outside lessons
  Date held_on;
  std::string_view kind;
  std::string_view title;  // as it stands, after corrections
  std::string_view scale;  // empty: the profile's own
  int number = 0;
  int parts = 1;
  int weight = 1;
  bool standing = true;
  Id same_as;                      // the same piece of work in another subject; zero: none
  std::vector<EntryView> history;  // the entry that planned it, and what became of it
};

struct LessonView {
  Id id;
  Id group;
  Date date;     // where it is shown: where it is held, or, moved off the sheet, where it was
  int slot = 0;  // 0: outside the timetable
  int slots = 1;
  Instant starts, ends;
  LessonPlace place;  // in the timetable; slot 0: not there
  Date moved_to;      // moved to a day that is not on the sheet
  int moved_to_slot = 0;
  Id teacher;     // by the timetable; of a lesson outside it, who recorded it
  Id substitute;  // by order, or who recorded it for somebody
  std::string_view room;
  std::string_view
      other_subject;  // held instead, by the order of substitution; the hours of this one remain to be given
  bool scheduled = false;
  bool cancelled = false;
  bool moved = false;
  bool recorded = false;
  bool attendance_taken = false;
  bool all_present = false;
  std::string_view kind;  // as recorded
  std::string_view mode;
  std::vector<EntryView> changes;  // cancelled, moved, substituted
  std::vector<EntryView> records;  // lesson_recorded
  std::vector<EntryView> attendance;
  std::vector<EntryView> topics;
  std::vector<EntryView> homework;   // given in this lesson
  std::vector<std::uint32_t> works;  // numbers in the sheet
};

struct HomeworkView {
  Id group;
  std::uint32_t lesson = UINT32_MAX;  // it was given in; UINT32_MAX: not on the sheet
  Date given_on;                      // day of that lesson, or the day it was recorded
  EntryView entry;
};

struct LessonSheet {
  std::vector<LessonView> lessons;            // by date and time
  std::vector<WorkView> works;                // in the order of the log; those of days beyond the sheet too
  std::vector<HomeworkView> homework;         // everything given or due on the sheet's days
  FlatMap<Id, std::uint32_t> lesson_numbers;  // a lesson that another takes in has that one's
  FlatMap<Id, std::uint32_t> work_numbers;
};

// The sheet of a group from one day to another, inclusive; of the acts, those with this scope.
LessonSheet fold_lessons(const SchoolState& structure, const Id& group, Date from, Date to, const Acts& acts,
                         std::uint32_t scope = 0);

}  // namespace letopis::projections
