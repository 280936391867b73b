#include "replay-tools/receipt_time.h"

#include "ledger/receipt_bracket.h"

namespace letopis::receipt {

using namespace ledger;

namespace {

// A clock that agrees with its witnesses may be so far off (server/anchor_keeper.h).
constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;

TimeVerdict against(Instant deadline, const Times& times) {
  if (deadline.micros == 0) return TimeVerdict::kBracketed;
  if (*times.latest <= deadline) return TimeVerdict::kTimelyProved;
  if (times.earliest && *times.earliest > deadline) return TimeVerdict::kLateProved;
  return TimeVerdict::kClaimed;
}

}  // namespace

std::string_view time_verdict_name(TimeVerdict verdict) {
  switch (verdict) {
    case TimeVerdict::kTimelyProved: return "timely_proved";
    case TimeVerdict::kLateProved: return "late_proved";
    case TimeVerdict::kClaimed: return "claimed";
    case TimeVerdict::kBracketed: return "bracketed";
    case TimeVerdict::kUnwitnessed: return "unwitnessed";
  }
  return "";
}

// One of before receipts brought that along, or one that somebody has shortened.
constexpr std::string_view kUnlessDoubted =
    "; and the receipt holds nothing by which the clock was on record as in doubt then";

Result<Times> time_of(const SignedCheckpoint& opened, const Receipt& receipt, const Event& event,
                      const signing::VerifierKey& log, const TrustPolicy& policy) {
  TRY(const auto bracket, bracket_of(opened, receipt, event.index, log, policy));
  Times times;
  times.witnesses = bracket.witnesses;
  times.authorities = bracket.authorities;
  times.earliest = bracket.earliest;
  times.clock_doubted = bracket.clock_doubted;
  const auto& at = event.recorded_at;
  if (!times.clock_doubted && times.earliest && at.micros < times.earliest->micros - kClockToleranceMicros)
    return fail("outside_bracket",
                "it says it was recorded before evidence that it follows" + std::string(kUnlessDoubted));
  if (!bracket.latest) return times;
  times.latest = bracket.latest;
  if (!times.clock_doubted && at.micros > times.latest->micros + kClockToleranceMicros)
    return fail("outside_bracket", "it says it was recorded after a quorum had seen it" + std::string(kUnlessDoubted));
  times.verdict = against(event.deadline, times);
  return times;
}

}  // namespace letopis::receipt
