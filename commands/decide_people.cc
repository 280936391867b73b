// School, people, keys, invitations (events.md: "School, people, keys").

#include <algorithm>

#include "commands/decide_case.h"

namespace letopis::commands {

using namespace ledger;

namespace {

void judge(Case& c, const ProfileAdopted& b) {
  c.require(c.profiles.find(b.profile) != nullptr, rule::kUnknownReference);
  c.from_next_midnight();
}

void judge(Case& c, const ZoneOffsetSet&) { c.from_next_midnight(); }

void judge(Case& c, const PersonRegistered& b) { c.require(!c.knows(b.person), rule::kPersonExists); }

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

void judge(Case& c, const PersonalDataChanged& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.person), rule::kNotOwnGroup);
}

void judge(Case& c, const GuardianSet& b) {
  c.require(c.knows(b.guardian) && c.knows(b.student), rule::kPersonUnknown);
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.student), rule::kNotOwnGroup);
}

// Who runs the school is decided by the director and the root keys; the administrator grants the rest, by order.
bool may_grant(const Case& c, Role role) {
  constexpr RoleSet kRunsTheSchool =
      roles(Role::kDirector, Role::kDeputyHead, Role::kAdministrator, Role::kAuditor, Role::kCommission);
  return c.st.acting_as != Role::kAdministrator || (role_bit(role) & kRunsTheSchool) == 0;
}

void judge(Case& c, const RoleGranted& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(b.role != Role::kService && b.role != Role::kRoot, rule::kRoleUnknown);
  c.require(may_grant(c, b.role), rule::kNotEntitled);
}

void judge(Case& c, const RoleRevoked& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(may_grant(c, b.role), rule::kNotEntitled);
  c.require(c.state.has_role(b.person, b.role, c.today), rule::kRoleUnknown);
}

void judge(Case& c, const InvitationIssued& b) {
  c.require(c.knows(b.person), rule::kPersonUnknown);
  c.require(c.state.invitation_by_code(b.code_key) == nullptr, rule::kDuplicateEntry);
  c.require(b.expires.micros == 0 || b.expires > c.now, rule::kInvitationExpired);
  if (c.refused()) return;
  if (c.st.acting_as == Role::kClassTeacher) c.require(of_own_class(c, b.person), rule::kNotOwnGroup);
  if (c.st.acting_as == Role::kAdministrator) c.require(is_staff(c.state, b.person, c.today), rule::kNotEntitled);
  // A second invitation could be used to impersonate: the deputy signs too.
  const auto& keys = c.state.person(b.person)->keys;
  const bool has_key = std::any_of(keys.begin(), keys.end(), [&](const Id& key) { return !c.state.key(key)->revoked; });
  if (has_key) c.await(Role::kDeputyHead);
}

void judge(Case& c, const InvitationRevoked& b) {
  const auto* invitation = c.state.invitation(b.invitation);
  if (!c.require(invitation != nullptr, rule::kInvitationUnknown)) return;
  c.require(!invitation->used, rule::kInvitationUsed);
  c.require(!invitation->revoked, rule::kInvitationRevoked);
}

void judge(Case& c, const KeyEnrolled& b) {
  const auto* invitation = c.state.invitation(b.invitation);
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

void judge(Case& c, const PersonalTextErased& b) { c.require(c.knows(b.person), rule::kPersonUnknown); }

template <class T>
void judge(Case&, const T&) {}  // another family's

}  // namespace

void decide_people(Case& c) {
  std::visit([&](const auto& body) { judge(c, body); }, c.st.body);
}

}  // namespace letopis::commands
