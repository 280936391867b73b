// A policy of witnesses: what is accepted has no two quorums that could be disjoint but for the witnesses that may lie, and nobody at
// all is no quorum of a policy that asks somebody.

#include "ledger/trust_policy.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto policy = ledger::TrustPolicy::parse(fuzz::text_of(data, size));
  if (!policy) return 0;
  const auto nobody = policy->bracket(policy->nobody());
  fuzz::expect(!nobody.has_value(), "silence is no evidence");
  auto everybody = policy->nobody();
  for (auto& witness : everybody.witnesses) witness = policy->of_seconds(1'790'000'000);
  const auto all = policy->bracket(everybody);
  if (all) fuzz::expect(all->earliest <= all->latest, "a bracket has its sides in order");
  return 0;
}
