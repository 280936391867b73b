#pragma once
// A school whose log is not here to grow: a copy of a moment, of a running peer, or of a log that ended in a loss. The file
// DIR/<slug>.copy says so, and the engine honours it: the school is read, never written. What it claims is proved: the copy's
// root leads, by a consistency proof, to a checkpoint that the log itself signed. docs/formats/store.md describes the file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/checkpoint.h"
#include "signing/base/bytes.h"
#include "signing/base/file.h"
#include "signing/base/result.h"

namespace letopis::ledger {

enum class CopyKind : std::uint8_t {
  kMoment = 1,       // the log as it stood after `size` entries, for looking back
  kPeer = 2,         // of a running server: no texts, no keys
  kPredecessor = 3,  // of a log that lost entries; its successor goes on
};
inline constexpr std::string_view kCopyKindNames[] = {"moment", "peer", "predecessor"};
constexpr std::string_view copy_kind_name(CopyKind kind) { return kCopyKindNames[static_cast<std::size_t>(kind) - 1]; }

struct CopyMark {
  CopyKind kind = CopyKind::kMoment;
  std::uint64_t size = 0;         // entries that are here
  std::string source;             // where they were read from; one line
  std::vector<Hash> consistency;  // from `size` to the checkpoint's size
  std::vector<Id> erased_later;   // people whose texts an act beyond this copy erased
  std::string checkpoint;         // the newest the source had signed: a note
  bool operator==(const CopyMark&) const = default;
  std::string encode() const;
};

inline constexpr std::size_t kCopyMarkSizeMaxBytes = 1u << 20;
std::string copy_mark_file(std::string_view slug);  // its name in DIR

// One accepted spelling: what parses encodes to the same text. Errors: "malformed", "too_large".
Result<CopyMark> parse_copy_mark(std::string_view text);
// By slug; none where no directory is. A mark that cannot be read is "damaged": a copy must not be taken for a log.
Result<std::map<std::string, CopyMark>> read_copy_marks(FileSystem& files, const std::string& directory);
// Holds the root of the first `size` entries against the signed checkpoint, which is the answer. Errors: open_checkpoint's;
// "log_forked" when the copy is no prefix of what was signed.
Result<Checkpoint> check_copy(const CopyMark& mark, const Hash& root, const signing::VerifierKey& log);

}  // namespace letopis::ledger
