#pragma once
// For programs that record and are no server: what the witnesses last saw of a log is asked before anything is signed, as
// `letopis serve` does at its start (AnchorKeeper::look_back). A witness that does not answer stops nobody.

#include <string>
#include <vector>

#include "commands/engine.h"
#include "ledger/trust_policy.h"
#include "server/log.h"
#include "server/witness_client.h"

namespace letopis::server {

// "held", with the reason: a school here is behind what one of its witnesses has seen, or was found so earlier. Blocks as long as one
// witness may take; whoever does not answer is told of in the log.
Status look_back(commands::Engine& engine, Random& random, Log& log, const OutwardLimits& limits = {});

// What each witness of a policy keeps of a log, unverified; all are asked at once. Those that nobody can ask, or that keep nothing,
// are left out.
struct Shown {
  std::string witness;                       // its name in the policy
  Result<std::string> note = std::string();  // an error: it does not answer
};
std::vector<Shown> shown_by_witnesses(const ledger::TrustPolicy& policy, const std::string& origin,
                                      const OutwardLimits& limits = {});

}  // namespace letopis::server
