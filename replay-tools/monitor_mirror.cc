#include "replay-tools/monitor_mirror.h"

namespace letopis::monitor {

using ledger::Frontier;

Mirror::Mirror(Frontier base, std::vector<Hash> leaves)
    : base_(std::move(base)), edge_(base_), leaves_(std::move(leaves)) {
  for (const auto& leaf : leaves_) edge_.append(leaf);
}

void Mirror::append(const Hash& leaf) {
  leaves_.push_back(leaf);
  edge_.append(leaf);
}

void Mirror::forget_before(std::uint64_t size) {
  LETOPIS_ASSERT(size >= first() && size <= this->size());
  const auto end = leaves_.begin() + static_cast<std::ptrdiff_t>(size - first());
  for (auto leaf = leaves_.begin(); leaf != end; ++leaf) base_.append(*leaf);
  leaves_.erase(leaves_.begin(), end);
}

std::optional<Hash> Mirror::root_at(std::uint64_t size) const {
  if (size < first() || size > this->size()) return std::nullopt;
  if (size == this->size()) return root();
  Frontier edge = base_;
  for (std::size_t i = 0; i < size - first(); ++i) edge.append(leaves_[i]);
  return edge.root();
}

std::optional<Hash> Mirror::leaf(std::uint64_t index) const {
  if (index < first() || index >= size()) return std::nullopt;
  return leaves_[static_cast<std::size_t>(index - first())];
}

// The edge consists of perfect subtrees, one for each bit of its size, the largest first.
std::optional<Hash> Mirror::node_of_base(unsigned level, std::uint64_t index) const {
  std::uint64_t begin = 0;
  auto root = base_.roots().begin();
  for (unsigned bit = 64; bit-- > 0;) {
    const std::uint64_t width = std::uint64_t{1} << bit;
    if ((base_.size() & width) == 0) continue;
    if (bit == level && begin >> level == index) return *root;
    begin += width;
    ++root;
  }
  return std::nullopt;
}

Result<Hash> Mirror::node(unsigned level, std::uint64_t index) const {
  const auto outside = [&] {
    return fail("out_of_range", "node " + std::to_string(index) + " of level " + std::to_string(level));
  };
  if (level >= 64 || index >= size() >> level) return outside();
  if (const std::uint64_t end = (index + 1) << level; end <= first()) {
    const auto known = node_of_base(level, index);
    return known ? Result<Hash>(*known) : outside();
  }
  if (level == 0) return leaves_[static_cast<std::size_t>(index - first())];
  TRY(const Hash left, node(level - 1, 2 * index));
  TRY(const Hash right, node(level - 1, 2 * index + 1));
  return ledger::node_hash(left, right);
}

}  // namespace letopis::monitor
