#pragma once
// Where each author's chain stands, for the sequencer: what the database says, and on top of it the batch being made.
// Heads are read when a chain is first used and forgotten when there are too many. Not thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/log_store.h"

namespace letopis::ledger {

struct Chain {
  std::optional<std::uint32_t> row_number;  // none before its first statement
  std::uint64_t number = 0;                 // of the newest statement, those of the batch included
  Hash previous;                            // what the next statement must name
  std::uint64_t stored_number = 0;          // of the newest statement in the database
  std::vector<std::size_t> pending;         // places in the batch of stored_number + 1, + 2, …

  // The request that last named this chain, and the highest number it has named so far.
  std::uint64_t request = 0;
  std::uint64_t number_in_request = 0;
};

class ChainBook {
 public:
  ChainBook(std::shared_ptr<const LogStore> store, std::uint32_t school) : store_(std::move(store)), school_(school) {}
  Status load();  // the next chain's row number

  // The reference lives until batch_ended(). Errors are the store's.
  Result<Chain*> find(const Id& key, const Id& chain);
  // The index of a statement that is in the database.
  Result<std::uint64_t> index_of(const Chain& chain, std::uint64_t number) const;
  // Gives the chain its row number, if it has none; says whether it is new.
  bool number_rows_of(Chain& chain);
  // The batch is in the database now, if there was anything to write.
  void batch_ended();
  void touched(Chain& chain) { touched_.push_back(&chain); }

 private:
  struct Name {
    Id key;
    Id chain;
    bool operator==(const Name&) const = default;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const noexcept {
      return std::hash<Id>()(name.key) * 31 + std::hash<Id>()(name.chain);
    }
  };

  std::shared_ptr<const LogStore> store_;
  std::uint32_t school_;
  std::uint32_t next_row_number_ = 0;
  std::unordered_map<Name, Chain, NameHash> chains_;
  std::vector<Chain*> touched_;  // those with something pending
};

}  // namespace letopis::ledger
