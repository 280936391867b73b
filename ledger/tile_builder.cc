#include "ledger/tile_builder.h"

#include "ledger/tile_reader.h"

namespace letopis::ledger {

Result<TileBuilder> TileBuilder::at(std::uint64_t size, const NodeSource& nodes) {
  TileBuilder builder;
  TRY(const Frontier frontier, frontier_of(size, nodes));
  builder.size_ = size;
  builder.roots_ = frontier.roots();
  for (unsigned level = 1; level <= kTileLevelMax; ++level) {
    const std::uint64_t hashes = size >> (kTileHeight * level);
    for (std::uint64_t i = hashes - hashes % kTileWidth; i < hashes; ++i) {
      TRY(const Hash hash, nodes(kTileHeight * level, i));
      letopis::append(builder.unfinished_[level - 1], hash.view());
    }
  }
  return builder;
}

void TileBuilder::append(const Hash& leaf, std::vector<FullTile>& full) {
  Hash carried = leaf;
  unsigned level = 0;
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    carried = node_hash(roots_.back(), carried);
    roots_.pop_back();
    if (++level % kTileHeight == 0) completed(level / kTileHeight, carried, full);
  }
  roots_.push_back(carried);
  ++size_;
}

Hash TileBuilder::root() const {
  if (roots_.empty()) return empty_root();
  Hash root = roots_.back();
  for (auto it = roots_.rbegin() + 1; it != roots_.rend(); ++it) root = node_hash(*it, root);
  return root;
}

void TileBuilder::completed(unsigned tile_level, const Hash& hash, std::vector<FullTile>& full) {
  Bytes& tile = unfinished_[tile_level - 1];
  letopis::append(tile, hash.view());
  if (tile.size() < kTileWidth * Hash::kSize) return;
  const std::uint64_t tiles = (size_ + 1) >> (kTileHeight * (tile_level + 1));
  full.push_back({tile_level, tiles - 1, std::move(tile)});
  tile.clear();
}

}  // namespace letopis::ledger
