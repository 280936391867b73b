#pragma once
// Who may sign what, in which capacity: one table. docs/rights.md shows the same table, and a test compares the two.

#include <cstdint>
#include <span>
#include <string_view>

#include "ledger/statement.h"
#include "projections/school_state.h"

namespace letopis::commands {

using RoleSet = std::uint32_t;
constexpr RoleSet role_bit(ledger::Role role) { return 1U << static_cast<unsigned>(role); }
template <class... Roles>
constexpr RoleSet roles(Roles... list) {
  return (role_bit(list) | ...);
}

// Who teaches, in whichever of these capacities.
inline constexpr RoleSet kTeaching =
    roles(ledger::Role::kTeacher, ledger::Role::kWorkshopMaster, ledger::Role::kAdditionalTeacher);

struct Right {
  std::string_view type;    // name of the statement's body
  RoleSet signers;          // capacities that may sign it
  RoleSet endorsers = 0;    // one further signature by each of these; 0: none
  RoleSet needs_basis = 0;  // signers who must name the order or document they act on
};

std::span<const Right> rights();  // one for every body type, in the schema's order
const Right& right_for(const ledger::Body& body);

// Whether a person holds a capacity on a day: by grant, or by what they are — a pupil is a student by belonging to a class
// or group, a guardian a parent, an appointed class teacher that, a teacher of the timetable a teacher.
// A role granted for a branch is held when acting for that branch alone.
bool holds(const projections::SchoolState& state, const Id& person, ledger::Role role, Date on,
           std::string_view branch = {});
std::vector<ledger::Role> capacities(const projections::SchoolState& state, const Id& person, Date on);

// Staff are invited by the administrator, families by the class teacher.
bool is_staff(const projections::SchoolState& state, const Id& person, Date on);

}  // namespace letopis::commands
