#pragma once
// The auditor's own Merkle tree (RFC 6962, section 2.1), written apart from ledger/merkle on purpose: a mistake in one shows
// against the other. It keeps every perfect subtree (64 bytes an entry), so that it can say the root at any size.
// Not thread-safe.

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "commands/decide.h"
#include "signing/base/bytes.h"

namespace letopis::audit {

Hash hash_of_entry(ByteView entry);
Hash hash_of_pair(const Hash& left, const Hash& right);

// The root that an inclusion proof leads to from a leaf (RFC 9162, 2.1.3.2); nullopt when it has not the length it must have.
std::optional<Hash> root_of_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                      const std::vector<Hash>& proof);

class AuditTree final : public commands::Roots {
 public:
  // The nodes of a tree that somebody kept: node(level, index) of it.
  using Kept = std::function<Hash(unsigned level, std::uint64_t index)>;
  AuditTree() = default;
  // Goes on from a tree of `size` leaves.
  AuditTree(std::uint64_t size, Kept kept) : first_(size), kept_(std::move(kept)) {}
  void append(const Hash& leaf);
  std::uint64_t size() const { return first_ + (levels_.empty() ? 0 : levels_.front().size()); }
  Hash root() const { return *root_at(size()); }
  // The root of the first `size` entries; nullopt when there are fewer.
  std::optional<Hash> root_at(std::uint64_t size) const override;
  // MTH(D[index·2^level : (index+1)·2^level]); the subtree must be complete.
  Hash node(unsigned level, std::uint64_t index) const;

 private:
  std::uint64_t first_ = 0;  // leaves of the kept tree; of its nodes at a level there are first_ >> level
  Kept kept_;
  std::vector<std::vector<Hash>> levels_;  // the nodes after those
  // Many statements name the same checkpoint: roots asked for lately.
  mutable boost::unordered_flat_map<std::uint64_t, Hash> asked_;
};

}  // namespace letopis::audit
