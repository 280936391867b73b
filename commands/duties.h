#pragma once
// What is still to be done: entries that are missing, second signatures that are awaited, and what a regulation asks for again
// and again. Whose it is, until when, by which clause. It is said before it is late, and refuses nothing (docs/duties.md).
//
// Pure; Detail::kStructure is enough. What only a group's journal holds comes as its view.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/decide.h"
#include "commands/rights.h"
#include "projections/journal.h"
#include "signing/base/words.h"

namespace letopis::commands {

struct Duty {
  std::string_view code;    // "topic", "written_work", "inspection", … (docs/duties.md)
  Source source;            // the clause it stands on, or silence
  Instant due;              // zero: the regulation names no term
  RoleSet roles = 0;        // in which capacity it is done
  std::vector<Id> people;   // whose it is; empty: everybody's who has such a capacity
  Id group, klass, lesson;  // what it is about; zero where it is about none
  Id work, period, entry;
  Date from, to;  // the day, or the days
  int slot = 0;
  int count = 0;  // how many are missing: marks, pupils, signatures, copies
  Words text;     // in a sentence, without names

  bool overdue(Instant now) const { return due.micros != 0 && now > due; }
};

// One moment at which duties are asked for.
struct DutyScope {
  const projections::SchoolState& state;
  const ProfileBook& profiles;
  Instant now;
  Date today;
  const Profile* profile;  // in force today; null: the school has none, and no duties
  Date lessons_from{};     // the first day whose lessons are looked at; zero: of the whole journal
  // Whether a student's family was served a notice on a day or after.
  std::function<bool(const Id& student, Date since)> notified = [](const Id&, Date) { return false; };
};
DutyScope duty_scope(const projections::SchoolState& state, const ProfileBook& profiles, Instant now);

// The days a journal has to hold for its group's duties: from `from`, or from the beginning of a period whose marks are counted,
// to today, or to the end of a period whose marks are due.
Date duties_from(const DutyScope& scope, Date from);
Date duties_until(const DutyScope& scope);

// Of one group, from its journal: lessons, topics, rolls, homework, written works, period marks and too few marks for one,
// absences without the class teacher's word, families to be alerted, second signatures.
void add_group_duties(const DutyScope& scope, const projections::JournalView& journal, std::vector<Duty>& to);
// The second signatures alone: of a journal of long ago.
void add_group_endorsements(const DutyScope& scope, const projections::JournalView& journal, std::vector<Duty>& to);

// What the school's structure does not hold.
struct OfficeFacts {
  Id viewer;            // whose own documents are asked about
  bool family = false;  // a parent or a student asks: their own documents, nothing of the office
  int operations = 0;   // of administrators, that no deputy acknowledged yet
  // Whether a family got the printout of a week.
  std::function<bool(const Id& student, Date monday)> printed = [](const Id&, Date) { return false; };
};
// Of everybody else: plans, inspections, reports, prints, archives, copies, consents, verifications, findings, substitutions,
// documents, compromised accounts, second signatures of acts.
void add_office_duties(const DutyScope& scope, const OfficeFacts& facts, std::vector<Duty>& to);

// By term, the overdue first and those without a term last; the absences of one class and day become one duty.
void settle_duties(std::vector<Duty>& duties);

// Whether a duty is this person's, who has these capacities.
bool is_own(const Duty& duty, const Id& person, RoleSet capacities);

}  // namespace letopis::commands
