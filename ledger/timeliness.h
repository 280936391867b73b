#pragma once
// When a statement was signed, by authorities other than its school's server (docs/formats/notary.md). A server that is down records
// late what was written in time; a time-stamp (RFC 3161) over the signed statement, given meanwhile by a neighbour's notary or any
// other authority, shows that it was there. It changes no verdict: late is what was recorded late. Pure.

#include <optional>
#include <vector>

#include "ledger/trust_policy.h"

namespace letopis::ledger {

inline constexpr std::string_view kTokenMediaType =
    "text/plain";                                      // of the file that is attached: PEM (signing::token_text)
inline constexpr std::size_t kTokensPerEntryMax = 16;  // further ones are not looked at

// What a token is over: SHA-256(statement ‖ signature), the exact bytes and the 64 after them.
Hash stamped_digest(ByteView statement, const Signature& signature);

// By when, at the latest, it was signed: of so many authorities of the policy that one of them is honest (`dishonest` + 1, and
// tsa-quorum at least), the latest moment. nullopt: too few tokens of theirs over this digest.
std::optional<Instant> signed_by(const Hash& digest, const std::vector<Bytes>& tokens, const TrustPolicy& policy);

}  // namespace letopis::ledger
