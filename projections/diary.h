#pragma once
// One student's diary of one week: what the timetable has and what became of it, the student's own marks, absences, remarks
// and homework, and who signed the week. Nothing about any other student is in it: not their entries, not whom a homework
// was for, not a sealed text about somebody else.
//
// A pure fold of the student's shard of that week and of the journal shards of the groups the student is in; leaving out
// entries from some index on gives the diary as it stood then.

#include <array>
#include <span>
#include <string>

#include "projections/journal.h"

namespace letopis::projections {

// The entries of one group's shard of the week, by index.
struct GroupWeek {
  Id group;
  std::span<const ledger::Entry> entries;
};

struct DiaryLesson {
  std::string_view label, subject;  // of the group
  LessonView lesson;                // homework: what this student was given
  std::vector<EntryView> entries;   // the student's own, in the order of the log
  std::vector<WorkView> works;
};

struct DiaryHomework {
  std::string_view label, subject;
  HomeworkView homework;
};

struct DiaryResult {
  std::string_view label, subject;
  EntryView entry;
};

struct DiaryDay {
  Date date;
  std::vector<DiaryLesson> lessons;  // by time
  std::vector<DiaryHomework> homework_due;
  std::vector<EntryView> entries;  // outside lessons: marks of works held that day, remarks recorded that day
};

struct DiaryView {
  Id student;
  Id klass;  // on the Monday, or on the first day of the week in one; zero: in none
  std::string_view class_label;
  std::string_view mode;  // individual, on some day of the week; empty: as everybody
  Date monday;
  std::array<DiaryDay, 7> days;
  std::vector<EntryView> excuses;
  std::vector<EntryView> signatures;  // of the week, by parents
  std::vector<DiaryResult> results;   // of periods that end in the week, and of courses
  std::vector<EntryView> announced;   // absences their family announced
  std::vector<EntryView> printouts;   // of the week, handed to a family that reads no diary on a screen
  LessonSheet works;                  // names of the works behind the marks; its lessons are empty
  Acts acts;
};

// `monday` must be one. Everything given must outlive the view.
DiaryView fold_diary(const SchoolState& structure, const Id& student, Date monday, std::span<const ledger::Entry> own,
                     std::span<const GroupWeek> groups);

// {"student":…,"week":"2026-W48","days":[{"date":…,"lessons":[…],"homework_due":[…],"entries":[…]}],"excuses":[…],
//  "signatures":[…],"results":[…],"announced":[…],"printouts":[…]}
std::string diary_json(const DiaryView& view, const NameOf& name_of, const TextOf& text_of);

}  // namespace letopis::projections
