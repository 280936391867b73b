#pragma once
// RFC 6962, section 2.1, written down as it stands there: recursive, slow, without a clever line. The tests compare the real
// code with it.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ledger/merkle.h"
#include "signing/sha256.h"

namespace letopis::ledger::test {

class ReferenceTree {
 public:
  explicit ReferenceTree(std::vector<Bytes> entries) : entries_(std::move(entries)) {}

  std::uint64_t size() const { return entries_.size(); }

  // MTH(D[begin:end])
  Hash mth(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return signing::sha256(ByteView{});
    if (end - begin == 1) {
      Bytes message{0x00};
      append(message, entries_[begin]);
      return signing::sha256(message);
    }
    if (const auto known = known_.find({begin, end}); known != known_.end()) return known->second;
    const std::uint64_t k = split(end - begin);
    Bytes message{0x01};
    append(message, mth(begin, begin + k).view());
    append(message, mth(begin + k, end).view());
    return known_[{begin, end}] = signing::sha256(message);
  }

  // PATH(m, D[begin:end])
  std::vector<Hash> path(std::uint64_t m, std::uint64_t begin, std::uint64_t end) const {
    if (end - begin == 1) return {};
    const std::uint64_t k = split(end - begin);
    if (m < k) return joined(path(m, begin, begin + k), mth(begin + k, end));
    return joined(path(m - k, begin + k, end), mth(begin, begin + k));
  }

  // PROOF(m, D[0:n])
  std::vector<Hash> consistency(std::uint64_t m, std::uint64_t n) const { return subproof(m, 0, n, true); }

  NodeSource nodes(std::uint64_t size) const {
    return [this, size](unsigned level, std::uint64_t index) -> Result<Hash> {
      const std::uint64_t begin = index << level, end = (index + 1) << level;
      EXPECT_LE(end, size) << "asked for a node that is not a perfect subtree of the tree";
      return mth(begin, end);
    };
  }

 private:
  static std::uint64_t split(std::uint64_t n) {
    std::uint64_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }
  static std::vector<Hash> joined(std::vector<Hash> hashes, const Hash& last) {
    hashes.push_back(last);
    return hashes;
  }
  // SUBPROOF(m, D[begin:end], b)
  std::vector<Hash> subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool b) const {
    if (m == end - begin) return b ? std::vector<Hash>{} : std::vector<Hash>{mth(begin, end)};
    const std::uint64_t k = split(end - begin);
    if (m <= k) return joined(subproof(m, begin, begin + k, b), mth(begin + k, end));
    return joined(subproof(m - k, begin + k, end, false), mth(begin, begin + k));
  }

  std::vector<Bytes> entries_;
  mutable std::map<std::pair<std::uint64_t, std::uint64_t>, Hash> known_;
};

// "entry 0", "entry 1", …
inline ReferenceTree numbered_tree(std::uint64_t size) {
  std::vector<Bytes> entries;
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::string text = "entry " + std::to_string(i);
    entries.emplace_back(text.begin(), text.end());
  }
  return ReferenceTree(std::move(entries));
}

}  // namespace letopis::ledger::test
