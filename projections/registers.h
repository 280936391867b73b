#pragma once
// Registers: what the school keeps beside journals and diaries, a list of lines each — coursework, debts, commissions, plans,
// consents. Every writer fills one array, in the order of the log. Which lines are shown is decided by the caller, who is
// asked of each. Sealed texts are in none. Pure.

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "projections/journal.h"
#include "projections/json_writer.h"

namespace letopis::projections {

// What a line of a register speaks of; zero: of no such thing.
struct RegisterLine {
  Id klass{}, group{};
  Id person{};  // the pupil; whoever gave, asked or reported
  Id other{};   // the teacher asked
};
struct Handed {
  Id author;
  std::uint64_t index = 0;
};
// What people did in a week in one capacity.
struct Activity {
  std::uint64_t entries = 0;  // refused ones left out
  std::uint64_t late = 0;
  std::uint64_t refused = 0;
  std::set<Id> people;
};
using ActivityOfWeeks = std::map<std::pair<Date, ledger::Role>, Activity>;
// Counts an entry; what the service and the root keys say is nobody's activity.
void count_activity(const ledger::Entry& entry, ActivityOfWeeks& to);

struct RegisterAsked {
  const SchoolState& state;
  Date on;       // today
  Date week{};   // Monday, of printouts
  Date since{};  // of violations
  Id one{};      // a template, with its lines
  std::function<bool(const RegisterLine&)> shown;
  NameOf name_of;
  std::function<std::optional<Handed>(const Id& student, Date monday)> printed{};
  const ActivityOfWeeks* activity = nullptr;
};
using WriteRegister = void (*)(const RegisterAsked& asked, JsonWriter& w);

// --- Plans and what is given out
void write_coursework(const RegisterAsked& asked, JsonWriter& w);
void write_plan_templates(const RegisterAsked& asked, JsonWriter& w);
void write_work_programmes(const RegisterAsked& asked, JsonWriter& w);
void write_programmes(const RegisterAsked& asked, JsonWriter& w);
void write_curricula(const RegisterAsked& asked, JsonWriter& w);
void write_study_schedules(const RegisterAsked& asked, JsonWriter& w);
void write_materials(const RegisterAsked& asked, JsonWriter& w);
void write_tasks(const RegisterAsked& asked, JsonWriter& w);

// --- Attestation
void write_debts(const RegisterAsked& asked, JsonWriter& w);
void write_commissions(const RegisterAsked& asked, JsonWriter& w);
void write_referrals(const RegisterAsked& asked, JsonWriter& w);
void write_council(const RegisterAsked& asked, JsonWriter& w);
void write_individual_modes(const RegisterAsked& asked, JsonWriter& w);

// --- The office
void write_consents(const RegisterAsked& asked, JsonWriter& w);
void write_compromises(const RegisterAsked& asked, JsonWriter& w);
void write_consultations(const RegisterAsked& asked, JsonWriter& w);
void write_violations(const RegisterAsked& asked, JsonWriter& w);
// Families without electronic access, and whether this week's printout was handed to them.
void write_printouts(const RegisterAsked& asked, JsonWriter& w);
void write_activity(const RegisterAsked& asked, JsonWriter& w);

}  // namespace letopis::projections
