#pragma once
// A school's rows from its entries alone: leaf hashes, tiles, chain numbers, chain heads. What is made is what the sequencer
// would have made of the same entries, row by row. For restoring into a store nobody else has open. Not thread-safe.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "ledger/log_store.h"
#include "ledger/tile_builder.h"

namespace letopis::ledger {

class LogRebuilder {
 public:
  // The school's row is there already, and none of its other rows.
  LogRebuilder(std::shared_ptr<LogStore> store, SchoolRecord record)
      : store_(std::move(store)), record_(std::move(record)) {}

  // The entry at index size(), its exact bytes. "damaged": it does not decode, names another index, or its author's chain has a
  // gap there. Signatures and rulings are the audit's to judge.
  Status add(ByteView entry);
  // Everything in tables and synced. `note`, unless empty, becomes the checkpoint row.
  Status finish(const std::string& note);

  std::uint64_t size() const { return builder_.size(); }
  Hash root() const { return builder_.root(); }

 private:
  struct Chain {
    std::uint32_t row_number = 0;
    std::uint64_t number = 0;
  };
  Status write_full_batch();

  std::shared_ptr<LogStore> store_;
  SchoolRecord record_;
  TileBuilder builder_;
  std::map<std::pair<Id, Id>, Chain> chains_;
  WriteBatch batch_;
  std::size_t batch_bytes_ = 0;
};

}  // namespace letopis::ledger
