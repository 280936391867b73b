#pragma once
// What makes a statement authentic: its origin, its key, its author, its signatures. Rules come after; what is not authentic
// is never recorded. Pure but for the directory it asks.
//
// Errors: "malformed", "unknown_type", "unknown_field", "unknown_value", "too_large" (the bytes); "other_origin";
// "unknown_key"; "foreign_key" (the key is another person's, or of another purpose); "unknown_invitation"; "bad_signature";
// "bad_threshold" (a genesis).

#include <optional>

#include "ledger/second_signatures.h"
#include "ledger/sequencer.h"
#include "ledger/statement.h"
#include "signing/keys.h"

namespace letopis::commands {

// Messages of second signatures: ledger/second_signatures.h says what each covers.
using ledger::enrolment_message;
using ledger::genesis_message;
using ledger::rotation_message;

// Whom a key belongs to, at any time: keys are content-addressed, so an entry of this directory never changes.
struct KnownKey {
  signing::Purpose purpose;
  PublicKey public_key;
  Id person;
};
class KeyDirectory {
 public:
  virtual ~KeyDirectory() = default;
  virtual std::optional<KnownKey> find_key(const Id& id) const = 0;
  virtual std::optional<PublicKey> find_invitation(const Id& statement) const = 0;
};

// Decodes and verifies one statement that came from outside. A genesis is authentic only when `genesis_allowed`.
Result<ledger::SignedStatement> authenticate(Bytes bytes, const Signature& signature, std::string_view origin,
                                             const KeyDirectory& keys, bool genesis_allowed = false);

// The same for a statement that is decoded already (audits).
Status check_signatures(const ledger::Statement& statement, ByteView bytes, const Signature& signature,
                        std::string_view origin, const KeyDirectory& keys);

}  // namespace letopis::commands
