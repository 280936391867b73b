#pragma once
// The tree of state commitments (docs/formats/state.md) of which only what changes is read: it lies in rows, and a root costs what
// was changed since the last one, however large the tree is. The auditor's own, written apart from ledger/sparse_tree: a mistake in
// one shows against the other. Not thread-safe.
//
// The leaves lie in 65 536 buckets by the first two bytes of their keys; above them the nodes at depth 16, in 256 groups, and at
// depth 8.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/shard_key.h"
#include "signing/base/bytes.h"

namespace letopis::audit {

class KeptShards {
 public:
  // What stands in a row of rows(); nullopt where there is none yet.
  using Row = std::function<std::optional<Bytes>(ByteView key)>;
  // Hears of a row that is not what was written, or has not the hash that the row above says: no root is worth anything then.
  using Damaged = std::function<void(ByteView key)>;
  KeptShards(Row row, Damaged damaged, std::uint64_t count)
      : row_(std::move(row)), damaged_(std::move(damaged)), count_(count) {}

  // An entry of a shard: its digest grows by one. Twice for one entry changes nothing.
  void add(const ledger::ShardKey& shard, std::uint64_t index, const Hash& leaf);
  // A digest as it stands, under its key in the tree.
  void set(const Hash& key, const Hash& digest);
  Hash root();
  std::uint64_t count() const { return count_; }  // shards that have an entry

  // What changed since it was made.
  using PutRow = std::function<void(Bytes key, Bytes value)>;
  void rows(const PutRow& put);

  // A subtree, as its parent sees it: one leaf has the leaf's hash at any depth.
  struct Node {
    enum class Kind : std::uint8_t { kEmpty = 0, kLeaf = 1, kInner = 2 };
    Hash hash;
    Kind kind = Kind::kEmpty;
  };

 private:
  static constexpr std::size_t kWidth = 256;
  using Nodes = std::vector<Node>;  // kWidth of them
  struct Bucket {
    std::vector<std::pair<Hash, Hash>> leaves;  // key, digest; by key
    bool changed = false;
  };
  struct Group {
    Nodes nodes;
    bool changed = false;
  };
  Bucket& bucket(std::size_t number);
  Group& group(std::size_t number);
  Nodes& top();
  template <class T>
  T read(const Bytes& key) const;
  Nodes read_nodes(const Bytes& key) const;
  Hash* find(const Hash& key);

  Row row_;
  Damaged damaged_;
  std::uint64_t count_;
  std::map<std::size_t, Bucket> buckets_;
  std::map<std::size_t, Group> groups_;
  Nodes top_;
  std::vector<std::size_t> stale_;  // buckets whose node is of before
  std::map<ledger::ShardKey, std::uint64_t> newest_;
};

}  // namespace letopis::audit
