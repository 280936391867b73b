#include "projections/evidence_book.h"

#include <algorithm>

#include "ledger/checkpoint.h"

namespace letopis::projections {

using namespace ledger;

namespace {

// Any text will do to read a line: nothing is verified here.
std::optional<signing::NoteSignature> read_line(std::string_view line) {
  auto note = signing::parse_note("x\n\n" + std::string(line) + "\n");
  if (!note || note->signatures.size() != 1) return std::nullopt;
  return std::move(note->signatures.front());
}

}  // namespace

std::optional<AnchoredLine> anchored_line(const TrustPolicy& policy, std::string_view line) {
  constexpr std::size_t kTimeBytes = 8;
  const auto read = read_line(line);
  if (!read || read->signature.size() != kTimeBytes + Signature::kSize) return std::nullopt;
  const auto& witnesses = policy.witnesses();
  const auto named = [&](const PolicyWitness& witness) {
    return witness.key.name == read->name && witness.key.id() == read->key_id;
  };
  const auto it = std::find_if(witnesses.begin(), witnesses.end(), named);
  if (it == witnesses.end()) return std::nullopt;
  const auto at = static_cast<std::int64_t>(get_big_endian(ByteView(read->signature).first(kTimeBytes)));
  return AnchoredLine{static_cast<std::size_t>(it - witnesses.begin()), at};
}

const EvidenceBook::Word* EvidenceBook::newest_word(const PublicKey& witness) const {
  const auto it = words_.find(witness);
  return it == words_.end() ? nullptr : &it->second;
}

void EvidenceBook::on(const Folding& f, const WitnessPolicySet& b) {
  auto parsed = TrustPolicy::parse(b.policy, b.companion);
  if (!parsed) return;  // `decide` let it in: the same text parses
  Policy policy{std::string(b.policy), std::string(b.companion), f.index,
                std::make_shared<const TrustPolicy>(*std::move(parsed))};
  (in_force_ ? proposed_ : in_force_) = std::move(policy);
}

void EvidenceBook::on(const Folding& f, const AnchorAdded& b) {
  if (!in_force_) return;
  const auto checkpoint = parse_checkpoint_note(b.checkpoint);
  if (!checkpoint) return;
  const TrustPolicy& policy = *in_force_->parsed;
  auto by = policy.nobody();
  for (const auto& evidence : b.evidence) {
    const auto line = evidence.kind == kCosignature ? anchored_line(policy, as_text(evidence.bytes)) : std::nullopt;
    if (!line) continue;
    by.witnesses[line->witness] = policy.of_seconds(line->at);
    words_[policy.witnesses()[line->witness].key.key] = {line->at, checkpoint->size};
  }
  newest_ = Anchor{f.source, checkpoint->size, policy.met(by)};
  if (!proposed_ || checkpoint->size <= proposed_->index || !policy.met(by)) return;
  in_force_ = std::move(proposed_);
  proposed_.reset();
}

void EvidenceBook::on(const Folding&, const ClockFault& b) { clock_doubted_ = b.kind != kClockAgrees; }

void EvidenceBook::on(const Folding& f, const NeighbourGenesis& b) {
  neighbours_.push_back({std::string(b.vkey), std::string(b.url), b.genesis, f.source});
}

}  // namespace letopis::projections
