#include "ledger/tree_cache.h"

#include <array>
#include <bit>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace letopis::ledger {
namespace {

constexpr std::size_t kEdgesKept = 8;  // receipts are made under the newest few checkpoints

// The nodes over up to 256 leaves; only those over leaves that are there have a meaning.
class LeafTile {
 public:
  void append(const Hash& leaf) {
    std::size_t position = width_++;
    at(0, position) = leaf;
    for (unsigned level = 0; position % 2 == 1; ++level, position /= 2)
      at(level + 1, position / 2) = node_hash(node(level, position - 1), node(level, position));
  }
  std::size_t width() const { return width_; }
  bool full() const { return width_ == kTileWidth; }
  const Hash& node(unsigned level, std::size_t position) const { return nodes_[first(level) + position]; }

 private:
  static std::size_t first(unsigned level) { return 2 * kTileWidth - (2 * kTileWidth >> level); }
  Hash& at(unsigned level, std::size_t position) { return nodes_[first(level) + position]; }

  std::array<Hash, 2 * kTileWidth - 1> nodes_;
  std::size_t width_ = 0;
};

// edge[l] = the root of everything from the last node of level l on: MTH(D[((n-1) >> l) << l : n]).
struct Edge {
  std::uint64_t size = 0;
  std::vector<Hash> hashes;
};

unsigned levels_of(std::uint64_t size) { return size <= 1 ? 0 : static_cast<unsigned>(std::bit_width(size - 1)); }

struct Tree {
  std::uint64_t size = 0;
  std::vector<std::vector<Hash>> upper;  // [level - 8]: every perfect subtree
  std::uint64_t first_newest = 0;        // the tile number of newest.front()
  std::deque<std::unique_ptr<LeafTile>> newest;
  std::deque<Edge> edges;  // of the newest trees, oldest first

  const Hash& upper_node(unsigned level, std::uint64_t index) const {
    return upper[level - kTileHeight][static_cast<std::size_t>(index)];
  }
  const LeafTile* newest_tile(std::uint64_t number) const {
    if (number < first_newest || number - first_newest >= newest.size()) return nullptr;
    return newest[static_cast<std::size_t>(number - first_newest)].get();
  }
  void add_upper(const Hash& hash);
  void append(const Hash& leaf);
};

void Tree::add_upper(const Hash& hash) {
  Hash carried = hash;
  for (std::size_t level = 0;; ++level) {
    if (upper.size() == level) upper.emplace_back();
    auto& nodes = upper[level];
    nodes.push_back(carried);
    if (nodes.size() % 2 == 1) return;
    carried = node_hash(nodes[nodes.size() - 2], nodes.back());
  }
}

void Tree::append(const Hash& leaf) {
  if (newest.empty() || newest.back()->full()) {
    if (newest.empty()) first_newest = size / kTileWidth;
    newest.push_back(std::make_unique<LeafTile>());
    if (newest.size() > TreeCache::kNewestTiles) {
      newest.pop_front();
      ++first_newest;
    }
  }
  LeafTile& tile = *newest.back();
  tile.append(leaf);
  ++size;
  if (tile.full()) add_upper(tile.node(kTileHeight, 0));
}

struct TreeOfSchool {
  mutable std::shared_mutex mutex;
  Tree tree;
};

}  // namespace

struct TreeCache::Impl {
  std::shared_ptr<const LogStore> store;
  std::size_t old_tiles_max;

  mutable std::shared_mutex trees_mutex;
  std::unordered_map<std::uint32_t, std::shared_ptr<TreeOfSchool>> trees;

  using TileKey = std::pair<std::uint32_t, std::uint64_t>;
  mutable std::mutex old_mutex;
  mutable std::map<TileKey, std::shared_ptr<const LeafTile>> old_tiles;
  mutable std::deque<TileKey> old_order;

  Result<std::shared_ptr<TreeOfSchool>> find(std::uint32_t school) const;
  Result<std::shared_ptr<const LeafTile>> old_tile(std::uint32_t school, std::uint64_t number) const;
  Status load(std::uint32_t school, std::uint64_t size, Tree& tree) const;
  // Reads the tile of a leaf from the store, if it must be read, before the tree is locked: the appender never waits for a disk.
  Status warm(std::uint32_t school, const TreeOfSchool& of, std::uint64_t leaf) const;

  // A leaf tile of the tree, wherever it is; `keep` holds one that may go away.
  Result<const LeafTile*> leaf_tile(std::uint32_t school, const Tree& tree, std::uint64_t number,
                                    std::shared_ptr<const LeafTile>& keep) const;
  Result<Hash> node(std::uint32_t school, const Tree& tree, unsigned level, std::uint64_t index) const;
  Result<Edge> edge(std::uint32_t school, const Tree& tree, std::uint64_t size) const;
  Result<std::vector<Hash>> path(std::uint32_t school, const Tree& tree, std::uint64_t index, const Edge& edge) const;
};

