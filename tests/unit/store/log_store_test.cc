#include "ledger/log_store.h"

#include <gmock/gmock.h>

#include "tests/unit/store/synthetic_log.h"

namespace letopis::ledger::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Schools : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryKv> kv_ = std::make_shared<MemoryKv>();
  LogStore store_{kv_};
};

TEST_F(Schools, AreNumberedInOrderAndFoundAgain) {
  const auto first = store_.add_school("licey29", "a.example/log/licey29");
  const auto second = store_.add_school("school-7", "a.example/log/school-7");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->number, 1U);
  EXPECT_EQ(second->number, 2U);
  const auto found = store_.school("school-7");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, 2U);
  EXPECT_EQ(found->origin, "a.example/log/school-7");
  EXPECT_EQ(store_.schools()->size(), 2U);
  EXPECT_EQ(store_.school("school").error().code, "not_found");
  EXPECT_EQ(kv_->syncs(), 2U) << "a school is durable when add_school returns";
}

TEST_F(Schools, NeitherSlugNorOriginIsUsedTwice) {
  ASSERT_TRUE(store_.add_school("licey29", "a.example/log/licey29"));
  EXPECT_EQ(store_.add_school("licey29", "b.example/log/licey29").error().code, "already_exists");
  EXPECT_EQ(store_.add_school("other", "a.example/log/licey29").error().code, "already_exists");
}

TEST_F(Schools, HaveNamesThatFitAddressesAndCheckpoints) {
  for (const auto* slug : {"", "Licey", "школа", "a/b", "a b", "a_b"})
    EXPECT_EQ(store_.add_school(slug, "a.example/x").error().code, "malformed") << slug;
  EXPECT_EQ(store_.add_school(std::string(41, 'a'), "a.example/x").error().code, "malformed");
  EXPECT_TRUE(store_.add_school(std::string(40, 'a'), "a.example/x"));
  EXPECT_EQ(store_.add_school("b", "a.example/with space").error().code, "malformed");
}

TEST(LogStore, AnEmptyLogHasNothing) {
  const SyntheticLog log(0);
  EXPECT_EQ(*log.store->size(kSchool), 0U);
  EXPECT_EQ(log.store->frontier(kSchool, 0)->root(), empty_root());
  EXPECT_EQ(log.store->entry(kSchool, 0).error().code, "not_found");
  EXPECT_EQ(log.store->leaf(kSchool, 0).error().code, "not_found");
  EXPECT_EQ(log.store->tile(kSchool, {.index = 0, .width = 1}, 0).error().code, "not_found");
  EXPECT_THAT(*log.store->chain_heads(kSchool), IsEmpty());
}

TEST(LogStore, RowsOfNeighbouringSchoolsDoNotMix) {
  SyntheticLog log(5);
  log.kv->plant(rows::entry(kSchool + 1, 9), Bytes{1});
  log.kv->plant(rows::leaf(kSchool + 1, 9), Bytes(32, 1));
  log.kv->plant(rows::entry(kSchool - 1, 9), Bytes{1});
  log.kv->plant(rows::leaf(kSchool - 1, 9), Bytes(32, 1));
  EXPECT_EQ(*log.store->size(kSchool), 5U);
}

TEST(LogStore, ReadsEntriesInOrderUntilToldToStop) {
  const SyntheticLog log(10);
  std::vector<std::uint64_t> seen;
  ASSERT_TRUE(log.store->each_entry(kSchool, 2, 10, false, [&](std::uint64_t index, ByteView bytes) {
    EXPECT_TRUE(equal(bytes, synthetic_entry(index)));
    seen.push_back(index);
    return seen.size() < 3;
  }));
  EXPECT_THAT(seen, ElementsAre(2, 3, 4));
  ASSERT_TRUE(log.store->each_entry(kSchool, 7, 7, false, [](std::uint64_t, ByteView) { return false; }));
}

TEST(LogStore, AGapIsDamageAndIsNamed) {
  SyntheticLog log(10);
  log.kv->erase(rows::entry(kSchool, 4));
  std::uint64_t seen = 0;
  const auto read = log.store->each_entry(kSchool, 0, 10, false, [&](std::uint64_t, ByteView) { return ++seen; });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "damaged");
  EXPECT_THAT(read.error().detail, HasSubstr("entry 4"));
  EXPECT_EQ(seen, 4U);
  const auto end = log.store->each_leaf(kSchool, 0, 12, false, [](std::uint64_t, const Hash&) { return true; });
  EXPECT_THAT(end.error().detail, HasSubstr("leaf 10"));
}

TEST(LogStore, EntriesWithoutLeavesAndLeavesWithoutEntriesAreDamage) {
  SyntheticLog log(10);
  log.kv->erase(rows::leaf(kSchool, 9));
  EXPECT_EQ(log.store->size(kSchool).error().code, "damaged");
  log.kv->erase(rows::entry(kSchool, 9));
  log.kv->erase(rows::entry(kSchool, 8));
  EXPECT_EQ(log.store->size(kSchool).error().code, "damaged");
}

