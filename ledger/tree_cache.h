#pragma once
// The trees of open schools, kept for making proofs: a proof is a walk through memory, not twenty reads of the database.
//
// For each school: every node of level ≥ 8 (a quarter of a byte per entry), all nodes over the newest kNewestTiles · 256
// leaves, and, shared by the schools, the nodes over some older tiles that were asked for, read from the store. Holds signed
// trees only: the sequencer appends after it has signed, so no proof leads to a tree that nobody committed to.
//
// Thread-safe: many readers, one appender. Errors: "unknown_school", "out_of_range" (beyond the tree), and the store's.

#include <memory>
#include <vector>

#include "ledger/log_store.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"

namespace letopis::ledger {

class TreeCache {
 public:
  static constexpr std::size_t kNewestTiles = 32;
  explicit TreeCache(std::shared_ptr<const LogStore> store, std::size_t old_tiles_max = 512);
  ~TreeCache();

  // The first `size` leaves of a school; replaces what was known of it.
  Status load(std::uint32_t school, std::uint64_t size);
  void append(std::uint32_t school, const std::vector<Hash>& leaves);

  Result<std::uint64_t> size(std::uint32_t school) const;
  Result<Hash> root(std::uint32_t school, std::uint64_t size) const;
  // Leaf upward, in the tree of `size` leaves, which may be an older one.
  Result<std::vector<Hash>> inclusion_proof(std::uint32_t school, std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<Hash>> consistency_proof(std::uint32_t school, std::uint64_t old_size,
                                              std::uint64_t new_size) const;
  // As LogStore::tile; a partial tile of a higher level costs nothing here, and tens of milliseconds there.
  Result<Bytes> tile(std::uint32_t school, const TileAddress& address, std::uint64_t size) const;
  // Perfect subtrees of the tree; thread-safe, valid as long as the cache.
  NodeSource nodes(std::uint32_t school) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace letopis::ledger
