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
constexpr RoleSet kT = kTeaching;
constexpr RoleSet kSec = role_bit(Role::kSecretary);
constexpr RoleSet kCom = role_bit(Role::kCommission);
constexpr RoleSet kArc = role_bit(Role::kArchivist);
constexpr RoleSet kAcc = role_bit(Role::kAccountant);
constexpr RoleSet kStu = role_bit(Role::kStudent);
constexpr RoleSet kPar = role_bit(Role::kParent);
constexpr RoleSet kSys = role_bit(Role::kService);
constexpr RoleSet kRoot = role_bit(Role::kRoot);
constexpr RoleSet kStaff = kDir | kDep | kHd | kAdm | kCT | kT | kSec | kArc | kAcc;
constexpr RoleSet kAnyPerson = kStaff | kCom | kPar | kStu | role_bit(Role::kAuditor);

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
    Right{"substitution_ordered", kDep | kHd},
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
    Right{"deadline_extended", kDir, 0, kDir},
    Right{"branch_defined", kAdm},
    Right{"personal_data_verified", kCT},
    Right{"compromise_reported", kAnyPerson},
    Right{"compromise_received", kDir | kAdm},
    Right{"consent_given", kAnyPerson},
    Right{"consent_withdrawn", kAnyPerson},
    Right{"contact_given", kPar | kCT, 0, kCT},
    Right{"electronic_access_declined", kPar | kCT},
    Right{"operations_acknowledged", kDep},
    Right{"sections_verified", kHd | kDep | kAdm},
    Right{"study_schedule_set", kHd | kDep},
    Right{"programme_defined", kDep},
    Right{"curriculum_set", kDep, kDir},
    Right{"class_labelled", kDir | kAdm, 0, kAdm},
    Right{"class_reorganised", kDir | kAdm, 0, kAdm},
    Right{"subgroups_split", kCT | kT | kDep},
    Right{"subgroup_moved", kAdm},
    Right{"individual_mode_set", kDep},
    Right{"substitution_signed", kT},
    Right{"work_programme_published", kT, kDep},
    Right{"plan_template_shared", kT | kDep},
    Right{"plan_published", kT, kDep},
    Right{"plan_adjusted", kT, kDep},
    Right{"coursework_assigned", kT},
    Right{"coursework_graded", kT},
    Right{"material_published", kT},
    Right{"task_assigned", kT},
    Right{"submission_sent", kStu},
    Right{"submission_reviewed", kT},
    Right{"file_attached", kAnyPerson},
    Right{"absence_announced", kPar},
    Right{"mark_awaited", kT},
    Right{"makeup_mark_given", kT | kCom, 0, kT | kCom},
    Right{"mark_imported", kSec | kCT, kDep, kSec | kCT},
    Right{"written_wish_given", kT},
    Right{"homework_done", kStu},
    Right{"period_mark_given", kT},
    Right{"period_mark_waived", kT, kDep},
    Right{"commission_appointed", kDir, 0, kDir},
    Right{"attestation_requested", kStu, kDep},
    Right{"referral_issued", kDep | kHd},
    Right{"attestation_mark_given", kT},
    Right{"final_mark_given", kT | kCT},
    Right{"debt_recorded", kDep},
    Right{"retake_scheduled", kDep},
    Right{"debt_cleared", kDep},
    Right{"council_decided", kDep, kDir, kDep},
    Right{"period_closed", kDep},
    Right{"period_reopened", kDir},
    Right{"inspection_held", kDir | kDep | kHd},
    Right{"inspection_note_issued", kDir | kDep | kHd},
    Right{"finding_acknowledged", kT | kCT},
    Right{"finding_resolved", kDir | kDep | kHd},
    Right{"violation_reported", kCT},
    Right{"measure_recorded", kDir},
    Right{"usage_totals_frozen", kSys},
    Right{"report_issued", kAdm | kDep | kHd | kCT | kT | kSec},
    Right{"report_received", kDir | kDep | kHd | kAcc},
    Right{"hours_reported", kHd | kDep},
    Right{"hours_accepted", kAcc},
    Right{"announcement_published", kDir | kDep | kHd | kCT},
    Right{"announcement_withdrawn", kDir | kDep | kHd | kCT},
    Right{"message_committed", kAnyPerson},
    Right{"notice_served", kT | kCT},
    Right{"notice_delivered", kSys},
    Right{"notice_acknowledged", kPar},
    Right{"subscription_set", kPar},
    Right{"forecast_issued", kSys},
    Right{"printout_handed", kCT},
    Right{"consultation_requested", kAnyPerson},
    Right{"consultation_answered", kStaff},
    Right{"document_published", kDir | kDep},
    Right{"document_acknowledged", kAnyPerson},
    Right{"print_certified", kCT | kHd | kDep | kDir | kSec | kAdm},
    Right{"archive_deposited", kSec | kArc | kAdm},
    Right{"data_exchanged", kSec},
    Right{"witness_policy_set", kDir, kAdm},
    Right{"neighbour_genesis", kSys},
};
static_assert(kRights.size() == ledger::kBodyCount);

}  // namespace

std::span<const Right> rights() { return kRights; }
const Right& right_for(const ledger::Body& body) { return kRights[body.index()]; }

bool holds(const SchoolState& state, const Id& person, Role role, Date on, std::string_view branch) {
  if (state.person(person) == nullptr) return false;
  if (state.has_role(person, role, on, branch)) return true;
  switch (role) {
    case Role::kStudent:
      return !state.class_of(person, on).is_zero() || !state.groups_of_student(person, on, on).empty();
    case Role::kParent: return !state.children_of(person, on).empty();
    case Role::kClassTeacher: return !state.classes_led_by(person, on).empty();
    case Role::kCommission: return state.attestation().is_member_of_any(person);
    case Role::kTeacher: return !state.groups_of_teacher(person, on).empty();
    case Role::kDirector:
    case Role::kDeputyHead:
    case Role::kHeadOfStudies:
    case Role::kHeadOfDepartment:
    case Role::kAdministrator:
    case Role::kWorkshopMaster:
    case Role::kAdditionalTeacher:
    case Role::kSecretary:
    case Role::kArchivist:
    case Role::kAccountant:
    case Role::kAuditor:
    case Role::kService:
    case Role::kRoot: return false;
  }
  return false;
}

namespace {
// In the whole school or in any branch of it.
bool holds_anywhere(const SchoolState& state, const Id& person, Role role, Date on) {
  if (holds(state, person, role, on)) return true;
  const auto& branches = state.branches();
  return std::any_of(branches.begin(), branches.end(),
                     [&](const auto& branch) { return holds(state, person, role, on, branch.first); });
}
}  // namespace

std::vector<Role> capacities(const SchoolState& state, const Id& person, Date on) {
  std::vector<Role> held;
  for (std::size_t i = 1; i <= std::size(ledger::kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); holds_anywhere(state, person, role, on)) held.push_back(role);
  return held;
}

bool is_staff(const SchoolState& state, const Id& person, Date on) {
  const auto held = capacities(state, person, on);
  return std::any_of(held.begin(), held.end(),
                     [](Role role) { return role != Role::kStudent && role != Role::kParent; });
}

}  // namespace letopis::commands
