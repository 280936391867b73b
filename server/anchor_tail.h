#pragma once
// The end of a log in which the service alone speaks: what its anchors already say, so that nothing is said twice. Blocks on the log and
// the blob store; threads may call anything.

#include <cstdint>
#include <vector>

#include "commands/engine.h"
#include "ledger/trust_policy.h"

namespace letopis::server {

// Who says what in an anchor that is on record, by the policy of now. Its cosignatures were verified when it was recorded.
ledger::TrustPolicy::Sightings said_in(const commands::School& school, const ledger::AnchorAdded& anchor,
                                       const ledger::TrustPolicy& policy);

struct AnchorTail {
  std::uint64_t from = 0;      // the first entry behind the newest one that is not the service's own
  std::vector<Bytes> anchors;  // entries, the newest first
};
AnchorTail anchor_tail(const commands::School& school, std::uint64_t size);

// Whether what was seen now says more than the anchors of the tail: none of them covers all that is not the service's own, or somebody
// speaks who does not in those that do.
bool says_more(const commands::School& school, const ledger::TrustPolicy::Sightings& seen, const AnchorTail& tail,
               const ledger::TrustPolicy& policy);

}  // namespace letopis::server
