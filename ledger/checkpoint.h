#pragma once
// Checkpoints (C2SP tlog-checkpoint v1.0.0) and proof files (C2SP tlog-proof v1).

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
Result<Checkpoint> parse_checkpoint_text(std::string_view text);  // no extension lines, size without leading zeros

// Signed by the log under its origin.
std::string sign_checkpoint(const Checkpoint& checkpoint, const signing::KeyPair& log_key);
struct SignedCheckpoint {
  Checkpoint checkpoint;
  signing::Note note;
};
// Parses and verifies the log's own signature; origin must equal the vkey's name ("other_origin").
Result<SignedCheckpoint> open_checkpoint(std::string_view note, const signing::VerifierKey& log);

// c2sp.org/tlog-proof@v1
struct ProofFile {
  std::optional<Bytes> extra;
  std::uint64_t index = 0;
  std::vector<Hash> proof;   // leaf upward
  std::string checkpoint;    // the signed note, whole
  std::string encode() const;
};
Result<ProofFile> parse_proof_file(std::string_view text);

}  // namespace letopis::ledger
