#include "replay-tools/audit_merkle.h"

#include "signing/sha256.h"

namespace letopis::audit {
namespace {

constexpr std::size_t kRootsRememberedMax = 4096;

}  // namespace

Hash hash_of_entry(ByteView entry) {
  constexpr std::uint8_t kLeaf = 0;
  return signing::sha256({{&kLeaf, 1}, entry});
}

Hash hash_of_pair(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 1 + 2 * Hash::kSize> bytes;
  bytes[0] = 1;
  std::copy(left.bytes.begin(), left.bytes.end(), bytes.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), bytes.begin() + 1 + Hash::kSize);
  return signing::sha256(ByteView(bytes));
}

std::optional<Hash> root_of_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                      const std::vector<Hash>& proof) {
  if (index >= size) return std::nullopt;
  Hash node = leaf;
  std::uint64_t last = size - 1;
  for (const Hash& sibling : proof) {
    if (last == 0) return std::nullopt;
    if (index % 2 != 0 || index == last) {
      node = hash_of_pair(sibling, node);
      // The last node of a level has no sibling on the right: it goes up until it is one itself.
      while (index % 2 == 0 && index != 0) index /= 2, last /= 2;
    } else {
      node = hash_of_pair(node, sibling);
    }
    index /= 2;
    last /= 2;
  }
  if (last != 0) return std::nullopt;
  return node;
}

void AuditTree::append(const Hash& leaf) {
  Hash node = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(node);
    const std::uint64_t count = (first_ >> level) + levels_[level].size();
    if (count % 2 != 0) return;
    node = hash_of_pair(this->node(static_cast<unsigned>(level), count - 2), node);
  }
}

Hash AuditTree::node(unsigned level, std::uint64_t index) const {
  const std::uint64_t kept = first_ >> level;
  if (index < kept) return kept_(level, index);
  LETOPIS_ASSERT(level < levels_.size() && index - kept < levels_[level].size());
  return levels_[level][static_cast<std::size_t>(index - kept)];
}

std::optional<Hash> AuditTree::root_at(std::uint64_t size) const {
  if (size > this->size()) return std::nullopt;
  if (size == 0) return signing::sha256(ByteView());
  if (const auto known = asked_.find(size); known != asked_.end()) return known->second;
  // The bits of the size are the perfect subtrees; joined from the right, smallest first.
  std::optional<Hash> root;
  for (unsigned level = 0; level < 64 && (size >> level) != 0; ++level) {
    if ((size >> level & 1) == 0) continue;
    const Hash left = node(level, (size >> level) - 1);
    root = root ? hash_of_pair(left, *root) : left;
  }
  if (asked_.size() >= kRootsRememberedMax) asked_.clear();
  asked_.emplace(size, *root);
  return root;
}

}  // namespace letopis::audit
