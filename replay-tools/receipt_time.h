#pragma once
// When the entry of a receipt was recorded, by witnesses that whoever checks it trusts (formats.md: "Proof that nothing was
// backdated"). Pure, and linked into letopis-verify: signing and the formats, nothing else.
//
//   not later    the receipt's checkpoint holds the entry, and a quorum had cosigned or stamped it by then;
//   not earlier  an anchor before the entry, proved under the same checkpoint, holds evidence that nobody could have had before its
//                time: the root that fixes the entry's place commits to it.

#include <optional>
#include <string_view>

#include "ledger/checkpoint.h"
#include "ledger/statement.h"
#include "ledger/trust_policy.h"

namespace letopis::receipt {

enum class TimeVerdict : std::uint8_t {
  kTimelyProved = 1,  // recorded by its deadline, whatever the operator's clock said
  kLateProved = 2,    // recorded after it
  kClaimed = 3,       // the deadline lies inside the bracket: it rests on the operator's clock
  kBracketed = 4,     // the entry has no deadline
  kUnwitnessed = 5,   // the policy's quorum has not seen it in this receipt
};
std::string_view time_verdict_name(
    TimeVerdict verdict);  // "timely_proved", "late_proved", "claimed", "bracketed", "unwitnessed"

struct Times {
  TimeVerdict verdict = TimeVerdict::kUnwitnessed;
  std::size_t witnesses = 0, authorities = 0;  // of the policy, whose evidence over the checkpoint holds
  std::optional<Instant> earliest, latest;
  // The log had its server's clock on record as in doubt: the recorded time is held against nothing, the bracket alone counts.
  bool clock_doubted = false;
  // Where tokens over the signed statement were brought (ledger/timeliness.h): by when it was signed. It moves no verdict.
  bool tokens_brought = false;
  std::optional<Instant> signed_by;
};
// `opened`: the receipt's checkpoint, the log's signature verified, the entry proved in it. Errors: "bad_cosignature" (a known
// witness's line does not verify), "bad_anchor" (an anchor that does not stand where the receipt says, or speaks of another log),
// "bad_clock_fault" (likewise of the entry that puts the clock in doubt), "outside_bracket" (the moment the operator recorded lies more
// than a minute outside what the evidence leaves, and no such entry is brought).
Result<Times> time_of(const ledger::SignedCheckpoint& opened, const ledger::Receipt& receipt,
                      const ledger::Event& event, const signing::VerifierKey& log, const ledger::TrustPolicy& policy);

}  // namespace letopis::receipt
