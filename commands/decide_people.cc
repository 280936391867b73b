// School, people, keys, invitations (events.md: "School, people, keys").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

void judge(Case& c, const ProfileAdopted& b) {
  // The text comes last: whoever judges this again has it only where the adoption was accepted.
  c.from_next_midnight();
  const auto* adopted = c.profiles.find(b.profile);
  if (!c.require(adopted != nullptr, rule::kUnknownReference)) return;
  c.require(b.name.empty() || b.name == adopted->id, rule::kInvalidValue);
}

void judge(Case& c, const ZoneOffsetSet&) { c.from_next_midnight(); }

void judge(Case& c, const PersonRegistered& b) { c.require(!c.knows(b.person), rule::kPersonExists); }

namespace {

// A class teacher keeps the data of the own class and its families.
bool of_own_class(Case& c, const Id& person) {
  const auto leads = [&](const Id& student) {
    const Id klass = c.state.class_of(student, c.today);
    return !klass.is_zero() && c.state.is_class_teacher(c.st.author, klass, c.today);
  };
  if (leads(person)) return true;
  const auto children = c.state.children_of(person, c.today);
  return std::any_of(children.begin(), children.end(), leads);
}

}  // namespace

void judge(Case& c, const PersonalDataChanged& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.person), rule::kNotOwnGroup);
}

void judge(Case& c, const GuardianSet& b) {
  c.require(c.knows(b.guardian) && c.knows(b.student), rule::kPersonUnknown);
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.student), rule::kNotOwnGroup);
}

namespace {

constexpr RoleSet kFamily = roles(Role::kStudent, Role::kParent);

// Who runs the school is decided by the director and the root keys; the administrator grants the rest, by order.
bool may_grant(const Case& c, Role role) {
  constexpr RoleSet kRunsTheSchool =
      roles(Role::kDirector, Role::kDeputyHead, Role::kAdministrator, Role::kAuditor, Role::kCommission);
  return c.st.acting_as != Role::kAdministrator || (role_bit(role) & kRunsTheSchool) == 0;
}

}  // namespace

void judge(Case& c, const RoleGranted& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(b.role != Role::kService && b.role != Role::kRoot, rule::kRoleUnknown);
  c.require(may_grant(c, b.role), rule::kNotEntitled);
  if ((role_bit(b.role) & kFamily) == 0) c.no_pupil(b.person);
}

namespace {

// Without a director nobody appoints the next one.
bool another_director(const Case& c, const Id& but) {
  const auto& people = c.state.people();
  return std::any_of(people.begin(), people.end(), [&](const auto& known) {
    return known.first != but && holds(c.state, known.first, Role::kDirector, c.today);
  });
}

}  // namespace

void judge(Case& c, const RoleRevoked& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(may_grant(c, b.role), rule::kNotEntitled);
  const auto* person = c.state.person(b.person);
  // A role of a branch is revoked for that branch, one of the school for the school.
  c.require(person != nullptr && std::any_of(person->roles.begin(), person->roles.end(),
                                             [&](const projections::RoleGrant& grant) {
                                               return grant.role == b.role && grant.branch == c.st.branch &&
                                                      !grant.revoked && grant.from <= c.today && c.today <= grant.to;
                                             }),
            rule::kRoleUnknown);
  if (b.role == Role::kDirector && c.st.branch.empty() && c.st.acting_as != Role::kRoot)
    c.require(another_director(c, b.person), rule::kLastDirector);
}

void judge(Case& c, const InvitationIssued& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(c.state.invitation_by_code(b.code_key) == nullptr, rule::kDuplicateEntry);
  c.require(b.expires.micros == 0 || b.expires > c.now, rule::kInvitationExpired);
  if (c.refused()) return;
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.person), rule::kNotOwnGroup);
  if (c.st.acting_as == Role::kAdministrator) c.require(is_staff(c.state, b.person, c.today), rule::kNotEntitled);
  // A second invitation could be used to impersonate, whoever revoked the first key: a deputy signs too, and for a deputy the
  // director. The root keys need nobody: they are the way back where both have lost theirs.
  if (c.st.acting_as != Role::kRoot && !c.state.person(b.person)->keys.empty())
    c.await(holds(c.state, b.person, Role::kDeputyHead, c.today) ? Role::kDirector : Role::kDeputyHead);
}

