#pragma once
// A log of any size without a sequencer: rows as it would have written them, over made-up leaves.

#include <gtest/gtest.h>

#include "ledger/log_store.h"
#include "ledger/merkle.h"
#include "ledger/store_rows.h"
#include "ledger/tile_builder.h"
#include "tests/unit/store/memory_kv.h"

namespace letopis::ledger::test {

inline constexpr std::uint32_t kSchool = 3;

inline Bytes synthetic_entry(std::uint64_t index) {
  const std::string text = "entry " + std::to_string(index);
  return Bytes(text.begin(), text.end());
}

class SyntheticLog {
 public:
  explicit SyntheticLog(std::uint64_t size) : kv(std::make_shared<MemoryKv>()), store(std::make_shared<LogStore>(kv)) {
    grow_to(size);
  }

  void grow_to(std::uint64_t size) {
    WriteBatch batch;
    std::vector<FullTile> full;
    for (std::uint64_t i = leaves.size(); i < size; ++i) {
      leaves.push_back(leaf_hash(synthetic_entry(i)));
      batch.put(rows::entry(kSchool, i), synthetic_entry(i));
      batch.put(rows::leaf(kSchool, i), Bytes(leaves.back().bytes.begin(), leaves.back().bytes.end()));
      builder.append(leaves.back(), full);
    }
    for (auto& tile : full) batch.put(rows::tile(kSchool, tile.level, tile.index), tile.hashes);
    EXPECT_TRUE(kv->commit(batch, Durability::kSync));
  }
  // For a test that damages it.
  SyntheticLog copy() const {
    SyntheticLog out(0);
    out.kv->replace_rows(kv->rows());
    out.builder = builder;
    out.leaves = leaves;
    return out;
  }
  std::uint64_t size() const { return leaves.size(); }
  // RFC 6962's definition, over the leaves [begin, end), which is a perfect subtree.
  Hash naive(std::uint64_t begin, std::uint64_t end) const {
    if (end - begin == 1) return leaves[begin];
    const std::uint64_t half = (end - begin) / 2;
    return node_hash(naive(begin, begin + half), naive(begin + half, end));
  }
  Hash root(std::uint64_t size) const {
    Frontier frontier;
    for (std::uint64_t i = 0; i < size; ++i) frontier.append(leaves[i]);
    return frontier.root();
  }

  std::shared_ptr<MemoryKv> kv;
  std::shared_ptr<LogStore> store;
  TileBuilder builder;
  std::vector<Hash> leaves;
};

}  // namespace letopis::ledger::test
