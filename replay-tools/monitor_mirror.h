#pragma once
// The newest stretch of a log's tree as its monitor keeps it: the leaf hashes from `first` on, and the right edge of what came
// before. That much says the root at every size from `first` on, and proves what it says, without asking the log again: a log that
// goes back, or shows another history at a size between two that were seen, is told at once. Pure, not thread-safe.

#include <optional>
#include <vector>

#include "ledger/merkle.h"

namespace letopis::monitor {

class Mirror {
 public:
  Mirror() = default;
  // The leaves that follow `base`.
  Mirror(ledger::Frontier base, std::vector<Hash> leaves);

  std::uint64_t first() const { return base_.size(); }
  std::uint64_t size() const { return edge_.size(); }
  Hash root() const { return edge_.root(); }
  const ledger::Frontier& base() const { return base_; }
  const std::vector<Hash>& leaves() const { return leaves_; }

  void append(const Hash& leaf);
  void forget_before(std::uint64_t size);  // of [first, size]: what `first` is from then on

  // nullopt outside what is kept: [first, size] and [first, size) in turn.
  std::optional<Hash> root_at(std::uint64_t size) const;
  std::optional<Hash> leaf(std::uint64_t index) const;
  // MTH(D[index·2^level : (index+1)·2^level]): of what is kept, of the edge before it, or across both. "out_of_range" for any
  // other; no proof between two sizes of [first, size] asks for one.
  Result<Hash> node(unsigned level, std::uint64_t index) const;

 private:
  std::optional<Hash> node_of_base(unsigned level, std::uint64_t index) const;
  ledger::Frontier base_, edge_;
  std::vector<Hash> leaves_;
};

}  // namespace letopis::monitor
