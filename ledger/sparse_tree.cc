#include "ledger/sparse_tree.h"

#include <algorithm>
#include <bit>

#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kLeafTag = "letopis/state-leaf/v1";
constexpr std::string_view kNodeTag = "letopis/state-node/v1";
constexpr unsigned kDepth = Hash::kSize * 8;
constexpr Hash kEmpty{};

// tag ‖ 0 ‖ first ‖ second, built on the stack and hashed in one call: an update of the tree is made of nothing else.
template <const std::string_view& Tag>
Hash hash_pair(const Hash& first, const Hash& second) {
  std::array<std::uint8_t, Tag.size() + 1 + 2 * Hash::kSize> message;
  std::memcpy(message.data(), Tag.data(), Tag.size());
  message[Tag.size()] = 0;
  std::memcpy(message.data() + Tag.size() + 1, first.bytes.data(), Hash::kSize);
  std::memcpy(message.data() + Tag.size() + 1 + Hash::kSize, second.bytes.data(), Hash::kSize);
  return signing::sha256(ByteView{message});
}
Hash hash_leaf(const Hash& key, const Hash& value) { return hash_pair<kLeafTag>(key, value); }
Hash hash_inner(const Hash& left, const Hash& right) { return hash_pair<kNodeTag>(left, right); }

unsigned bit_of(const Hash& key, unsigned position) { return key.bytes[position / 8] >> (7 - position % 8) & 1u; }

// The first bit in which the keys differ; kDepth when they are equal.
unsigned first_difference(const Hash& a, const Hash& b) {
  for (unsigned i = 0; i < Hash::kSize; ++i) {
    const auto differing = static_cast<std::uint8_t>(a.bytes[i] ^ b.bytes[i]);
    if (differing != 0) return i * 8 + static_cast<unsigned>(std::countl_zero(differing));
  }
  return kDepth;
}

// The node one level up on the path of `key`, whose bit at `position` says on which side `hash` stands.
Hash hash_parent(const Hash& key, unsigned position, const Hash& hash, const Hash& sibling) {
  return bit_of(key, position) != 0 ? hash_inner(sibling, hash) : hash_inner(hash, sibling);
}

}  // namespace

// A path-compressed binary trie in two arenas: n leaves and n - 1 branches, each branch at the bit where the keys below it
// part. The inner nodes with one empty side, which compression leaves out, exist only as the hashing steps of lift().
struct SparseTree::Impl {
  // An index into `leaves` or `branches`.
  struct Ref {
    std::uint32_t index = 0;
    bool is_leaf = false;
  };
  struct Leaf {
    Hash key;
    Hash value;
    Hash hash;
    bool dirty = true;
  };
  struct Branch {
    // Of the subtree as it hangs below its parent branch: lifted over the bits that compression left out. A branch whose
    // parent changes is therefore dirty, and so is every branch above a dirty node.
    Hash hash;
    std::array<Ref, 2> child;
    unsigned position = 0;  // the bit that chooses the child
    bool dirty = true;
  };

  std::vector<Leaf> leaves;
  std::vector<Branch> branches;
  std::vector<std::uint32_t> free_leaves;
  std::vector<std::uint32_t> free_branches;
  std::optional<Ref> top;
  std::vector<std::uint32_t> path;  // the branches that the last find_leaf() passed; kept to spare allocations

  Ref new_leaf(const Hash& key, const Hash& value) {
    if (free_leaves.empty()) {
      leaves.push_back({key, value, {}, true});
      return {static_cast<std::uint32_t>(leaves.size() - 1), true};
    }
    const std::uint32_t index = free_leaves.back();
    free_leaves.pop_back();
    leaves[index] = {key, value, {}, true};
    return {index, true};
  }

