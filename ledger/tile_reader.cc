#include "ledger/tile_reader.h"

#include <bit>

#include "ledger/store_rows.h"
#include "ledger/tiles.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kKnownTilesMax = 64;  // half a megabyte

std::string name_of(unsigned level, std::uint64_t index) {
  return "tile " + std::to_string(index) + " of level " + std::to_string(level);
}

}  // namespace

Hash perfect_root(std::vector<Hash> hashes) {
  LETOPIS_ASSERT(std::has_single_bit(hashes.size()));
  for (std::size_t width = hashes.size(); width > 1; width /= 2)
    for (std::size_t i = 0; i < width / 2; ++i) hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  return hashes.front();
}

Result<Frontier> frontier_of(std::uint64_t size, const NodeSource& nodes) {
  std::vector<Hash> roots;
  std::uint64_t begin = 0;
  for (unsigned level = 64; level-- > 0;) {
    const std::uint64_t width = std::uint64_t{1} << level;
    if ((size & width) == 0) continue;
    TRY(roots.emplace_back(), nodes(level, begin >> level));
    begin += width;
  }
  return Frontier::from_roots(size, std::move(roots));
}

Result<TileReader::Hashes> TileReader::tile(unsigned level, std::uint64_t index) {
  if (const auto known = known_.find({level, index}); known != known_.end()) return known->second;
  const unsigned width = tile_width(size_, level, index);
  if (width == 0) return fail("out_of_range", name_of(level, index) + ", tree size " + std::to_string(size_));
  TRY(auto hashes, read(level, index, width));
  auto shared = std::make_shared<const std::vector<Hash>>(std::move(hashes));
  if (known_.size() >= kKnownTilesMax) known_.clear();
  known_.emplace(std::pair(level, index), shared);
  return shared;
}

Result<Hash> TileReader::node(unsigned level, std::uint64_t index) {
  const unsigned height = level % kTileHeight;
  const std::uint64_t first = index << height;
  TRY(const auto hashes, tile(level / kTileHeight, first / kTileWidth));
  const auto from = static_cast<std::size_t>(first % kTileWidth);
  const std::size_t count = std::size_t{1} << height;
  if (from + count > hashes->size())
    return fail("out_of_range", "node " + std::to_string(index) + " of level " + std::to_string(level) +
                                    ", tree size " + std::to_string(size_));
  const auto begin = hashes->begin() + static_cast<std::ptrdiff_t>(from);
  return perfect_root({begin, begin + static_cast<std::ptrdiff_t>(count)});
}

Result<std::vector<Hash>> TileReader::read(unsigned level, std::uint64_t index, unsigned width) {
  if (level == 0) return read_leaves(index, width);
  if (width == kTileWidth) return read_full(level, index);
  return level == 1 ? fold_leaves(index, width) : fold_tiles(level, index, width);
}

Result<std::vector<Hash>> TileReader::read_leaves(std::uint64_t index, unsigned width) {
  std::vector<Hash> hashes;
  hashes.reserve(width);
  const std::uint64_t from = index * kTileWidth;
  TRY_STATUS(store_.each_leaf(school_, from, from + width, false, [&](std::uint64_t, const Hash& leaf) {
    hashes.push_back(leaf);
    return true;
  }));
  return hashes;
}

Result<std::vector<Hash>> TileReader::read_full(unsigned level, std::uint64_t index) {
  TRY(const auto row, store_.kv().get(rows::tile(school_, level, index)));
  if (!row) return fail("damaged", name_of(level, index) + " is missing");
  if (row->size() != kTileWidth * Hash::kSize) return fail("damaged", name_of(level, index) + " is of another length");
  std::vector<Hash> hashes(kTileWidth);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    hashes[i] = Hash::copy_of(ByteView(*row).subspan(i * Hash::kSize, Hash::kSize));
  return hashes;
}

// The leaves below an unfinished tile of level 1, in one scan.
Result<std::vector<Hash>> TileReader::fold_leaves(std::uint64_t index, unsigned width) {
  std::vector<Hash> hashes;
  std::vector<Hash> block;
  const std::uint64_t from = index * kTileWidth * kTileWidth;
  TRY_STATUS(store_.each_leaf(school_, from, from + width * kTileWidth, false, [&](std::uint64_t, const Hash& leaf) {
    block.push_back(leaf);
    if (block.size() == kTileWidth) {
      hashes.push_back(perfect_root(block));
      block.clear();
    }
    return true;
  }));
  return hashes;
}

Result<std::vector<Hash>> TileReader::fold_tiles(unsigned level, std::uint64_t index, unsigned width) {
  std::vector<Hash> hashes;
  hashes.reserve(width);
  for (unsigned i = 0; i < width; ++i) {
    TRY(auto below, read_full(level - 1, index * kTileWidth + i));
    hashes.push_back(perfect_root(std::move(below)));
  }
  return hashes;
}

}  // namespace letopis::ledger
