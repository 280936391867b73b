#pragma once
// From OneRoster files to the statements that set a school up, in the order in which they have to be recorded, each with
// the capacity in which it is signed (commands/rights.h). What the log holds already is left out, so that a second import of
// the same files says nothing.
//
// A school is set up in three plans, because a key signs only once it is enrolled:
//   found_school   by the root keys: the officials who do the rest, with their invitations;
//   fill_school    by those officials: everybody and everything else;
//   invite         by the administrator (staff) and the class teachers (families): invitations.
//
// Ids come from the files: a sourcedId that is a UUID is the id, anything else is hashed together with the log's origin.
// Pure; texts live as long as the plan.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "commands/engine.h"
#include "projections/school_state.h"
#include "replay-tools/oneroster.h"
#include "signing/base/random.h"

namespace letopis::replay_tools {

struct SetupStep {
  ledger::Role signer = ledger::Role::kAdministrator;  // acts in this capacity
  Id person;                                           // who exactly signs; zero: any official of that capacity
  commands::Author::Draft draft;
};

// A code to hand to somebody: it is nowhere else, the log holds only the key derived from it.
struct IssuedCode {
  std::size_t user = 0;  // OneRosterModel::users
  Id person;
  Id invitation;
  std::string code;
};

class SetupPlan {
 public:
  std::vector<SetupStep> steps;
  std::vector<IssuedCode> codes;

  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  SetupStep& add(ledger::Role signer, ledger::Body body) {
    SetupStep& step = steps.emplace_back();
    step.signer = signer;
    step.draft.acting_as = signer;
    step.draft.body = std::move(body);
    return step;
  }

 private:
  std::deque<std::string> texts_;
};

struct SetupContext {
  const OneRosterModel& model;
  const projections::SchoolState& have;  // what the log holds already
  std::string origin;
  Date today;  // calendar, bells and timetable hold from tomorrow on at the earliest
};

Id oneroster_id(std::string_view origin, std::string_view sourced_id);
std::string full_name(const User& user);  // family, given, middle name
// The official's capacity by its name in staff.csv; class teachers are appointed, not granted.
ledger::Role staff_role(std::string_view name);

// "incomplete" when staff.csv names no director, deputy, administrator or secretary: nobody could sign what they sign.
Result<SetupPlan> found_school(const SetupContext& context, Instant expires, Random& random);
SetupPlan fill_school(const SetupContext& context);

// Everybody in `users` who has no key yet: staff by the administrator, families by the class teacher of the (child's) class;
// who has neither a capacity nor a class today is left out.
SetupPlan invite(const SetupContext& context, const std::vector<std::size_t>& users, Instant expires, Random& random);

// Days on which the timetable of the school year has lessons: no weekends, no exceptions of calendar.csv. In order.
std::vector<Date> school_days(const OneRosterModel& model);

}  // namespace letopis::replay_tools
