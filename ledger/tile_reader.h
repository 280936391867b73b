#pragma once
// Perfect subtrees of a stored tree, from its leaf hashes and full tiles. Remembers the tiles it read; not thread-safe.

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ledger/kv.h"
#include "ledger/log_store.h"
#include "ledger/merkle.h"

namespace letopis::ledger {

class TileReader {
 public:
  TileReader(std::shared_ptr<KvStore> kv, std::uint32_t school, std::uint64_t size)
      : store_(std::move(kv)), school_(school), size_(size) {}

  using Hashes = std::shared_ptr<const std::vector<Hash>>;
  // What the tree of `size` leaves has of a tile; a partial tile of level 1 costs reading up to 65 280 leaves, and one above
  // up to 255 tiles. "out_of_range" when it has none of it, "damaged" when a row is missing.
  Result<Hashes> tile(unsigned level, std::uint64_t index);
  Result<Hash> node(unsigned level, std::uint64_t index);

 private:
  Result<std::vector<Hash>> read(unsigned level, std::uint64_t index, unsigned width);
  Result<std::vector<Hash>> read_leaves(std::uint64_t index, unsigned width);
  Result<std::vector<Hash>> read_full(unsigned level, std::uint64_t index);
  Result<std::vector<Hash>> fold_leaves(std::uint64_t index, unsigned width);
  Result<std::vector<Hash>> fold_tiles(unsigned level, std::uint64_t index, unsigned width);

  LogStore store_;
  std::uint32_t school_;
  std::uint64_t size_;
  std::map<std::pair<unsigned, std::uint64_t>, Hashes> known_;
};

// The root of 2^k hashes.
Hash perfect_root(std::vector<Hash> hashes);
// The right edge of the tree of `size` leaves, its perfect subtrees taken from `nodes`.
Result<Frontier> frontier_of(std::uint64_t size, const NodeSource& nodes);

}  // namespace letopis::ledger
