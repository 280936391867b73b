#pragma once
// A shard is the list of the entries that speak of one thing for one week; a view is a pure fold of its shards' entries.
// State commitments are computed over shards (docs/formats/state.md): each has a running digest over its entries' leaves,
// and the sparse tree holds digests by shard key.
//
// Not thread-safe.

#include <boost/unordered/unordered_flat_map.hpp>
#include <compare>
#include <string_view>
#include <vector>

#include "ledger/sparse_tree.h"
#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::projections {

enum class View : std::uint8_t {
  kSchool = 1,    // structure: one shard (subject and week zero)
  kJournal = 2,   // teaching group × week
  kDiary = 3,     // student × week
  kRefusals = 4,  // week in which they were recorded (subject zero)
};
std::string_view view_name(View view);

struct ShardKey {
  View view = View::kSchool;
  Id subject;  // group or student
  Date week;   // Monday
  auto operator<=>(const ShardKey&) const = default;
};

struct ShardKeyHash {
  std::size_t operator()(const ShardKey& key) const noexcept {
    return std::hash<Id>()(key.subject) ^ (static_cast<std::size_t>(key.week.days) * 0x9e3779b97f4a7c15ULL) ^
           static_cast<std::size_t>(key.view);
  }
};

// Key in the sparse tree: SHA-256("letopis/shard-key/v1" ‖ 0 ‖ view (1) ‖ subject (16) ‖ week (i32 big-endian)).
Hash shard_tree_key(const ShardKey& key);
// SHA-256("letopis/shard/v1" ‖ 0 ‖ digest so far (zero at first) ‖ index (u64 big-endian) ‖ leaf hash).
Hash next_shard_digest(const Hash& digest, std::uint64_t index, const Hash& leaf);

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