Result<std::shared_ptr<TreeOfSchool>> TreeCache::Impl::find(std::uint32_t school) const {
  const std::shared_lock guard(trees_mutex);
  const auto found = trees.find(school);
  if (found == trees.end()) return fail("unknown_school", "school " + std::to_string(school) + " is not open");
  return found->second;
}

Result<std::shared_ptr<const LeafTile>> TreeCache::Impl::old_tile(std::uint32_t school, std::uint64_t number) const {
  {
    const std::lock_guard guard(old_mutex);
    if (const auto found = old_tiles.find({school, number}); found != old_tiles.end()) return found->second;
  }
  auto tile = std::make_shared<LeafTile>();
  const std::uint64_t from = number * kTileWidth;
  TRY_STATUS(store->each_leaf(school, from, from + kTileWidth, false, [&](std::uint64_t, const Hash& leaf) {
    tile->append(leaf);
    return true;
  }));
  const std::lock_guard guard(old_mutex);
  if (!old_tiles.emplace(TileKey{school, number}, tile).second) return tile;
  old_order.push_back({school, number});
  if (old_order.size() > old_tiles_max) {
    old_tiles.erase(old_order.front());
    old_order.pop_front();
  }
  return tile;
}

Result<const LeafTile*> TreeCache::Impl::leaf_tile(std::uint32_t school, const Tree& tree, std::uint64_t number,
                                                   std::shared_ptr<const LeafTile>& keep) const {
  if (const LeafTile* newest = tree.newest_tile(number)) return newest;
  TRY(keep, old_tile(school, number));
  return keep.get();
}

Status TreeCache::Impl::warm(std::uint32_t school, const TreeOfSchool& of, std::uint64_t leaf) const {
  {
    const std::shared_lock guard(of.mutex);
    if (leaf >= of.tree.size || of.tree.newest_tile(leaf / kTileWidth) != nullptr) return {};
  }
  TRY_STATUS(old_tile(school, leaf / kTileWidth));
  return {};
}

Result<Hash> TreeCache::Impl::node(std::uint32_t school, const Tree& tree, unsigned level, std::uint64_t index) const {
  if (level >= 64 || index >= tree.size >> level)
    return fail("out_of_range", "node " + std::to_string(index) + " of level " + std::to_string(level));
  if (level >= kTileHeight) return tree.upper_node(level, index);
  const std::uint64_t number = index >> (kTileHeight - level);
  std::shared_ptr<const LeafTile> keep;
  TRY(const LeafTile* tile, leaf_tile(school, tree, number, keep));
  return tile->node(level, static_cast<std::size_t>(index - (number << (kTileHeight - level))));
}

Result<Edge> TreeCache::Impl::edge(std::uint32_t school, const Tree& tree, std::uint64_t size) const {
  if (size == 0 || size > tree.size)
    return fail("out_of_range", "a tree of size " + std::to_string(size) + " of " + std::to_string(tree.size));
  for (const auto& known : tree.edges)
    if (known.size == size) return known;
  Edge edge{size, {}};
  TRY(Hash hash, node(school, tree, 0, size - 1));
  edge.hashes.push_back(hash);
  for (unsigned level = 0; level < levels_of(size); ++level) {
    const std::uint64_t last = (size - 1) >> level;
    if (last % 2 == 1) {
      TRY(const Hash left, node(school, tree, level, last - 1));
      hash = node_hash(left, hash);
    }
    edge.hashes.push_back(hash);
  }
  return edge;
}

Result<std::vector<Hash>> TreeCache::Impl::path(std::uint32_t school, const Tree& tree, std::uint64_t index,
                                                const Edge& edge) const {
  if (index >= edge.size)
    return fail("out_of_range", "leaf " + std::to_string(index) + ", tree size " + std::to_string(edge.size));
  std::vector<Hash> proof;
  proof.reserve(levels_of(edge.size));
  std::shared_ptr<const LeafTile> keep;
  TRY(const LeafTile* tile, leaf_tile(school, tree, index / kTileWidth, keep));
  for (unsigned level = 0; level < levels_of(edge.size); ++level) {
    const std::uint64_t sibling = (index >> level) ^ 1;
    const std::uint64_t last = (edge.size - 1) >> level;
    if (sibling > last) continue;
    if (sibling == last)
      proof.push_back(edge.hashes[level]);
    else if (level >= kTileHeight)
      proof.push_back(tree.upper_node(level, sibling));
    else
      proof.push_back(tile->node(level, static_cast<std::size_t>(sibling & ((kTileWidth >> level) - 1))));
  }
  return proof;
}

