#include "commands/rights.h"

#include <algorithm>
#include <array>

namespace letopis::commands {

using ledger::Role;
using projections::SchoolState;

namespace {

constexpr RoleSet kDir = role_bit(Role::kDirector);
constexpr RoleSet kDep = role_bit(Role::kDeputyHead);
constexpr RoleSet kHd = roles(Role::kHeadOfStudies, Role::kHeadOfDepartment);
constexpr RoleSet kAdm = role_bit(Role::kAdministrator);
constexpr RoleSet kCT = role_bit(Role::kClassTeacher);
constexpr RoleSet kT = roles(Role::kTeacher, Role::kWorkshopMaster);
constexpr RoleSet kSec = role_bit(Role::kSecretary);
constexpr RoleSet kCom = role_bit(Role::kCommission);
constexpr RoleSet kPar = role_bit(Role::kParent);
constexpr RoleSet kSys = role_bit(Role::kService);
constexpr RoleSet kRoot = role_bit(Role::kRoot);
constexpr RoleSet kAnyPerson = kDir | kDep | kHd | kAdm | kCT | kT | kSec | kCom | kPar |
                               roles(Role::kArchivist, Role::kAccountant, Role::kAuditor, Role::kStudent);

constexpr std::array kRights = {
    Right{"", 0},
    Right{"school_created", kRoot},
    Right{"profile_adopted", kDir, 0, kDir},
    Right{"zone_offset_set", kAdm, kDep},
    Right{"person_registered", kAdm | kSec | kCT | kRoot},
    Right{"personal_data_changed", kAdm | kSec | kCT},
    Right{"guardian_set", kSec | kCT},
    Right{"role_granted", kDir | kAdm | kRoot, 0, kAdm},
    Right{"role_revoked", kDir | kAdm | kRoot, 0, kAdm},
    Right{"invitation_issued", kAdm | kCT | kRoot},
    Right{"invitation_revoked", kAdm | kCT},
    Right{"key_enrolled", kAnyPerson},
    Right{"key_revoked", kAnyPerson},
    Right{"key_rotated", kAnyPerson},
    Right{"dictionary_entry_defined", kAdm, kDep},
    Right{"year_opened", kAdm},
    Right{"period_defined", kDep},
    Right{"calendar_exception_set", kDir},
    Right{"bells_set", kHd | kDep},
    Right{"class_opened", kDir | kAdm, 0, kAdm},
    Right{"class_teacher_appointed", kDir},
    Right{"teaching_group_opened", kDep | kAdm},
    Right{"group_member_set", kAdm | kCT},
    Right{"movement_ordered", kSec | kAdm | kCT, 0, kSec | kAdm | kCT},
    Right{"teaching_assigned", kDep},
    Right{"timetable_published", kHd | kDep | kAdm},
    Right{"timetable_changed", kHd | kDep | kAdm},
    Right{"lesson_cancelled", kDep | kHd},
    Right{"lesson_moved", kDep | kHd},
    Right{"substitution_ordered", kDep},
    Right{"lesson_recorded", kT},
    Right{"topic_set", kT},
    Right{"attendance_taken", kT},
    Right{"absence_recorded", kT},
    Right{"lateness_recorded", kT},
    Right{"absence_excused", kCT},
    Right{"work_planned", kT},
    Right{"mark_given", kT},
    Right{"homework_set", kT},
    Right{"remark_recorded", kT | kCT},
    Right{"entry_corrected", kT | kCT},
    Right{"entry_annulled", kDir, kCom, kDir},
    Right{"endorsed", kAnyPerson | kRoot},
    Right{"diary_signed", kPar},
    Right{"anchor_added", kSys},
    Right{"state_committed", kSys},
    Right{"clock_fault", kSys},
    Right{"backup_made", kAdm | kSys},
    Right{"restore_done", kAdm | kSys},
    Right{"predecessor_named", kDir},
    Right{"personal_text_erased", kDir, kAdm},
};
static_assert(kRights.size() == ledger::kBodyCount);

}  // namespace

std::span<const Right> rights() { return kRights; }
const Right& right_for(const ledger::Body& body) { return kRights[body.index()]; }

bool holds(const SchoolState& state, const Id& person, Role role, Date on) {
  if (state.person(person) == nullptr) return false;
  if (state.has_role(person, role, on)) return true;
  switch (role) {
    case Role::kStudent:
      return !state.class_of(person, on).is_zero() || !state.groups_of_student(person, on, on).empty();
    case Role::kParent: return !state.children_of(person, on).empty();
    case Role::kClassTeacher: return !state.classes_led_by(person, on).empty();
    case Role::kTeacher: return !state.groups_of_teacher(person, on).empty();
    case Role::kDirector:
    case Role::kDeputyHead:
    case Role::kHeadOfStudies:
    case Role::kHeadOfDepartment:
    case Role::kAdministrator:
    case Role::kWorkshopMaster:
    case Role::kSecretary:
    case Role::kArchivist:
    case Role::kAccountant:
    case Role::kAuditor:
    case Role::kCommission:
    case Role::kService:
    case Role::kRoot: return false;
  }
  return false;
}

std::vector<Role> capacities(const SchoolState& state, const Id& person, Date on) {
  std::vector<Role> held;
  for (std::size_t i = 1; i <= std::size(ledger::kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); holds(state, person, role, on)) held.push_back(role);
  return held;
}

bool is_staff(const SchoolState& state, const Id& person, Date on) {
  const auto held = capacities(state, person, on);
  return std::any_of(held.begin(), held.end(),
                     [](Role role) { return role != Role::kStudent && role != Role::kParent; });
}

}  // namespace letopis::commands
