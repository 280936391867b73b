#pragma once
// The words of the witness protocol (C2SP tlog-witness, as it stood at commit 5ba5ee8 of C2SP/C2SP): the body of add-checkpoint
// and the lines that answer it. Pure. The page is docs/formats/witness.md.

#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/note.h"

namespace letopis::ledger {

inline constexpr std::size_t kConsistencyLinesMax = 63;
inline constexpr std::size_t kAddCheckpointSizeMaxBytes = signing::kNoteSizeMaxBytes + 4096;
inline constexpr std::string_view kTreeSizeType = "text/x.tlog.size";  // of the answer 409: the size stored, and an LF

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;  // of consistency, from old_size to the checkpoint's
  std::string checkpoint;   // the signed note, whole
  std::string encode() const;
};
// What parses encodes to the same bytes; the note is not read yet. Errors: "malformed", "out_of_range", "too_large".
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// The lines of an answer that are cosignatures of this witness over this checkpoint text, verified: what is somebody else's, or
// spoilt, is left out, so one bad line does not spoil the rest.
struct Cosigned {
  signing::NoteSignature line;
  std::int64_t at = 0;  // unix seconds
};
std::vector<Cosigned> cosignatures_in(std::string_view answer, std::string_view checkpoint_text,
                                      const signing::VerifierKey& witness);

}  // namespace letopis::ledger
