#include "ledger/receipt_bracket.h"

#include <algorithm>

#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::ledger {

namespace {

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
    if (token.kind != kTimestamp) continue;
    for (std::size_t i = 0; i < policy.authorities().size(); ++i)
      if (const auto stamp = signing::verify_timestamp(token.bytes, digest, policy.authorities()[i].certificate,
                                                       policy.accuracy_seconds() * kMicrosPerSecond))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
  return seen;
}

// An entry that the receipt brings along stands where it says, before the receipt's own.
Result<Entry> brought(const ProvedEntry& proved, const SignedCheckpoint& opened, std::uint64_t index) {
  if (proved.index >= index) return fail("misplaced", "it does not come before the entry");
  const Checkpoint& under = opened.checkpoint;
  TRY_STATUS(verify_inclusion(leaf_hash(proved.event), proved.index, under.size, proved.proof, under.root));
  return decode_entry(proved.event);
}

// The moment before which nobody can have made an entry that follows this anchor.
Result<std::optional<Instant>> not_before(const ProvedEntry& proved, const SignedCheckpoint& opened,
                                          std::uint64_t index, const signing::VerifierKey& log,
                                          const TrustPolicy& policy) {
  const auto misplaced = [](std::string why) { return fail("bad_anchor", std::move(why)); };
  const auto entry = brought(proved, opened, index);
  if (!entry) return misplaced(entry.error().text());
  const auto* anchor = std::get_if<AnchorAdded>(&entry->statement.body);
  if (anchor == nullptr) return misplaced("another kind of entry");
  std::string cosigned(anchor->checkpoint);
  std::vector<Evidence> tokens;
  for (const auto& evidence : anchor->evidence) {
    if (evidence.kind == kCosignature)
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

// What anybody says and the school refuses is in the log as well.
Status doubts_the_clock(const ProvedEntry& proved, const SignedCheckpoint& opened, std::uint64_t index) {
  const auto entry = brought(proved, opened, index);
  if (!entry) return fail("bad_clock_fault", entry.error().text());
  const auto* fault = std::get_if<ClockFault>(&entry->statement.body);
  if (fault == nullptr || fault->kind == kClockAgrees) return fail("bad_clock_fault", "another kind of entry");
  if (entry->event.verdict == Verdict::kRefused) return fail("bad_clock_fault", "the school refused it");
  return {};
}

template <class Seen>
std::size_t count(const Seen& seen) {
  return static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [](const auto& one) { return one.has_value(); }));
}

}  // namespace

Result<ReceiptBracket> bracket_of(const SignedCheckpoint& opened, const Receipt& receipt, std::uint64_t index,
                                  const signing::VerifierKey& log, const TrustPolicy& policy) {
  ReceiptBracket found;
  TRY(const auto seen, sightings(opened.note, receipt.tokens, log, policy));
  found.witnesses = count(seen.witnesses);
  found.authorities = count(seen.authorities);
  for (const auto& anchor : receipt.anchors) {
    TRY(const auto earliest, not_before(anchor, opened, index, log, policy));
    if (earliest) found.earliest = std::max(found.earliest.value_or(*earliest), *earliest);
  }
  for (const auto& fault : receipt.clock_faults) {
    TRY_STATUS(doubts_the_clock(fault, opened, index));
    found.clock_doubted = true;
  }
  if (const auto bracket = policy.bracket(seen)) found.latest = bracket->latest;
  return found;
}

}  // namespace letopis::ledger