  Ref new_branch(unsigned position, const std::array<Ref, 2>& child) {
    if (free_branches.empty()) {
      branches.push_back({{}, child, position, true});
      return {static_cast<std::uint32_t>(branches.size() - 1), false};
    }
    const std::uint32_t index = free_branches.back();
    free_branches.pop_back();
    branches[index] = {{}, child, position, true};
    return {index, false};
  }

  // Follows the bits of `key` to the one leaf it can be, and records the branches passed. The tree is not empty.
  const Leaf& find_leaf(const Hash& key) { return leaves[find_leaf_index(key)]; }
  std::uint32_t find_leaf_index(const Hash& key) {
    path.clear();
    Ref at = *top;
    while (!at.is_leaf) {
      path.push_back(at.index);
      at = branches[at.index].child[bit_of(key, branches[at.index].position)];
    }
    return at.index;
  }

  // The slot that holds the subtree below the last branch of `path` on the way to `key`.
  Ref& slot_below_path(const Hash& key) {
    if (path.empty()) return *top;
    Branch& parent = branches[path.back()];
    return parent.child[bit_of(key, parent.position)];
  }

  void mark_path() {
    for (const auto index : path) branches[index].dirty = true;
  }
  void mark_moved(Ref ref) {
    if (!ref.is_leaf) branches[ref.index].dirty = true;
  }

  void insert(const Hash& key, const Hash& value) {
    if (!top) {
      top = new_leaf(key, value);
      return;
    }
    const std::uint32_t found = find_leaf_index(key);
    const unsigned position = first_difference(key, leaves[found].key);
    if (position == kDepth) {
      replace(found, value);
      return;
    }
    while (!path.empty() && branches[path.back()].position > position) path.pop_back();
    mark_path();
    const Ref leaf = new_leaf(key, value);
    Ref neighbour = slot_below_path(key);
    mark_moved(neighbour);
    const Ref branch =
        bit_of(key, position) != 0 ? new_branch(position, {neighbour, leaf}) : new_branch(position, {leaf, neighbour});
    slot_below_path(key) = branch;
  }

  void replace(std::uint32_t leaf, const Hash& value) {
    if (leaves[leaf].value == value) return;
    leaves[leaf].value = value;
    leaves[leaf].dirty = true;
    mark_path();
  }

  void remove(const Hash& key) {
    if (!top) return;
    const std::uint32_t found = find_leaf_index(key);
    if (leaves[found].key != key) return;
    free_leaves.push_back(found);
    if (path.empty()) {
      top.reset();
      return;
    }
    const std::uint32_t parent = path.back();
    const Ref neighbour = branches[parent].child[1 - bit_of(key, branches[parent].position)];
    free_branches.push_back(parent);
    path.pop_back();
    slot_below_path(key) = neighbour;
    mark_moved(neighbour);
    mark_path();
  }

  const Hash& any_key_below(Ref ref) const {
    while (!ref.is_leaf) ref = branches[ref.index].child[0];
    return leaves[ref.index].key;
  }

  // The hash at depth `to` of a branch whose children's hashes are fresh: over the bits between, the other side is empty.
  Hash lift(const Branch& branch, const Hash& left, const Hash& right, unsigned to) const {
    Hash hash = hash_inner(left, right);
    if (branch.position == to) return hash;
    const Hash& key = any_key_below(branch.child[0]);
    for (unsigned position = branch.position; position-- > to;) hash = hash_parent(key, position, hash, kEmpty);
    return hash;
  }

  // Recursion is at most kDepth deep.
  const Hash& rehash(Ref ref, unsigned depth) {
    if (ref.is_leaf) {
      Leaf& leaf = leaves[ref.index];
      if (leaf.dirty) leaf.hash = hash_leaf(leaf.key, leaf.value);
      leaf.dirty = false;
      return leaf.hash;
    }
    Branch& branch = branches[ref.index];
    if (!branch.dirty) return branch.hash;
    const Hash& left = rehash(branch.child[0], branch.position + 1);
    const Hash& right = rehash(branch.child[1], branch.position + 1);
    branch.hash = lift(branch, left, right, depth);
    branch.dirty = false;
    return branch.hash;
  }

