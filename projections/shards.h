#pragma once
// A shard is the list of the entries that speak of one thing for one week; a view is a pure fold of its shards' entries.
// State commitments are computed over shards (docs/formats/state.md): each has a running digest over its entries' leaves,
// and the sparse tree holds digests by shard key.
//
// Not thread-safe.

#include <boost/unordered/unordered_flat_map.hpp>
#include <string_view>
#include <vector>

#include "ledger/shard_key.h"
#include "ledger/sparse_tree.h"
#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::projections {

using View = ledger::ShardView;
using ledger::next_shard_digest;
using ledger::shard_tree_key;
using ledger::ShardKey;
std::string_view view_name(View view);

struct ShardKeyHash {
  std::size_t operator()(const ShardKey& key) const noexcept {
    return std::hash<Id>()(key.subject) ^ (static_cast<std::size_t>(key.week.days) * 0x9e3779b97f4a7c15ULL) ^
           static_cast<std::size_t>(key.view);
  }
};

struct Shard {
  std::vector<std::uint64_t> entries;  // indices, ascending
  Hash digest;
  bool changed = false;  // since the tree last heard of it
};

class Shards {
 public:
  void add(const ShardKey& key, std::uint64_t index, const Hash& leaf);
  const Shard* find(const ShardKey& key) const;
  std::size_t count() const { return shards_.size(); }
  Hash root();  // of the sparse tree: only shards changed since the last call are hashed again
  ledger::SparseTree& tree() { return tree_; }
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [key, shard] : shards_) visit(key, shard);
  }

 private:
  void flush();
  boost::unordered_flat_map<ShardKey, Shard, ShardKeyHash> shards_;
  std::vector<ShardKey> changed_;  // each once
  ledger::SparseTree tree_;
};

}  // namespace letopis::projections
