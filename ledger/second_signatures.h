#pragma once
// What the second signatures of a statement cover: tagged_message(tag, parts), a tag for each. They stand in the body, beside
// the author's signature over the whole (ledger/authorship.h). Pure; here, below the rules, so that letopis-verify has them.
//   genesis:   "letopis/genesis/v1", origin, statement id, name, zone, offset (i32 big-endian), log vkey, service key,
//              all root keys one after another, threshold (1 byte), simulated (1 byte), profile name, profile, regulation,
//              previous origin, previous size (u64), previous root
//   enrolment: "letopis/enrolment/v1", origin, invitation (statement id), person, new public key
//   rotation:  "letopis/rotation/v1", origin, old key id, new public key

#include "ledger/statement.h"
#include "signing/base/bytes.h"

namespace letopis::ledger {

Bytes genesis_message(const Statement& genesis);  // the body is a SchoolCreated
Bytes enrolment_message(std::string_view origin, const Id& invitation, const Id& person, const PublicKey& key);
Bytes rotation_message(std::string_view origin, const Id& old_key, const PublicKey& key);

}  // namespace letopis::ledger
