#pragma once
// A journal in figures: what was delivered, marked, missed, by group and by student. What sheets, plans and inspections are
// written of (r000 2.6, 3.4; r001 5.2, 6.3; r002 5.2; r003 4).
//
// Pure. Figures are of what stands at `now`: lessons that began, entries that were not annulled or withdrawn.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projections/journal.h"

namespace letopis::projections {

struct StudentFigures {
  Id id;
  int marks = 0;  // in cells: of works and answers
  std::vector<Average> averages;
  int absences = 0;  // lessons
  int excused = 0;   // of them, with a valid reason by the class teacher's word
  int lateness = 0;
  std::string result;  // period mark; empty: none
  std::uint64_t result_index = 0;
  bool result_late = false;
  bool waived = false;  // the period is left without a mark, by a decision
};

// Lesson hours somebody gave in a group; `substituted`: of them, for somebody else.
struct HoursGiven {
  Id teacher;
  int hours = 0, substituted = 0;
};

struct GroupFigures {
  Id group;
  // Lessons up to now, cancelled ones left out; hours are lesson slots.
  int lessons = 0, recorded = 0, with_topic = 0, with_roll = 0, with_homework = 0;
  int hours = 0, recorded_hours = 0;    // recorded: of the group's own subject
  int other_subject_hours = 0;          // recorded by substitutes who held another subject
  int of_plan = 0, beside_plan = 0;     // topics that name a line of the plan, and those that name none
  std::vector<std::string> plan_lines;  // lines that topics named, each once
  int works = 0, written_works = 0;
  int marks = 0;
  int late_entries = 0, excused_entries = 0;  // of them, by an outage act
  int void_entries = 0;
  int substitutions = 0, substitutions_recorded = 0;  // ordered; and recorded by whom it was ordered
  int without_marks = 0, with_one_mark = 0;           // students whom the group waits for today
  std::vector<HoursGiven> given;                      // of recorded lessons, by who recorded them; each teacher once
  std::vector<Id> authors;                            // who entered something, each once
  std::optional<int> result_bias;  // hundredths: mean of period marks less the mean of those students' averages
  int result_distance = 0;  // hundredths: the mean of how far each is from its average; where result_bias is known
  std::vector<StudentFigures> students;  // in the group at some time of the view, by id
};

// Of a journal and one period whose results it holds (zero: none).
GroupFigures figures_of(const SchoolState& structure, const JournalView& journal, const Id& period, Instant now);

}  // namespace letopis::projections
