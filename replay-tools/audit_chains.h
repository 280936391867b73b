#pragma once
// The chains of a log, rebuilt from its entries: one per (key, chain id), numbers 1, 2, 3, …, each entry naming the hash of
// the one before it with its signature. Not thread-safe.

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "ledger/statement.h"
#include "replay-tools/audit_findings.h"

namespace letopis::audit {

class ChainTable {
 public:
  struct Chain {
    Id key, chain;
    std::uint64_t number = 0;            // of the newest statement
    Hash newest;                         // what the next one must name
    std::vector<std::uint64_t> indices;  // of statement 1, 2, 3, …; of a kept chain, of those that follow
    bool whole = true;                   // false once a finding was made: indices then say nothing
  };
  // A chain as somebody kept it; nullopt when there is none of that name.
  using Kept = std::function<std::optional<Chain>(const Id& key, const Id& chain)>;
  void go_on_from(Kept kept) { kept_ = std::move(kept); }
  // Checks the statement's place and adds it; `hash` is that of the statement with its signature.
  void add(const ledger::Statement& statement, const Hash& hash, std::uint64_t index, Findings& findings);
  // In the order of their first statements here.
  const std::vector<Chain>& chains() const { return chains_; }

 private:
  struct Name {
    Id key, chain;
    bool operator==(const Name&) const = default;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const noexcept {
      return std::hash<Id>()(name.key) * 31 + std::hash<Id>()(name.chain);
    }
  };
  boost::unordered_flat_map<Name, std::size_t, NameHash> by_name_;
  std::vector<Chain> chains_;
  Kept kept_;
};

// SHA-256("letopis/previous/v1" ‖ 0 ‖ statement ‖ signature), hashed here on its own.
Hash hash_of_link(ByteView statement, const Signature& signature);

}  // namespace letopis::audit
