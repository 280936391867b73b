#pragma once
// Attestation: commissions, applications and referrals, debts and retakes, council decisions, closed periods. Part of
// SchoolState. Period marks themselves are entries of the journal (journal.h); what judging needs of them lies in the cells.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/flat_map.h"
#include "projections/folding.h"
#include "signing/base/bytes.h"

namespace letopis::projections {

struct Commission {
  Id group;
  std::vector<Id> members;
  std::uint64_t index = 0;
};
struct AttestationRequest {
  Id group, student;
  std::string form;
  std::uint64_t index = 0;
};
struct Referral {
  Id request;
  Id group, student;
  Date on;
  Id commission;
  bool used = false;
  std::uint64_t index = 0;
};
// A mark of an examination or a зачёт.
struct AttestationMark {
  Id group, student;
  std::string form;
  Date held_on;
  Id referral;  // zero: with the group
  bool standing = true;
};
struct Retake {
  Date on;
  int number = 0;
  Id commission;
};
struct Debt {
  Id student, group, period;
  Date since;
  int retakes = 0;
  bool cleared = false;
  std::uint64_t index = 0;
  std::vector<Retake> scheduled{};
};
struct CouncilDecision {
  Id student;
  ledger::CouncilKind kind;
  Id klass;
  Date on;
  std::uint64_t index = 0;
};

class AttestationBook {
 public:
  const Commission* commission(const Id& statement) const { return lookup(commissions_, statement); }
  const FlatMap<Id, Commission>& commissions() const { return commissions_; }
  bool is_member_of_any(const Id& person) const;
  bool is_member(const Id& person, const Id& group) const;
  const AttestationRequest* request(const Id& statement) const { return lookup(requests_, statement); }
  const Referral* referral(const Id& statement) const { return lookup(referrals_, statement); }
  const FlatMap<Id, Referral>& referrals() const { return referrals_; }
  bool referred(const Id& request) const;
  const Debt* debt(const Id& statement) const { return lookup(debts_, statement); }
  bool has_debt(const Id& student, const Id& group) const;
  const std::map<Id, Debt>& debts() const { return debts_; }
  const std::vector<CouncilDecision>& decisions() const { return decisions_; }
  bool any_closed() const { return !closed_.empty(); }
  bool closed(const Id& period) const { return closed_.contains(period); }
  // The first day of a span on which the group was attested in a form, by the marks that stand; nullopt: none.
  std::optional<Date> first_held(const Id& group, std::string_view form, Date from, Date to) const;
  // Whether a mark of that student, form and day stands.
  bool marked(const Id& group, const Id& student, std::string_view form, Date held_on) const;
  // A mark was annulled or withdrawn, or stands again: so does its use of the referral. Nothing for what is no such mark.
  void stand(const Id& mark, bool standing);

  void on(const Folding& f, const ledger::CommissionAppointed& b);
  void on(const Folding& f, const ledger::AttestationRequested& b);
  void on(const Folding& f, const ledger::ReferralIssued& b);
  void on(const Folding& f, const ledger::AttestationMarkGiven& b);
  void on(const Folding& f, const ledger::DebtRecorded& b);
  void on(const Folding& f, const ledger::RetakeScheduled& b);
  void on(const Folding& f, const ledger::DebtCleared& b);
  void on(const Folding& f, const ledger::CouncilDecided& b);
  void on(const Folding& f, const ledger::PeriodClosed& b);
  void on(const Folding& f, const ledger::PeriodReopened& b);

 private:
  FlatMap<Id, Commission> commissions_;
  FlatMap<Id, AttestationRequest> requests_;
  FlatMap<Id, Referral> referrals_;
  std::map<Id, Debt> debts_;
  std::vector<CouncilDecision> decisions_;
  FlatMap<Id, std::uint64_t> closed_;
  std::map<Id, AttestationMark> marks_;
  std::map<std::pair<Id, std::string>, std::vector<Id>> marks_by_group_;  // (group, form) → marks_
};

}  // namespace letopis::projections
