// Commissions, examinations and зачёты, missed attestations, debts and retakes (events.md: "Periods, attestation").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr int kRetakesMax = 2;  // 273-ФЗ, ст. 58, ч. 5
constexpr int kRetakeWithinDays = 365;

}  // namespace

// By the director's order, for one group and its subject (r002 3.2).
void judge(Case& c, const CommissionAppointed& b) {
  if (c.known_group(b.group) == nullptr) return;
  for (const auto& member : b.members) {
    if (c.known_person(member)) c.no_pupil(member);
    c.require(std::count(b.members.begin(), b.members.end(), member) == 1, rule::kDuplicateEntry);
  }
  c.require(c.has_document(kDocument<CommissionAppointed>), rule::kNoBasis);
}

void judge(Case& c, const AttestationRequested& b) {
  if (c.known_group(b.group) == nullptr) return;
  c.require(b.student == c.st.author, rule::kNotOwnFamily);
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  c.listed("attestation_form", b.form);
}

void judge(Case& c, const ReferralIssued& b) {
  const auto* asked = c.state.attestation().request(b.request);  // there once a director or deputy has signed it
  if (!c.require(asked != nullptr, rule::kUnknownReference)) return;
  const auto* commission = c.state.attestation().commission(b.commission);
  if (!c.require(commission != nullptr && commission->group == asked->group, rule::kUnknownReference)) return;
  c.require(!c.state.attestation().referred(b.request), rule::kDuplicateEntry);
  c.require(b.on >= c.today, rule::kRetroactiveEffect);
}

// Sessions come every semester: only that of the period the day lies in counts, or of its school year.
std::optional<Date> attested_with_group(const projections::SchoolState& state, const Profile& profile,
                                        const AttestationMarkGiven& b) {
  const int grade = grade_of(state, b.group, b.held_on, b.student);
  const auto kind = period_kind_of(profile, grade);
  const auto* year = state.year(b.held_on);
  Date from = year == nullptr ? Date{} : year->from, to = year == nullptr ? b.held_on : year->to;
  for (const auto& period : state.periods())
    if (period.kind != "year" && (kind.empty() || period.kind == kind) && projections::covers(period.grades, grade) &&
        period.from <= b.held_on && b.held_on <= period.to)
      from = std::max(from, period.from), to = std::min(to, period.to);
  return state.attestation().first_held(b.group, b.form, from, to);
}

namespace {

// r002 3.2: who missed it with the group sits it by referral, on its date, before its commission, with protocol (the basis's
// order) and exam sheet (the basis).
void by_referral(Case& c, const AttestationMarkGiven& b) {
  if (b.referral.is_zero()) {
    const auto first = attested_with_group(c.state, *c.profile, b);
    const bool missed = first && b.held_on > *first;
    c.require(!missed || !c.profile->missed_attestation.referral, rule::kAttestationWithoutReferral);
    return;
  }
  const auto* referral = c.state.attestation().referral(b.referral);
  if (!c.require(referral != nullptr, rule::kUnknownReference)) return;
  c.require(referral->student == b.student && referral->group == b.group && referral->commission == b.commission &&
                referral->on == b.held_on,
            rule::kStateClash);
  c.require(!referral->used, rule::kDuplicateEntry);
  c.require(c.has_document(kDocument<AttestationMarkGiven>) && !c.st.basis->order.empty(), rule::kNoBasis);
}

}  // namespace

namespace {

// «не позднее установленных сроков» (r002 3.2): those of the marks of the period it was held in, and never before the day it was
// held is over.
void due_by_the_dates_set(Case& c, const AttestationMarkGiven& b) {
  if (c.refused()) return;
  Date last = b.held_on;
  const int grade = grade_of(c.state, b.group, b.held_on, b.student);
  const auto kind = period_kind_of(*c.profile, grade);
  for (const auto& period : c.state.periods())
    if (period.from <= b.held_on && b.held_on <= period.to && (kind.empty() || period.kind == kind) &&
        projections::covers(period.grades, grade))
      last = std::max(last, window_of(c.profile->period_mark, period).closes);
  c.due_by(*c.profile, c.profile->period_mark.late, projections::midnight(c.state, last + 1),
           rule::kAttestationMarkDeadline, b.held_on, c.state.group(b.group)->classes);
}

}  // namespace

void judge(Case& c, const AttestationMarkGiven& b) {
  if (c.known_group(b.group) == nullptr) return;
  c.by_profile_before(b.held_on, projections::midnight(c.state, b.held_on));
  c.require(teaches(c.state, c.st.author, b.group, c.today) || teaches(c.state, c.st.author, b.group, b.held_on),
            rule::kNotOwnGroup);
  c.listed("attestation_form", b.form);
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  c.require(b.held_on <= c.today, rule::kNotYet);
  const auto* year = c.state.year(c.today);
  c.require(year == nullptr || c.today < year->from || b.held_on >= year->from, rule::kInvalidValue);
  require_marked(c, b.group, b.held_on, b.student);
  require_on_scale(c, {}, b.value);
  const auto same = [&](const AttestationMarkGiven& other) {
    return other.group == b.group && other.student == b.student && other.form == b.form && other.held_on == b.held_on;
  };
  c.require(
      !c.state.attestation().marked(b.group, b.student, b.form, b.held_on) && !c.waits<AttestationMarkGiven>(same),
      rule::kDuplicateEntry);
  by_referral(c, b);
  due_by_the_dates_set(c, b);
  if (c.refused() || b.commission.is_zero()) return;
  const auto* commission = c.state.attestation().commission(b.commission);
  if (!c.require(commission != nullptr && commission->group == b.group, rule::kUnknownReference)) return;
  for (const auto& member : commission->members)
    if (member != c.st.author) c.await(Role::kCommission);
}

// --- Debts -----------------------------------------------------------------------------------------------------------

void judge(Case& c, const DebtRecorded& b) {
  if (c.known_group(b.group) == nullptr) return;
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  const auto* period = c.state.period(b.period);
  c.require(b.period.is_zero() || period != nullptr, rule::kUnknownReference);
  c.require(period == nullptr || window_of(c.profile->period_mark, *period).opens <= c.today, rule::kNotYet);
  c.require(!c.state.attestation().has_debt(b.student, b.group), rule::kDuplicateEntry);
}

void judge(Case& c, const RetakeScheduled& b) {
  const auto* debt = c.state.attestation().debt(b.debt);
  if (!c.require(debt != nullptr, rule::kUnknownReference)) return;
  c.require(!debt->cleared, rule::kAlreadyDecided);
  c.require(b.number == debt->retakes + 1 && b.number <= kRetakesMax, rule::kRetakeLimit);
  c.require(b.on - debt->since <= kRetakeWithinDays, rule::kRetakeLimit);
  c.require(b.on >= c.today, rule::kRetroactiveEffect);
  const auto* commission = c.state.attestation().commission(b.commission);
  const bool before_commission = commission != nullptr && commission->group == debt->group;
  c.require(before_commission || (b.number < kRetakesMax && b.commission.is_zero()), rule::kUnknownReference);
}

void judge(Case& c, const DebtCleared& b) {
  const auto* debt = c.state.attestation().debt(b.debt);
  if (c.require(debt != nullptr, rule::kUnknownReference)) c.require(!debt->cleared, rule::kAlreadyDecided);
}

}  // namespace letopis::commands
