#include "ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>

#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

// RFC 6962: the largest power of two strictly below n, where a tree of n > 1 leaves is split.
std::uint64_t split_point(std::uint64_t n) { return std::bit_floor(n - 1); }

// The root of the `size` > 0 leaves that begin at `begin`, a multiple of the power of two at or above `size` (as every
// range that RFC 6962 splits off is): folds its perfect subtrees from the smallest, at the right, to the largest.
Result<Hash> range_root(std::uint64_t begin, std::uint64_t size, const NodeSource& nodes) {
  std::optional<Hash> root;
  std::uint64_t end = begin + size;
  for (std::uint64_t rest = size; rest != 0; rest &= rest - 1) {
    const auto level = static_cast<unsigned>(std::countr_zero(rest));
    end -= std::uint64_t{1} << level;
    TRY(const Hash node, nodes(level, end >> level));
    root = root ? node_hash(node, *root) : node;
  }
  LETOPIS_ASSERT(root.has_value());
  return *root;
}

std::string pair_text(std::string_view first, std::uint64_t a, std::string_view second, std::uint64_t b) {
  return std::string(first) + " " + std::to_string(a) + ", " + std::string(second) + " " + std::to_string(b);
}

// A path from leaf `index` to the root has `inner` hashes below the point where it meets the right edge of the tree, and
// `border` hashes above it, all of them left siblings.
struct PathShape {
  unsigned inner = 0;
  unsigned border = 0;
};
PathShape path_shape(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  const std::uint64_t above = inner == 64 ? 0 : index >> inner;
  return {inner, static_cast<unsigned>(std::popcount(above))};
}

using Path = std::span<const Hash>;

// Up the inner part: bit i of `index` says whether the i-th sibling stands on the left.
Hash climb_inner(Hash hash, Path siblings, std::uint64_t index) {
  for (const auto& sibling : siblings) {
    hash = (index & 1) != 0 ? node_hash(sibling, hash) : node_hash(hash, sibling);
    index >>= 1;
  }
  return hash;
}

// As climb_inner, but only with the siblings on the left: what the old tree of a consistency proof consists of.
Hash climb_inner_left_only(Hash hash, Path siblings, std::uint64_t index) {
  for (const auto& sibling : siblings) {
    if ((index & 1) != 0) hash = node_hash(sibling, hash);
    index >>= 1;
  }
  return hash;
}

Hash climb_border(Hash hash, Path siblings) {
  for (const auto& sibling : siblings) hash = node_hash(sibling, hash);
  return hash;
}

Status check_length(std::size_t actual, std::size_t expected) {
  if (actual == expected) return {};
  return fail("proof_length", std::to_string(actual) + " hashes where " + std::to_string(expected) + " are due");
}

}  // namespace

Hash empty_root() { return signing::sha256(ByteView{}); }

Hash leaf_hash(ByteView entry) { return signing::sha256({ByteView{&kLeafPrefix, 1}, entry}); }

Hash node_hash(const Hash& left, const Hash& right) {
  // One buffer and one update: this runs millions of times in an audit.
  std::array<std::uint8_t, 1 + 2 * Hash::kSize> message;
  message[0] = kNodePrefix;
  std::memcpy(message.data() + 1, left.bytes.data(), Hash::kSize);
  std::memcpy(message.data() + 1 + Hash::kSize, right.bytes.data(), Hash::kSize);
  return signing::sha256(ByteView{message});
}

Result<Frontier> Frontier::from_roots(std::uint64_t size, std::vector<Hash> roots) {
  if (roots.size() != static_cast<std::size_t>(std::popcount(size)))
    return fail("malformed", pair_text("tree size", size, "subtree roots", roots.size()));
  Frontier frontier;
  frontier.size_ = size;
  frontier.roots_ = std::move(roots);
  return frontier;
}

void Frontier::append(const Hash& leaf) {
  Hash carried = leaf;
  // Like a binary increment: every trailing one of the size is a perfect subtree that the new leaf completes.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    carried = node_hash(roots_.back(), carried);
    roots_.pop_back();
  }
  roots_.push_back(carried);
  ++size_;
}

