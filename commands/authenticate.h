#pragma once
// What makes a statement authentic: its origin, its key, its author, its signatures. Rules come after; what is not authentic
// is never recorded. Pure but for the directory it asks.
//
// Errors: "malformed", "unknown_type", "unknown_field", "unknown_value", "too_large" (the bytes); "other_origin";
// "unknown_key"; "foreign_key" (the key is another person's, or of another purpose); "unknown_invitation"; "bad_signature";
// "bad_threshold" (a genesis).

#include <optional>

#include "ledger/sequencer.h"
#include "ledger/statement.h"
#include "signing/keys.h"

namespace letopis::commands {

// Messages of second signatures: tagged_message(tag, parts), each key's own.
//   genesis:   "letopis/genesis/v1", origin, statement id, name, zone, offset (i32 big-endian), log vkey, service key,
//              all root keys one after another, threshold (1 byte), simulated (1 byte), profile name, profile, regulation,
//              previous origin, previous size (u64), previous root
//   enrolment: "letopis/enrolment/v1", origin, invitation (statement id), person, new public key
//   rotation:  "letopis/rotation/v1", origin, old key id, new public key
Bytes genesis_message(const ledger::Statement& genesis);
Bytes enrolment_message(std::string_view origin, const Id& invitation, const Id& person, const PublicKey& key);
Bytes rotation_message(std::string_view origin, const Id& old_key, const PublicKey& key);

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
Status check_signatures(const ledger::Statement& statement, ByteView bytes, const Signature& signature, std::string_view origin,
                        const KeyDirectory& keys);

}  // namespace letopis::commands
