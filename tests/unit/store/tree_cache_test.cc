#include "ledger/tree_cache.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/unit/store/synthetic_log.h"

namespace letopis::ledger::test {
namespace {

using ::testing::IsEmpty;

// What the cache says of a tree is what the store's own, slower way says.
void expect_same_proofs(const TreeCache& cache, const SyntheticLog& log, std::uint64_t size,
                        const std::vector<std::uint64_t>& indexes) {
  const NodeSource nodes = log.store->nodes(kSchool, size);
  for (const auto index : indexes) {
    const auto proof = cache.inclusion_proof(kSchool, index, size);
    ASSERT_TRUE(proof) << index << " in " << size << ": " << proof.error().text();
    EXPECT_EQ(*proof, *inclusion_proof(index, size, nodes)) << index << " in " << size;
  }
}

TEST(TreeCache, ProvesEveryLeafInEverySmallTree) {
  constexpr std::uint64_t kSize = 70;
  const SyntheticLog log(kSize);
  TreeCache cache(log.store);
  ASSERT_TRUE(cache.load(kSchool, kSize));
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    EXPECT_EQ(*cache.root(kSchool, size), log.root(size));
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = cache.inclusion_proof(kSchool, index, size);
      ASSERT_TRUE(proof);
      EXPECT_TRUE(verify_inclusion(log.leaves[index], index, size, *proof, log.root(size))) << index << " in " << size;
    }
    for (std::uint64_t old = 0; old <= size; ++old) {
      const auto proof = cache.consistency_proof(kSchool, old, size);
      ASSERT_TRUE(proof);
      EXPECT_TRUE(verify_consistency(old, log.root(old), size, log.root(size), *proof)) << old << " to " << size;
    }
  }
}

TEST(TreeCache, GrowsAsTheSequencerSigns) {
  SyntheticLog log(0);
  TreeCache cache(log.store);
  ASSERT_TRUE(cache.load(kSchool, 0));
  EXPECT_EQ(*cache.root(kSchool, 0), empty_root());
  std::uint64_t step = 1;
  while (log.size() < 20'000) {  // past the tiles that are kept
    const std::uint64_t from = log.size();
    log.grow_to(from + step);
    cache.append(kSchool, {log.leaves.begin() + static_cast<std::ptrdiff_t>(from), log.leaves.end()});
    EXPECT_EQ(*cache.size(kSchool), log.size());
    EXPECT_EQ(*cache.root(kSchool, log.size()), log.builder.root());
    expect_same_proofs(cache, log, log.size(), {0, log.size() / 3, from, log.size() - 1});
    step = step * 2 % 1009 + 1;
  }
  expect_same_proofs(cache, log, 12'345, {0, 1, 5'000, 12'344});
}

TEST(TreeCache, IsLoadedAtAnySizeAndGoesOnFromThere) {
  SyntheticLog log(70'000);
  for (const std::uint64_t size : {1U, 255U, 256U, 257U, 8'192U, 8'193U, 65'535U, 65'536U, 65'792U}) {
    TreeCache cache(log.store);
    ASSERT_TRUE(cache.load(kSchool, size));
    EXPECT_EQ(*cache.root(kSchool, size), log.root(size)) << size;
    expect_same_proofs(cache, log, size, {0, size / 2, size - 1});
    cache.append(kSchool, {log.leaves.begin() + static_cast<std::ptrdiff_t>(size), log.leaves.end()});
    EXPECT_EQ(*cache.root(kSchool, 70'000), log.builder.root()) << size;
    expect_same_proofs(cache, log, 70'000, {0, 40'000, size - 1, size, 69'999});
  }
}

TEST(TreeCache, ServesTilesAsTheStoreDoes) {
  const SyntheticLog log(70'000);
  TreeCache cache(log.store);
  ASSERT_TRUE(cache.load(kSchool, 70'000));
  for (const TileAddress& address :
       {TileAddress{.level = 0, .index = 273, .width = 112}, TileAddress{.level = 1, .index = 0},
        TileAddress{.level = 1, .index = 1, .width = 17}, TileAddress{.level = 2, .index = 0, .width = 1},
        TileAddress{.entries = true, .index = 0}})
    EXPECT_EQ(cache.tile(kSchool, address, 70'000), log.store->tile(kSchool, address, 70'000)) << tile_path(address);
  EXPECT_EQ(cache.tile(kSchool, {.level = 1, .index = 1, .width = 18}, 70'000).error().code, "not_found");
  EXPECT_EQ(cache.tile(kSchool, {.level = 1, .index = 1, .width = 18}, 80'000).error().code, "out_of_range");
}

TEST(TreeCache, WhatItDoesNotHaveHasAName) {
  const SyntheticLog log(10);
  TreeCache cache(log.store);
  EXPECT_EQ(cache.size(kSchool).error().code, "unknown_school");
  ASSERT_TRUE(cache.load(kSchool, 10));
  EXPECT_EQ(cache.inclusion_proof(kSchool, 10, 10).error().code, "out_of_range");
  EXPECT_EQ(cache.inclusion_proof(kSchool, 3, 11).error().code, "out_of_range");
  EXPECT_EQ(cache.inclusion_proof(kSchool, 0, 0).error().code, "out_of_range");
  EXPECT_EQ(cache.consistency_proof(kSchool, 3, 11).error().code, "out_of_range");
  EXPECT_EQ(cache.root(kSchool, 11).error().code, "out_of_range");
  EXPECT_THAT(*cache.inclusion_proof(kSchool, 0, 1), IsEmpty());
}

TEST(TreeCache, OldTilesAreReadAgainAfterTheyWereForgotten) {
  const SyntheticLog log(20'000);
  TreeCache cache(log.store, 2);
  ASSERT_TRUE(cache.load(kSchool, 20'000));
  for (int round = 0; round < 2; ++round)
    for (std::uint64_t index = 0; index < 5'000; index += 500) expect_same_proofs(cache, log, 20'000, {index});
}

TEST(TreeCache, ADamagedOldTileIsReported) {
  SyntheticLog log(20'000);
  TreeCache cache(log.store);
  ASSERT_TRUE(cache.load(kSchool, 20'000));
  log.kv->erase(rows::leaf(kSchool, 100));
  EXPECT_EQ(cache.inclusion_proof(kSchool, 7, 20'000).error().code, "damaged");
  EXPECT_TRUE(cache.inclusion_proof(kSchool, 19'999, 20'000));
}

TEST(TreeCache, ReadersProveWhileTheTreeGrows) {
  SyntheticLog log(30'000);
  TreeCache cache(log.store, 4);
  ASSERT_TRUE(cache.load(kSchool, 1'000));
  std::vector<std::thread> readers;
  for (std::uint64_t reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      std::uint64_t size = 0;
      for (std::uint64_t n = reader; size < log.size(); n += 7'919) {
        size = *cache.size(kSchool);
        const auto root = cache.root(kSchool, size);
        const auto proof = cache.inclusion_proof(kSchool, n % size, size);
        ASSERT_TRUE(root && proof);
        ASSERT_TRUE(verify_inclusion(log.leaves[n % size], n % size, size, *proof, *root));
      }
    });
  for (std::size_t from = 1'000; from < log.size(); from += 100)
    cache.append(kSchool, {log.leaves.begin() + static_cast<std::ptrdiff_t>(from),
                           log.leaves.begin() + static_cast<std::ptrdiff_t>(from + 100)});
  for (auto& reader : readers) reader.join();
}

}  // namespace
}  // namespace letopis::ledger::test
