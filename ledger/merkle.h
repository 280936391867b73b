#pragma once
// The Merkle tree of RFC 6962, section 2.1 (hashing as in formats.md), its proofs and its tiles (C2SP tlog-tiles).
// Pure: no I/O, no clock.

#include <functional>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

Hash empty_root();                                    // SHA-256("")
Hash leaf_hash(ByteView entry);                       // SHA-256(0x00 ‖ entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 ‖ left ‖ right)

// The right edge of a tree: the roots of its perfect subtrees, largest first (a "compact range").
// append is O(1) amortised; root is O(log n).
class Frontier {
 public:
  Frontier() = default;
  // The roots of the perfect subtrees of a tree of `size` leaves, largest first; their number is popcount(size)
  // ("malformed" otherwise).
  static Result<Frontier> from_roots(std::uint64_t size, std::vector<Hash> roots);
  void append(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  Hash root() const;
  const std::vector<Hash>& roots() const { return roots_; }
  bool operator==(const Frontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;
};

// Where hashes come from: node (level, index) = MTH(D[index·2^level : (index+1)·2^level]), a perfect subtree within the tree.
using NodeSource = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

// Leaf-upward inclusion proof of leaf `index` in the tree of `size` leaves; the consistency proof from 0 is empty.
// Errors: "out_of_range", or the source's. The source is asked O(log n) times, only for perfect subtrees of that tree.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& nodes);
Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const NodeSource& nodes);
Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes);

// Errors: "out_of_range", "proof_length" (too short or too long), "root_mismatch".
Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& proof,
                        const Hash& root);
// m = n needs an empty proof and equal roots; m = 0 an empty proof, the empty tree's root as the old one, and any new root.
Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t new_size, const Hash& new_root,
                          const std::vector<Hash>& proof);

}  // namespace letopis::ledger
