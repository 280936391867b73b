#pragma once
// Who must have signed an entry, and over what: the auditor's own account of keys, purposes and second signatures, beside
// commands/authenticate. Finding out whom to ask goes by the log's order; asking (verify) may run on any thread.

#include <functional>
#include <optional>
#include <vector>

#include "ledger/schema/codec.h"
#include "projections/school_state.h"
#include "replay-tools/audit_findings.h"
#include "signing/keys.h"

namespace letopis::audit {

// One signature to verify. `message` or, when that is empty, the statement's own.
struct SignatureCheck {
  PublicKey key;
  ByteView statement;
  Bytes message;
  Signature signature;
  std::string_view code;  // of the finding when it does not verify
  Findings::Place place;
};
void verify(const SignatureCheck& check, Findings& findings);

class SignatureRules {
 public:
  explicit SignatureRules(Findings& findings) : findings_(findings) {}
  // The code key of an invitation that was recorded earlier and kept; nullopt when there is none.
  using KeptCode = std::function<std::optional<PublicKey>(const Id& invitation)>;
  void go_on_from(KeptCode kept) { kept_ = std::move(kept); }
  // Of the invitations recorded here.
  const projections::FlatMap<Id, PublicKey>& codes() const { return codes_; }
  // Adds what is to be verified for entry `index`; findings when there is nobody to ask. `state`: before the entry.
  void collect(const projections::SchoolState& state, const ledger::Entry& entry, std::uint64_t index,
               std::vector<SignatureCheck>& to);

 private:
  struct Case;
  void genesis(const Case& c, const ledger::SchoolCreated& body);
  void enrolment(const Case& c, const ledger::KeyEnrolled& body);
  std::optional<PublicKey> code_of(const Id& invitation) const;
  void by_known_key(const Case& c, const projections::SchoolState& state);

  Findings& findings_;
  // Code keys of every invitation recorded, refused ones too: an enrolment on one of those is authentic, and refused.
  projections::FlatMap<Id, PublicKey> codes_;
  KeptCode kept_;
};

}  // namespace letopis::audit
