#include "ledger/timeliness.h"

#include <algorithm>

#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::ledger {

Hash stamped_digest(ByteView statement, const Signature& signature) {
  return signing::sha256({statement, signature.view()});
}

std::optional<Instant> signed_by(const Hash& digest, const std::vector<Bytes>& tokens, const TrustPolicy& policy) {
  std::vector<Instant> by;  // of each authority, its earliest word
  for (const auto& authority : policy.authorities()) {
    std::optional<Instant> said;
    for (std::size_t i = 0; i < std::min(tokens.size(), kTokensPerEntryMax); ++i)
      if (const auto stamp = signing::verify_timestamp(tokens[i], digest, authority.certificate,
                                                       policy.accuracy_seconds() * kMicrosPerSecond))
        said = std::min(said.value_or(stamp->latest), stamp->latest);
    if (said) by.push_back(*said);
  }
  const std::size_t needed = std::max(policy.dishonest() + 1, policy.authorities_quorum());
  if (by.size() < needed) return std::nullopt;
  std::sort(by.begin(), by.end());
  return by[needed - 1];
}

}  // namespace letopis::ledger
