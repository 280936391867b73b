#pragma once
// Logs for a witness to cosign, of entries that nobody looks at.

#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/witness_protocol.h"
#include "signing/base/random.h"

namespace letopis::bench {

// A log of leaves nobody looks at: every size has a checkpoint and a proof from the one before.
class BenchLog {
 public:
  explicit BenchLog(std::uint64_t seed) : origin("bench.example/log/" + std::to_string(seed)) {
    SeededRandom random(seed);
    key.emplace(signing::KeyPair::generate(signing::Purpose::kLog, random));
  }
  // The body of add-checkpoint for thirty entries more.
  std::string grow() {
    const std::uint64_t old_size = size;
    for (int i = 0; i < 30; ++i, ++size) append(ledger::leaf_hash(as_bytes(std::to_string(size))));
    ledger::AddCheckpoint request{old_size, {}, {}};
    if (old_size != 0) request.proof = ledger::consistency_proof(old_size, size, nodes()).value();
    request.checkpoint = ledger::sign_checkpoint({origin, size, ledger::root_of(size, nodes()).value()}, *key);
    return request.encode();
  }
  signing::VerifierKey vkey() const { return signing::vkey_of(origin, signing::kNoteTypeEd25519, *key); }

  std::string origin;
  std::optional<signing::KeyPair> key;
  std::uint64_t size = 0;

 private:
  void append(Hash hash) {
    std::uint64_t at = size;
    for (unsigned level = 0;; ++level, at /= 2) {
      if (levels.size() == level) levels.emplace_back();
      levels[level].push_back(hash);
      if (at % 2 == 0) return;
      hash = ledger::node_hash(levels[level][at - 1], hash);
    }
  }
  ledger::NodeSource nodes() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Hash> { return levels[level][index]; };
  }
  std::vector<std::vector<Hash>> levels;
};

}  // namespace letopis::bench
