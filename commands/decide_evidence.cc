// What comes from outside the operator (formats.md: "Proof that nothing was backdated"): whose word counts, what they said of a
// checkpoint, and the clock it is held against. Tokens of RFC 3161, and lists of revoked certificates, are recorded as they
// came and judged by whoever audits: a ruling must be the same under every release of OpenSSL.

#include <algorithm>

#include "commands/families.h"
#include "ledger/checkpoint.h"
#include "ledger/trust_policy.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;
constexpr std::int64_t kEvidenceAgeMaxMicros = 600 * kMicrosPerSecond;

// A time of evidence held against the moments the log gives: after the last entry it covers, before its own, and fresh. Where
// the clock is in doubt nothing is asked: brackets alone count.
void require_in_its_time(Case& c, const Bracket& seen, std::uint64_t size) {
  if (c.state.evidence().clock_doubted()) return;
  const Instant last = c.state.recorded_at(size - 1);
  c.require(seen.latest.micros >= last.micros - kClockToleranceMicros, rule::kEvidenceBackdated);
  c.require(seen.earliest.micros <= c.now.micros + kClockToleranceMicros, rule::kEvidenceAhead);
  c.require(c.now.micros - seen.latest.micros <= kEvidenceAgeMaxMicros, rule::kEvidenceLate);
}

void judge_cosignature(Case& c, const TrustPolicy& policy, const Checkpoint& checkpoint, std::string_view line) {
  const auto note = signing::parse_note(checkpoint.text() + "\n" + std::string(line) + "\n");
  if (!c.require(note && note->signatures.size() == 1, rule::kEvidenceBad)) return;
  const auto verified = signing::verify_note(*note, policy.witness_keys());
  if (!verified)
    return c.refuse(verified.error().code == "bad_signature" ? rule::kEvidenceBad : rule::kEvidenceForeign);
  const auto& [number, at] = verified->front();
  const auto* word = c.state.evidence().newest_word(policy.witnesses()[number].key.key);
  const bool fresh = word == nullptr || at > word->at || (at == word->at && checkpoint.size > word->size);
  c.require(fresh, rule::kEvidenceReplayed);
  require_in_its_time(c, policy.of_seconds(at), checkpoint.size);
}

// The checkpoint of this log, as it was signed then.
std::optional<Checkpoint> own_checkpoint(Case& c, std::string_view text) {
  const auto vkey = signing::parse_vkey(c.state.log_vkey());
  const auto opened = vkey ? open_checkpoint(text, *vkey) : Result<SignedCheckpoint>(fail("malformed"));
  if (!opened) {
    c.refuse(opened.error().code == "other_origin" ? rule::kEvidenceForeign : rule::kEvidenceBad);
    return std::nullopt;
  }
  const Checkpoint& checkpoint = opened->checkpoint;
  const auto root = c.roots.root_at(checkpoint.size);
  const bool ours = checkpoint.size > 0 && checkpoint.size <= c.index && root && *root == checkpoint.root;
  if (!c.require(ours, rule::kSeenUnknown)) return std::nullopt;
  return checkpoint;
}

}  // namespace

void judge(Case& c, const AnchorAdded& b) {
  const auto* policy = c.state.evidence().policy();
  if (!c.require(policy != nullptr, rule::kNoPolicy)) return;
  const auto checkpoint = own_checkpoint(c, b.checkpoint);
  if (!checkpoint) return;
  for (const auto& evidence : b.evidence) {
    if (evidence.kind == projections::kCosignature)
      judge_cosignature(c, *policy->parsed, *checkpoint, as_text(evidence.bytes));
    else
      c.require(evidence.kind == kTimestamp || EvidenceFile::read(evidence), rule::kEvidenceBad);
  }
}

void judge(Case& c, const ClockFault& b) {
  if (b.kind == projections::kClockAgrees) c.require(c.state.evidence().clock_doubted(), rule::kTargetMissing);
}

void judge(Case& c, const WitnessPolicySet& b) {
  const auto policy = TrustPolicy::parse(b.policy, b.companion);
  // A note holds the log's own line and 63 more.
  c.require(policy && !policy->asks_nobody() && policy->witnesses().size() < signing::kNoteSignaturesMax,
            rule::kBadPolicy);
}

}  // namespace letopis::commands
