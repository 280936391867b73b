#pragma once
// Attacks on a school whose log is witnessed: each done to a copy of it by whoever holds the keys it needs, audited by somebody who
// brings the witnesses' policy. The list is the test and the second table of docs/tamper.md alike.

#include <functional>
#include <string>
#include <vector>

#include "replay-tools/audit.h"
#include "tests/tamper/forger.h"

namespace letopis::test {

struct Attack {
  std::string what;
  std::string needs;  // what whoever does it must hold
  std::function<void(Forger&, const Story&)> change;
  std::string code = {};     // a violation the audit must find; empty: it finds none
  std::string verdict = {};  // what it must say of the entry attacked, with how sure it is of its time
};
std::vector<Attack> attacks();

// What the audit says: its codes, and the verdict on the entry that the attack is about.
struct Judged {
  std::vector<std::string> codes;
  std::string verdict;
};
// With a memory: of an audit that goes on from it; no verdict where the entry was judged before.
Judged judge_attack(const Forger& log, const Story& honest, audit::AuditMemory* memory = nullptr);

// What is turned away at the door, and by which tests that is shown: each code that `how` names stands in one of them.
struct Refusal {
  std::string what, how;
  std::vector<std::string> tests;
};
std::vector<Refusal> refusals();

}  // namespace letopis::test
