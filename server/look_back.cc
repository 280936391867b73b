#include "server/look_back.h"

#include <future>

#include "server/anchor_keeper.h"

namespace letopis::server {

Status look_back(commands::Engine& engine, Random& random, Log& log, const OutwardLimits& limits) {
  AnchorKeeper::Options options;
  options.clock = &engine.clock();
  options.random = &random;
  options.log = &log;
  options.outward = limits;
  AnchorKeeper(engine, options).look_back();
  for (const auto* school : engine.schools())
    if (const auto why = school->held()) return fail("held", school->slug() + " takes no writes: " + why->text());
  return {};
}

std::vector<Shown> shown_by_witnesses(const ledger::TrustPolicy& policy, const std::string& origin,
                                      const OutwardLimits& limits) {
  std::vector<std::future<Result<std::optional<std::string>>>> answers;
  for (const auto& witness : policy.witnesses())
    answers.push_back(std::async(
        std::launch::async, [&witness, &origin, &limits] { return WitnessClient(witness, limits).newest(origin); }));
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto newest = answers[i].get();
    if (newest ? !*newest : newest.error().code == "no_url") continue;
    shown.push_back({policy.witnesses()[i].name,
                     newest ? Result<std::string>(**newest) : Result<std::string>(tl::unexpected(newest.error()))});
  }
  return shown;
}

}  // namespace letopis::server
