#pragma once
// The growing edge of a tree as it is stored: what has to be written, besides the leaves, when one is appended.

#include <array>
#include <vector>

#include "ledger/merkle.h"
#include "ledger/tiles.h"

namespace letopis::ledger {

// A tile of level ≥ 1 whose last hash has just been computed.
struct FullTile {
  unsigned level = 0;
  std::uint64_t index = 0;
  Bytes hashes;
};

class TileBuilder {
 public:
  TileBuilder() = default;
  // At the edge of the tree of `size` leaves; the source's errors.
  static Result<TileBuilder> at(std::uint64_t size, const NodeSource& nodes);

  // One hash per leaf, amortised. Tiles that this leaf completes are added to `full`.
  void append(const Hash& leaf, std::vector<FullTile>& full);
  std::uint64_t size() const { return size_; }
  Hash root() const;
  const std::vector<Hash>& roots() const { return roots_; }

 private:
  void completed(unsigned tile_level, const Hash& hash, std::vector<FullTile>& full);

  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;                      // of the perfect subtrees, largest first
  std::array<Bytes, kTileLevelMax> unfinished_;  // [level - 1]: the hashes so far of the tile at the edge
};

}  // namespace letopis::ledger