  const Hash& fresh_hash(Ref ref) const { return ref.is_leaf ? leaves[ref.index].hash : branches[ref.index].hash; }

  Hash root() { return top ? rehash(*top, 0) : kEmpty; }

  Proof prove(const Hash& key) {
    root();
    Proof proof;
    if (!top) return proof;
    const Leaf& leaf = find_leaf(key);
    const unsigned parting = first_difference(key, leaf.key);
    for (const auto index : path) {
      const Branch& branch = branches[index];
      // The siblings along the bits that compression left out are empty, up to the bit where `key` leaves the path.
      proof.siblings.resize(std::min(branch.position, parting), kEmpty);
      if (parting < branch.position) {
        proof.siblings.push_back(lift(branch, fresh_hash(branch.child[0]), fresh_hash(branch.child[1]), parting + 1));
        return proof;
      }
      proof.siblings.push_back(fresh_hash(branch.child[1 - bit_of(key, branch.position)]));
    }
    if (parting != kDepth) proof.other_leaf.emplace(leaf.key, leaf.value);
    return proof;
  }
};

SparseTree::SparseTree() : impl_(std::make_unique<Impl>()) {}
SparseTree::~SparseTree() = default;
SparseTree::SparseTree(SparseTree&&) noexcept = default;
SparseTree& SparseTree::operator=(SparseTree&&) noexcept = default;

void SparseTree::set(const Hash& key, const Hash& value) {
  if (value.is_zero()) {
    impl_->remove(key);
  } else {
    impl_->insert(key, value);
  }
}

std::optional<Hash> SparseTree::get(const Hash& key) const {
  if (!impl_->top) return std::nullopt;
  const auto& leaf = impl_->find_leaf(key);
  if (leaf.key != key) return std::nullopt;
  return leaf.value;
}

Hash SparseTree::root() { return impl_->root(); }

std::size_t SparseTree::size() const { return impl_->leaves.size() - impl_->free_leaves.size(); }

SparseTree::Proof SparseTree::prove(const Hash& key) { return impl_->prove(key); }

namespace {

// The hash of what the proof says stands at the end of the path, or why it cannot stand there.
Result<Hash> claimed_end(const Hash& key, const std::optional<Hash>& value, const SparseTree::Proof& proof) {
  if (value) {
    if (value->is_zero()) return fail("malformed", "a zero value is never present");
    if (proof.other_leaf) return fail("malformed", "a proof of presence names another leaf");
    return hash_leaf(key, *value);
  }
  if (!proof.other_leaf) return kEmpty;
  const auto& [other_key, other_value] = *proof.other_leaf;
  if (other_value.is_zero()) return fail("malformed", "a zero value is never present");
  const unsigned parting = first_difference(key, other_key);
  if (parting == kDepth) return fail("malformed", "a proof of absence names the key itself");
  if (parting < proof.siblings.size()) return fail("malformed", "the other leaf does not lie on the key's path");
  return hash_leaf(other_key, other_value);
}

}  // namespace

Status verify_sparse(const Hash& root, const Hash& key, const std::optional<Hash>& value,
                     const SparseTree::Proof& proof) {
  if (proof.siblings.size() > kDepth) return fail("proof_length", std::to_string(proof.siblings.size()) + " siblings");
  // A path ends where one leaf or none is left: a node above the end with nothing beside it would itself be the end.
  if (!proof.siblings.empty() && proof.siblings.back().is_zero())
    return fail("malformed", "the path goes on past its end");
  TRY(Hash hash, claimed_end(key, value, proof));
  for (auto position = static_cast<unsigned>(proof.siblings.size()); position-- > 0;)
    hash = hash_parent(key, position, hash, proof.siblings[position]);
  if (hash != root) return fail("root_mismatch", "the proof leads to another root");
  return {};
}

}  // namespace letopis::ledger
