#include "server/anchor_tail.h"

#include <algorithm>

#include "commands/files.h"
#include "ledger/schema/codec.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::server {

using commands::School;
using ledger::Bracket;
using ledger::TrustPolicy;

namespace {

// Entries of the service's own that are looked through for the last that is not.
constexpr std::uint64_t kTailMax = 256;

}  // namespace

TrustPolicy::Sightings said_in(const School& school, const ledger::AnchorAdded& anchor, const TrustPolicy& policy) {
  auto seen = policy.nobody();
  const Hash digest = signing::sha256({as_bytes(anchor.checkpoint)});
  const std::int64_t accuracy = policy.accuracy_seconds() * kMicrosPerSecond;
  const auto read = [&](const ledger::EvidenceFile& file) {
    auto text = school.blob(file.hash);
    return text ? std::optional(*std::move(text)) : std::nullopt;
  };
  for (const auto& evidence : anchor.evidence) {
    if (evidence.kind == ledger::kCosignature) {
      if (const auto line = projections::anchored_line(policy, as_text(evidence.bytes)))
        seen.witnesses[line->witness] = policy.of_seconds(line->at);
      continue;
    }
    const auto token = commands::token_of(evidence, read);
    for (std::size_t i = 0; token && i < policy.authorities().size(); ++i)
      if (const auto stamp = signing::verify_timestamp(*token, digest, policy.authorities()[i].certificate, accuracy))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
  return seen;
}

AnchorTail anchor_tail(const School& school, std::uint64_t size) {
  AnchorTail tail{size, {}};
  for (; tail.from > 0 && size - tail.from < kTailMax; --tail.from) {
    auto bytes = school.entry(tail.from - 1);
    const auto entry = bytes ? ledger::decode_entry(*bytes) : tl::unexpected(bytes.error());
    if (!entry || entry->statement.acting_as != ledger::Role::kService) break;
    const bool counts = entry->event.verdict != ledger::Verdict::kRefused;
    if (counts && std::holds_alternative<ledger::AnchorAdded>(entry->statement.body))
      tail.anchors.push_back(*std::move(bytes));
  }
  return tail;
}

bool says_more(const School& school, const TrustPolicy::Sightings& seen, const AnchorTail& tail,
               const TrustPolicy& policy) {
  bool covered = false;
  TrustPolicy::Sightings new_ones = seen;
  const auto strike = [](auto& from, const auto& these) {
    for (std::size_t i = 0; i < these.size(); ++i)
      if (these[i]) from[i].reset();
  };
  for (const auto& bytes : tail.anchors) {
    const auto entry = ledger::decode_entry(bytes);
    const auto& anchor = std::get<ledger::AnchorAdded>(entry->statement.body);
    const auto over = ledger::parse_checkpoint_note(anchor.checkpoint);
    if (!over || over->size < tail.from) continue;
    covered = true;
    const auto known = said_in(school, anchor, policy);
    strike(new_ones.witnesses, known.witnesses);
    strike(new_ones.authorities, known.authorities);
  }
  const auto any = [](const auto& of) {
    return std::any_of(of.begin(), of.end(), [](const auto& one) { return one.has_value(); });
  };
  return !covered || any(new_ones.witnesses) || any(new_ones.authorities);
}

}  // namespace letopis::server
