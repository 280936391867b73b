#include "projections/attestation_book.h"

#include <algorithm>

namespace letopis::projections {

using namespace ledger;

namespace {
bool has(const Commission& commission, const Id& person) {
  return std::find(commission.members.begin(), commission.members.end(), person) != commission.members.end();
}
}  // namespace

bool AttestationBook::is_member_of_any(const Id& person) const {
  return std::any_of(commissions_.begin(), commissions_.end(),
                     [&](const auto& known) { return has(known.second, person); });
}
bool AttestationBook::is_member(const Id& person, const Id& group) const {
  return std::any_of(commissions_.begin(), commissions_.end(),
                     [&](const auto& known) { return known.second.group == group && has(known.second, person); });
}

bool AttestationBook::referred(const Id& request) const {
  return std::any_of(referrals_.begin(), referrals_.end(),
                     [&](const auto& known) { return known.second.request == request; });
}

bool AttestationBook::has_debt(const Id& student, const Id& group) const {
  return std::any_of(debts_.begin(), debts_.end(), [&](const auto& known) {
    const Debt& debt = known.second;
    return debt.student == student && debt.group == group && !debt.cleared;
  });
}

std::optional<Date> AttestationBook::first_held(const Id& group, std::string_view form, Date from, Date to) const {
  std::optional<Date> first;
  if (const auto* ids = lookup(marks_by_group_, std::pair{group, std::string(form)}))
    for (const auto& id : *ids)
      if (const AttestationMark& mark = marks_.at(id);
          mark.standing && from <= mark.held_on && mark.held_on <= to && (!first || mark.held_on < *first))
        first = mark.held_on;
  return first;
}

bool AttestationBook::marked(const Id& group, const Id& student, std::string_view form, Date held_on) const {
  const auto* ids = lookup(marks_by_group_, std::pair{group, std::string(form)});
  return ids != nullptr && std::any_of(ids->begin(), ids->end(), [&](const Id& id) {
           const AttestationMark& mark = marks_.at(id);
           return mark.standing && mark.student == student && mark.held_on == held_on;
         });
}

void AttestationBook::stand(const Id& id, bool standing) {
  const auto mark = marks_.find(id);
  if (mark == marks_.end()) return;
  mark->second.standing = standing;
  if (const auto it = referrals_.find(mark->second.referral); it != referrals_.end()) it->second.used = standing;
}

void AttestationBook::on(const Folding& f, const CommissionAppointed& b) {
  commissions_[f.st.id] = {b.group, b.members, f.index};
}
void AttestationBook::on(const Folding& f, const AttestationRequested& b) {
  requests_[f.st.id] = {b.group, b.student, std::string(b.form), f.index};
}
void AttestationBook::on(const Folding& f, const ReferralIssued& b) {
  const AttestationRequest* asked = request(b.request);
  if (asked == nullptr) return;
  referrals_[f.st.id] = {b.request, asked->group, asked->student, b.on, b.commission, false, f.index};
}
void AttestationBook::on(const Folding& f, const AttestationMarkGiven& b) {
  marks_[f.st.id] = {b.group, b.student, std::string(b.form), b.held_on, b.referral};
  marks_by_group_[{b.group, std::string(b.form)}].push_back(f.st.id);
  stand(f.st.id, true);
}
void AttestationBook::on(const Folding& f, const DebtRecorded& b) {
  debts_[f.st.id] = {b.student, b.group, b.period, f.today, 0, false, f.index, {}};
}
void AttestationBook::on(const Folding&, const RetakeScheduled& b) {
  const auto it = debts_.find(b.debt);
  if (it == debts_.end()) return;
  ++it->second.retakes;
  it->second.scheduled.push_back({b.on, b.number, b.commission});
}
void AttestationBook::on(const Folding&, const DebtCleared& b) {
  if (const auto it = debts_.find(b.debt); it != debts_.end()) it->second.cleared = true;
}
void AttestationBook::on(const Folding& f, const CouncilDecided& b) {
  decisions_.push_back({b.student, b.kind, b.klass, f.today, f.index});
}
void AttestationBook::on(const Folding& f, const PeriodClosed& b) { closed_[b.period] = f.index; }
void AttestationBook::on(const Folding&, const PeriodReopened& b) { closed_.erase(b.period); }

}  // namespace letopis::projections