void judge(Case& c, const InvitationRevoked& b) {
  const auto* invitation = c.state.invitation(b.invitation);
  if (!c.require(invitation != nullptr, rule::kInvitationUnknown)) return;
  c.require(!invitation->used, rule::kInvitationUsed);
  c.require(!invitation->revoked, rule::kInvitationRevoked);
}

void judge(Case& c, const KeyEnrolled& b) {
  const auto* invitation = c.state.invitation(b.invitation);
  if (invitation == nullptr) c.require(c.state.pending(b.invitation) == nullptr, rule::kInvitationWaits);
  if (!c.require(invitation != nullptr, rule::kInvitationUnknown)) return;
  c.require(invitation->person == b.person && c.st.author == b.person, rule::kInvitationUnknown);
  c.require(!invitation->revoked, rule::kInvitationRevoked);
  c.require(!invitation->used, rule::kInvitationUsed);
  c.require(invitation->expires.micros == 0 || c.now <= invitation->expires, rule::kInvitationExpired);
  c.require(!c.state.superseded(*invitation), rule::kInvitationSuperseded);
  c.require(c.state.key(signing::key_id(signing::Purpose::kAuthor, b.key)) == nullptr, rule::kDuplicateEntry);
}

void judge(Case& c, const KeyRevoked& b) {
  const auto* key = c.state.key(b.key);
  if (!c.require(key != nullptr && key->purpose == signing::Purpose::kAuthor, rule::kUnknownReference)) return;
  c.require(key->person == c.st.author || c.acting(roles(Role::kDirector, Role::kAdministrator)), rule::kNotEntitled);
  c.require(!key->revoked, rule::kKeyRevoked);
}

void judge(Case& c, const KeyRotated& b) {
  c.require(c.state.key(signing::key_id(signing::Purpose::kAuthor, b.key)) == nullptr, rule::kDuplicateEntry);
}

namespace {

// The end of the n-th working day of the school after a day.
Instant end_of_working_day(Case& c, Date after, int working_days) {
  Date day = after;
  for (int left = working_days; left > 0;) {
    day = day + 1;
    if (projections::school_weekday(c.state, {}, day) != 0) --left;
    if (day - after > 60) break;  // summer
  }
  return projections::midnight(c.state, day + 1);
}

}  // namespace

// r004 п2 4.3: within a working day of learning of it. What `learned_on` says is a claim; what is void is told by the receipt.
void judge(Case& c, const CompromiseReported& b) {
  if (!c.known_person(b.person)) return;
  c.require(b.learned_on <= c.today, rule::kNotYet);
  const int days = c.profile->compromise.report_working_days;
  if (c.refused() || days == 0) return;
  // The limit counts from that day: a report that names none could not be held to it.
  if (!c.require(b.learned_on.days != 0, rule::kInvalidValue)) return;
  c.due_by(*c.profile, LatePolicy::kMarkLate, end_of_working_day(c, b.learned_on, days),
           rule::kCompromiseReportDeadline);
}

// Both the director and the support of the school have received it: one says so, the other signs. Where it is about one of the
// two, a deputy signs in their place.
void judge(Case& c, const CompromiseReceived& b) {
  const auto* report = c.state.office().compromise(b.report);
  if (!c.require(report != nullptr, rule::kUnknownReference)) return;
  c.require(!report->received, rule::kAlreadyDecided);
  c.require(report->person != c.st.author, rule::kCannotEndorseOwn);
  if (c.refused()) return;
  const Role other = c.st.acting_as == Role::kDirector ? Role::kAdministrator : Role::kDirector;
  c.await(holds(c.state, report->person, other, c.today) ? Role::kDeputyHead : other);
}

void judge(Case& c, const PersonalTextErased& b) { c.require(c.knows(b.person), rule::kPersonUnknown); }

}  // namespace letopis::commands
