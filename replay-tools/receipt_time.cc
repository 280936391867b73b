#include "replay-tools/receipt_time.h"

#include <algorithm>

#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "projections/evidence_book.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::receipt {

using namespace ledger;

namespace {

// A clock that agrees with its witnesses may be so far off (server/anchor_keeper.h).
constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;

// Tokens are over the checkpoint as the log signed it: its text and the log's own line.
std::string as_log_signed(const signing::Note& note, const signing::VerifierKey& log) {
  signing::Note own{note.text, {}};
  for (const auto& line : note.signatures)
    if (line.name == log.name && line.key_id == log.id()) own.signatures.push_back(line);
  return own.encode();
}

// Who of the policy saw a checkpoint, and when. Lines of strangers are nothing; a known key's that fails spoils the note.
Result<TrustPolicy::Sightings> sightings(const signing::Note& note, const std::vector<Evidence>& tokens,
                                         const signing::VerifierKey& log, const TrustPolicy& policy) {
  auto seen = policy.nobody();
  const auto verified = signing::verify_note(note, policy.witness_keys());
  if (!verified && verified.error().code == "bad_signature") return fail("bad_cosignature", verified.error().detail);
  if (verified)
    for (const auto& [number, at] : *verified) seen.witnesses[number] = policy.of_seconds(at);
  const Hash digest = signing::sha256({as_bytes(std::string_view(as_log_signed(note, log)))});
  for (const auto& token : tokens) {
    if (token.kind != projections::kTimestamp) continue;
    for (std::size_t i = 0; i < policy.authorities().size(); ++i)
      if (const auto stamp = signing::verify_timestamp(token.bytes, digest, policy.authorities()[i].certificate,
                                                       policy.accuracy_seconds() * kMicrosPerSecond))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
  return seen;
}

// The moment before which nobody can have made an entry that follows this anchor.
Result<std::optional<Instant>> not_before(const ProvedEntry& proved, const SignedCheckpoint& opened,
                                          std::uint64_t index, const signing::VerifierKey& log,
                                          const TrustPolicy& policy) {
  const auto misplaced = [](std::string why) { return fail("bad_anchor", std::move(why)); };
  if (proved.index >= index) return misplaced("it does not come before the entry");
  const Checkpoint& under = opened.checkpoint;
  if (const auto there = verify_inclusion(leaf_hash(proved.event), proved.index, under.size, proved.proof, under.root);
      !there)
    return misplaced(there.error().text());
  const auto entry = decode_entry(proved.event);
  const auto* anchor = entry ? std::get_if<AnchorAdded>(&entry->statement.body) : nullptr;
  if (anchor == nullptr) return misplaced("another kind of entry");
  std::string cosigned(anchor->checkpoint);
  std::vector<Evidence> tokens;
  for (const auto& evidence : anchor->evidence) {
    if (evidence.kind == projections::kCosignature)
      cosigned += std::string(as_text(evidence.bytes)) + "\n";
    else
      tokens.push_back(evidence);
  }
  const auto over = open_checkpoint(cosigned, log);
  if (!over) return misplaced(over.error().text());
  TRY(const auto seen, sightings(over->note, tokens, log, policy));
  const auto bracket = policy.bracket(seen);
  return bracket ? std::optional(bracket->earliest) : std::nullopt;
}

TimeVerdict against(Instant deadline, const Times& times) {
  if (deadline.micros == 0) return TimeVerdict::kBracketed;
  if (*times.latest <= deadline) return TimeVerdict::kTimelyProved;
  if (times.earliest && *times.earliest > deadline) return TimeVerdict::kLateProved;
  return TimeVerdict::kClaimed;
}

template <class Seen>
std::size_t count(const Seen& seen) {
  return static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [](const auto& one) { return one.has_value(); }));
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

// A receipt does not hold what the log says of its server's clock.
constexpr std::string_view kUnlessDoubted =
    "; whether its clock was on record as in doubt then, an audit of the log tells";

Result<Times> time_of(const SignedCheckpoint& opened, const Receipt& receipt, const Event& event,
                      const signing::VerifierKey& log, const TrustPolicy& policy) {
  Times times;
  TRY(const auto seen, sightings(opened.note, receipt.tokens, log, policy));
  times.witnesses = count(seen.witnesses);
  times.authorities = count(seen.authorities);
  for (const auto& anchor : receipt.anchors) {
    TRY(const auto earliest, not_before(anchor, opened, event.index, log, policy));
    if (earliest) times.earliest = std::max(times.earliest.value_or(*earliest), *earliest);
  }
  const auto bracket = policy.bracket(seen);
  const auto& at = event.recorded_at;
  if (times.earliest && at.micros < times.earliest->micros - kClockToleranceMicros)
    return fail("outside_bracket",
                "it says it was recorded before evidence that it follows" + std::string(kUnlessDoubted));
  if (!bracket) return times;
  times.latest = bracket->latest;
  if (at.micros > times.latest->micros + kClockToleranceMicros)
    return fail("outside_bracket", "it says it was recorded after a quorum had seen it" + std::string(kUnlessDoubted));
  times.verdict = against(event.deadline, times);
  return times;
}

}  // namespace letopis::receipt
