#pragma once
// Checkpoints (C2SP tlog-checkpoint v1.0.0) and proof files (C2SP tlog-proof v1). Pure: no I/O, no clock. The pages are
// docs/formats/merkle.md and docs/formats/proof.md.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/note.h"

namespace letopis::ledger {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root;
  bool operator==(const Checkpoint&) const = default;
  std::string text() const;  // origin LF size LF base64(root) LF
};
// Exactly three lines (no extension lines), size without leading zeros; what parses writes out as the same text. Errors:
// "malformed", "out_of_range" (a size of more than 64 bits), "too_large". Whether a root fits its size is the caller's to ask.
Result<Checkpoint> parse_checkpoint_text(std::string_view text);
// The same of a signed note, whole: what it says, nothing verified. Other errors: parse_note's.
Result<Checkpoint> parse_checkpoint_note(std::string_view note);

// Signed by the log under its origin; the key is a log's and the origin is valid as the name of a key (asserted).
std::string sign_checkpoint(const Checkpoint& checkpoint, const signing::KeyPair& log_key);
struct SignedCheckpoint {
  Checkpoint checkpoint;
  signing::Note note;
};
// Parses and verifies the log's own signature; origin must equal the vkey's name ("other_origin", asked before the signature,
// so that a stranger's checkpoint is told from a forged one). Other errors: parse_note's, parse_checkpoint_text's, verify_note's.
// Signatures of others stay in `note`, unverified.
Result<SignedCheckpoint> open_checkpoint(std::string_view note, const signing::VerifierKey& log);

// c2sp.org/tlog-proof@v1
struct ProofFile {
  std::optional<Bytes> extra;  // not authenticated by the format
  std::uint64_t index = 0;
  std::vector<Hash> proof;  // leaf upward
  std::string checkpoint;   // the signed note, whole
  bool operator==(const ProofFile&) const = default;
  std::string encode() const;
};
// What parses encodes to the same bytes; the checkpoint is a well-formed note over a well-formed checkpoint, nothing is
// verified yet. Errors: "malformed", "out_of_range" (a number of more than 64 bits), "too_large".
Result<ProofFile> parse_proof_file(std::string_view text);

// Steps 2 and 4 of the specification: the log's signature, then the inclusion of `leaf` at the proof's index. The answer's note
// still holds the witnesses' lines, for the policy to judge. Errors: open_checkpoint's and verify_inclusion's.
Result<SignedCheckpoint> verify_proof_file(const ProofFile& file, const Hash& leaf, const signing::VerifierKey& log);

}  // namespace letopis::ledger
