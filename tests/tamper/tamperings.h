#pragma once
// The ways a log can be tampered with, one after another, and what must notice each. The list is the test and the page
// docs/tamper.md alike.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replay-tools/audit.h"
#include "tests/tamper/forger.h"
#include "tests/tamper/row_editor.h"

namespace letopis::test {

// A copy of the story to spoil: its directory on disk, or its log in the hands of the operator.
class Scene {
 public:
  explicit Scene(const Story& honest);
  const Story& honest;

  std::string directory();  // a copy of the data directory, made when first asked for
  std::string ledger() { return directory() + "/ledger"; }
  std::string vault() { return directory() + "/vault"; }
  std::string journal() { return directory() + "/checkpoints.journal"; }
  Forger& operator_();  // the log in memory; the audit then reads that
  bool in_memory() const { return forger_ != nullptr; }
  std::uint32_t school() const { return 1; }

  // What an audit says of it: codes of violations, of notices ("(claimed_later)"), or "refused: damaged" when the source
  // does not open. `kept`: with the checkpoint and receipts somebody kept from before.
  std::vector<std::string> audit(bool kept);

 private:
  std::unique_ptr<faults::TemporaryDirectory> home_;
  std::unique_ptr<Forger> forger_;
};

struct Tampering {
  std::string what;
  std::string needs;  // what whoever does it must hold
  std::function<void(Scene&)> change;
  std::string caught_alone;           // a code among what the audit says on its own; empty: it says nothing
  std::string caught_with_kept = {};  // a code that only what was kept adds
};
std::vector<Tampering> tamperings();

}  // namespace letopis::test