// The sizes where something begins: a tile, a tile of tiles.
class LargeLog : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { log_ = new SyntheticLog(70'000); }
  static void TearDownTestSuite() { delete log_; }
  static SyntheticLog* log_;
};
SyntheticLog* LargeLog::log_ = nullptr;

TEST_F(LargeLog, TilesAreThoseOfTheDefinition) {
  // C2SP tlog-tiles' own example: size 70 000.
  for (const TileAddress& address :
       {TileAddress{.level = 0, .index = 272}, TileAddress{.level = 0, .index = 273, .width = 112},
        TileAddress{.level = 1, .index = 0}, TileAddress{.level = 1, .index = 1, .width = 17},
        TileAddress{.level = 2, .index = 0, .width = 1}, TileAddress{.level = 0, .index = 0},
        TileAddress{.level = 1, .index = 1, .width = 3}}) {
    Bytes expected;
    for (std::uint64_t i = 0; i < address.width; ++i) {
      const std::uint64_t node = address.index * 256 + i;
      append(expected, log_->naive(node << (8 * address.level), (node + 1) << (8 * address.level)).view());
    }
    const auto tile = log_->store->tile(kSchool, address, 70'000);
    ASSERT_TRUE(tile) << tile_path(address) << " " << tile.error().text();
    EXPECT_EQ(*tile, expected) << tile_path(address);
  }
}

TEST_F(LargeLog, NothingBeyondTheTreeIsServed) {
  for (const TileAddress& address :
       {TileAddress{.level = 0, .index = 273}, TileAddress{.level = 0, .index = 273, .width = 113},
        TileAddress{.level = 0, .index = 274, .width = 1}, TileAddress{.level = 1, .index = 1, .width = 18},
        TileAddress{.level = 2, .index = 0, .width = 2}, TileAddress{.level = 3, .index = 0, .width = 1},
        TileAddress{.entries = true, .index = 273}})
    EXPECT_EQ(log_->store->tile(kSchool, address, 70'000).error().code, "not_found") << tile_path(address);
  // The database may be ahead of the newest checkpoint.
  EXPECT_EQ(log_->store->tile(kSchool, {.level = 0, .index = 272}, 69'999 - 112).error().code, "not_found");
}

TEST_F(LargeLog, EntryBundlesHoldTheEntries) {
  const auto bundle = log_->store->tile(kSchool, {.entries = true, .index = 273, .width = 112}, 70'000);
  ASSERT_TRUE(bundle);
  const auto entries = parse_bundle(*bundle, 112);
  ASSERT_TRUE(entries) << entries.error().text();
  EXPECT_EQ(entries->front(), synthetic_entry(273 * 256));
  EXPECT_EQ(entries->back(), synthetic_entry(69'999));
}

TEST_F(LargeLog, TheEdgeIsRebuiltAtAnySize) {
  Frontier frontier;
  for (std::uint64_t size = 0; size <= log_->size(); ++size) {
    const bool interesting =
        size < 3 || size % 8191 == 0 || (size & (size - 1)) == 0 || size == 70'000 || size == 65'537;
    if (interesting) {
      const auto rebuilt = log_->store->frontier(kSchool, size);
      ASSERT_TRUE(rebuilt) << size << " " << rebuilt.error().text();
      EXPECT_EQ(*rebuilt, frontier) << size;
      auto builder = TileBuilder::at(size, log_->store->nodes(kSchool, size));
      ASSERT_TRUE(builder) << size;
      EXPECT_EQ(builder->root(), frontier.root()) << size;
    }
    if (size < log_->size()) frontier.append(log_->leaves[size]);
  }
}

TEST_F(LargeLog, ABuilderResumedAnywhereMakesTheSameTiles) {
  for (const std::uint64_t size : {0U, 1U, 65'000U, 65'535U, 65'536U}) {
    auto builder = TileBuilder::at(size, log_->store->nodes(kSchool, size));
    ASSERT_TRUE(builder);
    std::vector<FullTile> full;
    for (std::uint64_t i = size; i < log_->size(); ++i) builder->append(log_->leaves[i], full);
    EXPECT_EQ(builder->root(), log_->builder.root());
    ASSERT_EQ(full.size(), size < 65'536 ? 1U : 0U);
    if (!full.empty()) {
      EXPECT_EQ(full[0].level, 1U);
      EXPECT_EQ(full[0].index, 0U);
      EXPECT_EQ(full[0].hashes, *log_->store->tile(kSchool, {.level = 1, .index = 0}, 70'000));
    }
  }
}

TEST_F(LargeLog, ProofsFromTilesVerify) {
  for (const std::uint64_t size : {1U, 255U, 256U, 257U, 65'537U, 70'000U}) {
    const NodeSource nodes = log_->store->nodes(kSchool, size);
    const Hash root = log_->root(size);
    EXPECT_EQ(*root_of(size, nodes), root);
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
      const auto proof = inclusion_proof(index, size, nodes);
      ASSERT_TRUE(proof) << proof.error().text();
      EXPECT_TRUE(verify_inclusion(log_->leaves[index], index, size, *proof, root)) << index << " in " << size;
    }
  }
}

TEST_F(LargeLog, NodesOutsideTheTreeAreRefused) {
  const NodeSource nodes = log_->store->nodes(kSchool, 300);
  EXPECT_TRUE(nodes(8, 0));
  EXPECT_EQ(nodes(8, 1).error().code, "out_of_range");
  EXPECT_EQ(nodes(0, 300).error().code, "out_of_range");
  EXPECT_EQ(nodes(7, 2).error().code, "out_of_range") << "256 to 383 is not whole";
  EXPECT_EQ(nodes(16, 0).error().code, "out_of_range");
}

TEST(LogStore, AMissingTileIsDamage) {
  SyntheticLog log(65'536);
  log.kv->erase(rows::tile(kSchool, 1, 0));
  EXPECT_EQ(log.store->frontier(kSchool, 65'536).error().code, "damaged");
  log.kv->plant(rows::tile(kSchool, 1, 0), Bytes(100));
  EXPECT_EQ(log.store->frontier(kSchool, 65'536).error().code, "damaged");
}

}  // namespace
}  // namespace letopis::ledger::test