Hash Frontier::root() const {
  if (roots_.empty()) return empty_root();
  Hash root = roots_.back();
  for (auto it = roots_.rbegin() + 1; it != roots_.rend(); ++it) root = node_hash(*it, root);
  return root;
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& nodes) {
  if (index >= size) return fail("out_of_range", pair_text("leaf", index, "tree size", size));
  std::vector<Hash> proof;
  std::uint64_t begin = 0;
  while (size > 1) {
    const std::uint64_t split = split_point(size);
    const bool goes_left = index - begin < split;
    TRY(const Hash sibling,
        goes_left ? range_root(begin + split, size - split, nodes) : range_root(begin, split, nodes));
    proof.push_back(sibling);
    begin += goes_left ? 0 : split;
    size = goes_left ? split : size - split;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const NodeSource& nodes) {
  if (old_size > new_size) return fail("out_of_range", pair_text("old size", old_size, "new size", new_size));
  std::vector<Hash> proof;
  if (old_size == 0) return proof;
  // SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2, walked downwards; `b` is true while the old tree is a prefix subtree
  // whose root the verifier already holds.
  std::uint64_t begin = 0, m = old_size, n = new_size;
  bool verifier_holds_root = true;
  while (m != n) {
    const std::uint64_t split = split_point(n);
    const bool goes_left = m <= split;
    TRY(const Hash sibling, goes_left ? range_root(begin + split, n - split, nodes) : range_root(begin, split, nodes));
    proof.push_back(sibling);
    if (goes_left) {
      n = split;
    } else {
      begin += split;
      m -= split;
      n -= split;
      verifier_holds_root = false;
    }
  }
  if (!verifier_holds_root) {
    TRY(const Hash seed, range_root(begin, m, nodes));
    proof.push_back(seed);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes) {
  if (size == 0) return empty_root();
  return range_root(0, size, nodes);
}

Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& proof,
                        const Hash& root) {
  if (index >= size) return fail("out_of_range", pair_text("leaf", index, "tree size", size));
  const PathShape shape = path_shape(index, size);
  TRY_STATUS(check_length(proof.size(), shape.inner + shape.border));
  const Path path{proof};
  const Hash at_edge = climb_inner(leaf, path.first(shape.inner), index);
  if (climb_border(at_edge, path.subspan(shape.inner)) != root)
    return fail("root_mismatch", "inclusion proof leads to another root");
  return {};
}

Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t new_size, const Hash& new_root,
                          const std::vector<Hash>& proof) {
  if (old_size > new_size) return fail("out_of_range", pair_text("old size", old_size, "new size", new_size));
  if (old_size == new_size || old_size == 0) {
    TRY_STATUS(check_length(proof.size(), 0));
    if (old_size == 0 && old_root != empty_root()) return fail("root_mismatch", "the empty tree has another root");
    if (old_size == new_size && old_root != new_root) return fail("root_mismatch", "two roots of one size");
    return {};
  }
  // The old tree's last perfect subtree is where the two trees begin to differ. Its root opens the proof, unless it is the
  // whole old tree, whose root the verifier holds already.
  const auto level = static_cast<unsigned>(std::countr_zero(old_size));
  const bool old_is_perfect = std::has_single_bit(old_size);
  PathShape shape = path_shape(old_size - 1, new_size);
  shape.inner -= level;
  const std::size_t seeds = old_is_perfect ? 0 : 1;
  TRY_STATUS(check_length(proof.size(), seeds + shape.inner + shape.border));

  const Hash seed = old_is_perfect ? old_root : proof.front();
  const Path path = Path{proof}.subspan(seeds);
  const Path inner = path.first(shape.inner), border = path.subspan(shape.inner);
  const std::uint64_t position = (old_size - 1) >> level;
  if (climb_border(climb_inner_left_only(seed, inner, position), border) != old_root)
    return fail("root_mismatch", "consistency proof leads to another old root");
  if (climb_border(climb_inner(seed, inner, position), border) != new_root)
    return fail("root_mismatch", "consistency proof leads to another new root");
  return {};
}

}  // namespace letopis::ledger
