#pragma once
// The journal of a teaching group: students × lessons, with everything that was ever entered in a cell. A pure fold of the
// entries of the group's weekly shards; leaving out entries from some index on gives the journal as it stood then.
//
// Names and sealed texts are not in the ledger: journal_json asks the caller for them. Who may see what is the caller's to
// decide; the journal holds every student of the group.

#include <functional>
#include <span>
#include <string>

#include "projections/lessons.h"

namespace letopis::projections {

// A person's name to show; empty when it is not (or no longer) known. Asked once a person.
using NameOf = std::function<std::string(const Id&)>;
// The text behind a commitment, when the caller may see it.
using TextOf = std::function<std::optional<std::string>(const Hash&)>;

// Of the standing numeric marks on one scale, weighted by their works. Half up, two places: "4.33".
struct Average {
  std::string_view scale;  // empty: the profile's own
  std::string value;
  std::uint64_t marks = 0;
};

struct JournalStudent {
  Id id;
  std::vector<Membership> enrolled;  // empty: has entries, but is on the group's list no more
  std::string_view mode;             // "home", "family", …, on some day of the view; empty: as everybody
  std::vector<Average> averages;     // by scale; only scales with a mark
  std::vector<EntryView> excuses;
  // Of periods that end on these days, and of the course: marks, waivers, forecasts, attestation, imported and final marks.
  std::vector<EntryView> results;
};

struct JournalCell {
  std::uint32_t student = 0;          // number in students
  std::uint32_t lesson = UINT32_MAX;  // number in sheet.lessons; UINT32_MAX: works outside lessons
  std::vector<EntryView> entries;     // marks, absences, lateness, excuses, remarks, wishes, in the order of the log
  // Something stands here for a day on which the student was not in the group by what is known today: an order came later
  // than its effective date. Shown, never voided.
  bool not_enrolled = false;
};

struct JournalView {
  Id group;
  std::string_view label, subject, kind;
  Date from, to;
  std::vector<JournalStudent> students;  // by id
  std::vector<JournalCell> cells;        // in the order in which they were first written in
  LessonSheet sheet;
  Acts acts;
};

// Entries: of the group's weekly shards over the range, each once, by index. They and `structure` must outlive the view. An
// unknown group gives an empty journal.
JournalView fold_journal(const SchoolState& structure, const Id& group, Date from, Date to,
                         std::span<const ledger::Entry> entries);

// {"group":{…},"from":…,"to":…,"students":[…],"lessons":[…],"works":[…],"homework":[…],"cells":[…]}; students
// by name.
std::string journal_json(const JournalView& view, const NameOf& name_of, const TextOf& text_of);

}  // namespace letopis::projections
