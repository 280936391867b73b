#pragma once
// What somebody tries in a school at work, and what an operator shows to two readers: each played through, with the engine's own
// rules and the audit. The list is the test and the last table but one of docs/tamper.md alike.

#include <functional>
#include <string>
#include <vector>

namespace letopis::test {

struct Scenario {
  std::string what;
  std::string needs;                               // what whoever does it must hold
  std::function<std::vector<std::string>()> play;  // what came of it, step by step
  std::vector<std::string> comes_to;               // what must have
};
std::vector<Scenario> scenarios();

}  // namespace letopis::test
