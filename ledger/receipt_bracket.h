#pragma once
// Between which moments the entry of a receipt was recorded, by the witnesses of a policy (formats.md: "Proof that nothing was
// backdated"):
//
//   not later    the receipt's checkpoint holds the entry, and a quorum had cosigned or stamped it by then;
//   not earlier  an anchor before the entry, proved under the same checkpoint, holds evidence that nobody could have had before its
//                time: the root that fixes the entry's place commits to it.
//
// Pure. Nothing is held against the recorded time here; whether it may be is told.

#include <optional>
#include <string_view>

#include "ledger/anchor_evidence.h"
#include "ledger/checkpoint.h"
#include "ledger/statement.h"
#include "ledger/trust_policy.h"

namespace letopis::ledger {

// ClockFault.kind: the clock agrees with a quorum again. Every other kind puts it in doubt.
inline constexpr std::string_view kClockAgrees = "agrees";

struct ReceiptBracket {
  std::size_t witnesses = 0, authorities = 0;  // of the policy, whose evidence over the checkpoint holds
  std::optional<Instant> earliest;             // none: no anchor before the entry meets the policy
  std::optional<Instant> latest;               // none: its quorum has not seen the checkpoint
  // The log had put on record that its server's clock was in doubt, before the entry: the bracket alone counts. Whether it agreed
  // again in between no receipt tells, an audit does; the bracket is no wider for it.
  bool clock_doubted = false;
};
// `opened`: the receipt's checkpoint, the log's signature verified; the entry of that index is proved in it. Errors: "bad_cosignature"
// (a known witness's line does not verify), "bad_anchor" (an anchor that does not stand where the receipt says, or of another log),
// "bad_clock_fault" (likewise).
Result<ReceiptBracket> bracket_of(const SignedCheckpoint& opened, const Receipt& receipt, std::uint64_t index,
                                  const signing::VerifierKey& log, const TrustPolicy& policy);

}  // namespace letopis::ledger