Status TreeCache::Impl::load(std::uint32_t school, std::uint64_t size, Tree& tree) const {
  const NodeSource nodes = store->nodes(school, size);
  const std::uint64_t full_tiles = size / kTileWidth;
  const std::uint64_t newest = full_tiles > kNewestTiles - 1 ? full_tiles - (kNewestTiles - 1) : 0;
  for (std::uint64_t i = 0; i < newest; ++i) {
    TRY(const Hash hash, nodes(kTileHeight, i));
    tree.add_upper(hash);
  }
  tree.size = newest * kTileWidth;
  return store->each_leaf(school, tree.size, size, false, [&](std::uint64_t, const Hash& leaf) {
    tree.append(leaf);
    return true;
  });
}

TreeCache::TreeCache(std::shared_ptr<const LogStore> store, std::size_t old_tiles_max)
    : impl_(std::make_unique<Impl>()) {
  impl_->store = std::move(store);
  impl_->old_tiles_max = old_tiles_max;
}
TreeCache::~TreeCache() = default;

Status TreeCache::load(std::uint32_t school, std::uint64_t size) {
  auto fresh = std::make_shared<TreeOfSchool>();
  TRY_STATUS(impl_->load(school, size, fresh->tree));
  if (size > 0) {
    TRY(auto edge, impl_->edge(school, fresh->tree, size));
    fresh->tree.edges.push_back(std::move(edge));
  }
  const std::lock_guard guard(impl_->trees_mutex);
  impl_->trees[school] = std::move(fresh);
  return {};
}

void TreeCache::append(std::uint32_t school, const std::vector<Hash>& leaves) {
  const auto found = impl_->find(school);
  LETOPIS_ASSERT(found.has_value());
  auto& [mutex, tree] = **found;
  const std::lock_guard guard(mutex);
  for (const auto& leaf : leaves) tree.append(leaf);
  if (leaves.empty()) return;
  auto edge = impl_->edge(school, tree, tree.size);
  LETOPIS_ASSERT(edge.has_value());  // the last tile and all upper levels are in memory
  tree.edges.push_back(*std::move(edge));
  if (tree.edges.size() > kEdgesKept) tree.edges.pop_front();
}

Result<std::uint64_t> TreeCache::size(std::uint32_t school) const {
  TRY(const auto found, impl_->find(school));
  const std::shared_lock guard(found->mutex);
  return found->tree.size;
}

Result<Hash> TreeCache::root(std::uint32_t school, std::uint64_t size) const {
  if (size == 0) return empty_root();
  TRY(const auto found, impl_->find(school));
  TRY_STATUS(impl_->warm(school, *found, size - 1));
  const std::shared_lock guard(found->mutex);
  TRY(const auto edge, impl_->edge(school, found->tree, size));
  return edge.hashes.back();
}

Result<std::vector<Hash>> TreeCache::inclusion_proof(std::uint32_t school, std::uint64_t index,
                                                     std::uint64_t size) const {
  TRY(const auto found, impl_->find(school));
  TRY_STATUS(impl_->warm(school, *found, index));
  TRY_STATUS(impl_->warm(school, *found, size == 0 ? 0 : size - 1));
  const std::shared_lock guard(found->mutex);
  for (const auto& known : found->tree.edges)
    if (known.size == size) return impl_->path(school, found->tree, index, known);
  TRY(const auto edge, impl_->edge(school, found->tree, size));
  return impl_->path(school, found->tree, index, edge);
}

Result<std::vector<Hash>> TreeCache::consistency_proof(std::uint32_t school, std::uint64_t old_size,
                                                       std::uint64_t new_size) const {
  TRY(const std::uint64_t size, this->size(school));
  if (new_size > size)
    return fail("out_of_range", "a tree of size " + std::to_string(new_size) + " of " + std::to_string(size));
  return ledger::consistency_proof(old_size, new_size, nodes(school));
}

Result<Bytes> TreeCache::tile(std::uint32_t school, const TileAddress& address, std::uint64_t size) const {
  TRY(const auto found, impl_->find(school));
  const unsigned available = tile_width(size, address.level, address.index);
  const bool is_upper = !address.entries && address.level > 0;
  if (!is_upper || address.width == 0 || address.width > available) return impl_->store->tile(school, address, size);
  const std::shared_lock guard(found->mutex);
  if (size > found->tree.size) return fail("out_of_range", "beyond the newest signed tree");
  Bytes out;
  out.reserve(address.width * Hash::kSize);
  const unsigned level = kTileHeight * address.level;
  for (unsigned i = 0; i < address.width; ++i)
    letopis::append(out, found->tree.upper_node(level, address.index * kTileWidth + i).view());
  return out;
}

NodeSource TreeCache::nodes(std::uint32_t school) const {
  return [impl = impl_.get(), school](unsigned level, std::uint64_t index) -> Result<Hash> {
    TRY(const auto found, impl->find(school));
    if (level < kTileHeight) TRY_STATUS(impl->warm(school, *found, index << level));
    const std::shared_lock guard(found->mutex);
    return impl->node(school, found->tree, level, index);
  };
}

}  // namespace letopis::ledger
