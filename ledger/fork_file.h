#pragma once
// Evidence of a fork: two checkpoints signed by one log, and a proof that no one history holds both. Whoever has the log's vkey
// can check it, offline. Pure: no I/O, no clock. The page is docs/formats/fork.md.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/checkpoint.h"

namespace letopis::ledger {

inline constexpr std::size_t kForkFileSizeMaxBytes = 2 * signing::kNoteSizeMaxBytes + 8 * 1024;

struct ForkFile {
  std::string smaller, larger;  // signed checkpoints, whole; of two sizes that are equal either comes first
  // Of two sizes: which root the larger's history has at the smaller's size, and the consistency proof (RFC 6962, 2.1.2) that it
  // leads to the larger's. A consistency proof from the smaller's own root would merely fail, as one of rubbish does.
  std::optional<Hash> other_root;
  std::vector<Hash> proof;
  bool operator==(const ForkFile&) const = default;
  std::string encode() const;
};
// What parses encodes to the same bytes; nothing is verified yet. Errors: "malformed", "too_large".
Result<ForkFile> parse_fork_file(std::string_view text);

enum class ForkVerdict : std::uint8_t {
  kForked = 1,  // two roots of one size, or a proof that the larger's history does not hold the smaller
  kOneHistory,  // the smaller is the beginning of the larger, and it is proved
  kUndecided,   // both are signed, and nothing shows whether one follows from the other
};
constexpr std::string_view fork_verdict_name(ForkVerdict verdict) {
  constexpr std::string_view kNames[] = {"forked", "one_history", "undecided"};
  return kNames[static_cast<std::size_t>(verdict) - 1];
}
struct JudgedFork {
  ForkVerdict verdict = ForkVerdict::kUndecided;
  Checkpoint smaller, larger;
};
// Errors: open_checkpoint's, for a checkpoint that is not this log's own word; "malformed" (the larger first).
Result<JudgedFork> judge_fork(const ForkFile& file, const signing::VerifierKey& log);

}  // namespace letopis::ledger
