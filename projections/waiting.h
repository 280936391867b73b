#pragma once
// What waits for a second signature in journals and diaries, and where: whoever has to sign finds it however old its week is.
// (Acts of the school wait in SchoolState::pendings.)
//
// It may name an entry that no longer waits — one annulled before it was signed, once the annulment was itself signed — and
// never leaves one out that does: the fold of its shard decides. Not thread-safe.

#include <map>
#include <span>
#include <vector>

#include "ledger/schema/codec.h"
#include "projections/shards.h"

namespace letopis::projections {

class Waiting {
 public:
  // Every accepted entry, in order, with the shards its views live in.
  void add(const ledger::Entry& entry, std::span<const ShardKey> shards);
  // The journals' weeks in which something may wait, ascending.
  std::vector<ShardKey> journals() const;
  std::size_t count() const { return entries_.size(); }

 private:
  struct Item {
    std::size_t type = 0;  // Body's index
    std::vector<ledger::Role> awaits;
    std::vector<ShardKey> journals;
  };
  std::map<Id, Item> entries_;  // by statement
};

}  // namespace letopis::projections
