#pragma once
// The sparse Merkle tree of state commitments (docs/formats/state.md): a binary tree of depth 256 over SHA-256 keys, in which
// an empty subtree is the zero hash and a subtree with one leaf is that leaf's hash (so that proofs stay short):
//   leaf  = SHA-256("letopis/state-leaf/v1" ‖ 0 ‖ key ‖ value)
//   inner = SHA-256("letopis/state-node/v1" ‖ 0 ‖ left ‖ right)
// Bit 0 of the path is the most significant bit of the key. In memory; set is O(depth of collisions) hashes when root() is
// asked for, once for any number of sets between (dirty paths are rehashed lazily). Not thread-safe.

#include <memory>
#include <optional>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

class SparseTree {
 public:
  SparseTree();
  ~SparseTree();
  SparseTree(SparseTree&&) noexcept;
  SparseTree& operator=(SparseTree&&) noexcept;

  void set(const Hash& key, const Hash& value);  // a zero value removes the key
  std::optional<Hash> get(const Hash& key) const;
  Hash root();  // zero when empty
  std::size_t size() const;

  // A proof of what stands at `key`: presence, absence by an empty subtree, or absence by another leaf in its place.
  struct Proof {
    std::vector<Hash> siblings;                       // from the root downwards
    std::optional<std::pair<Hash, Hash>> other_leaf;  // (key, value) of the leaf found instead
  };
  Proof prove(const Hash& key);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// value: nullopt asks for a proof of absence. Errors: "root_mismatch", "proof_length", "malformed".
Status verify_sparse(const Hash& root, const Hash& key, const std::optional<Hash>& value,
                     const SparseTree::Proof& proof);

}  // namespace letopis::ledger
