#include "ledger/tiles.h"

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "signing/base/random.h"
#include "tests/unit/ledger/reference_tree.h"

namespace letopis::ledger {
namespace {

TileAddress hash_tile(unsigned level, std::uint64_t index, unsigned width = 256) {
  return {false, level, index, width};
}
TileAddress bundle(std::uint64_t index, unsigned width = 256) { return {true, 0, index, width}; }

std::string refusal(std::string_view path) {
  const auto tile = parse_tile_path(path);
  return tile ? "accepted" : tile.error().code;
}

TEST(TilePath, IndexStandsInGroupsOfThree) {
  EXPECT_EQ(tile_path(hash_tile(0, 1'234'067)), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(hash_tile(0, 0)), "tile/0/000");
  EXPECT_EQ(tile_path(hash_tile(1, 999)), "tile/1/999");
  EXPECT_EQ(tile_path(hash_tile(2, 1000)), "tile/2/x001/000");
  EXPECT_EQ(tile_path(hash_tile(0, 273, 112)), "tile/0/273.p/112");
  EXPECT_EQ(tile_path(bundle(0, 12)), "tile/entries/000.p/12");
  EXPECT_EQ(tile_path(bundle(1'234'067)), "tile/entries/x001/x234/067");
  EXPECT_EQ(tile_path(hash_tile(0, ~std::uint64_t{0})), "tile/0/x018/x446/x744/x073/x709/x551/615");
}

TEST(TilePath, ReadsBackWhatItWrites) {
  constexpr std::uint64_t kSeed = 7;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    TileAddress tile;
    tile.entries = random.chance(300'000);
    tile.level = tile.entries ? 0 : static_cast<unsigned>(random.below(8));
    tile.index = random.next_u64() >> random.below(64);
    tile.width = 1 + static_cast<unsigned>(random.below(256));
    const auto read = parse_tile_path(tile_path(tile));
    ASSERT_TRUE(read) << tile_path(tile) << ": " << read.error().text();
    EXPECT_EQ(*read, tile);
  }
}

TEST(TilePath, HasOneSpelling) {
  for (const char* path :
       {"",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/entries",
        "tile/entries/",
        "/tile/0/000",
        "tiles/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/067",
        "tile/0/x001/x234/67",
        "tile/0/001/067",
        "tile/0/x067",
        "tile/0/x001/067/",
        "tile/0/x001//067",
        "tile/0/X001/067",
        "tile/0/-01",
        "tile/0/ 01",
        "tile/0/abc",
        "tile/0/.p/1",
        "tile/00/000",
        "tile/01/000",
        "tile/+0/000",
        "tile/-1/000",
        "tile//000",
        "tile/8/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000.q/1",
        "tile/0/000?x=1",
        "tile/0/000\n",
        "tile/entries/0/000",
        "tile/Entries/000",
        "tile/data/000",
        "tile/0/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x001/000"})
    EXPECT_NE(refusal(path), "accepted") << path;
  EXPECT_EQ(refusal("tile/0/000"), "accepted");
}

TEST(TilePath, KnowsWhatNoTreeOf64BitsHas) {
  EXPECT_EQ(refusal("tile/7/000"), "accepted");
  EXPECT_EQ(refusal("tile/8/000"), "out_of_range");
  EXPECT_EQ(refusal("tile/63/000"), "out_of_range");
  EXPECT_EQ(refusal("tile/0/x018/x446/x744/x073/x709/x551/615"), "accepted");
  EXPECT_EQ(refusal("tile/0/x018/x446/x744/x073/x709/x551/616"), "out_of_range");
}

struct LevelShape {
  std::uint64_t full;
  unsigned partial;
  bool operator==(const LevelShape&) const = default;
};
LevelShape shape_of(std::uint64_t size, unsigned level) {
  LevelShape shape{0, 0};
  while (tile_width(size, level, shape.full) == 256) ++shape.full;
  shape.partial = tile_width(size, level, shape.full);
  EXPECT_EQ(tile_width(size, level, shape.full + 1), 0u);
  return shape;
}

// The example of the specification.
TEST(TileWidth, OfATreeOf70000Leaves) {
  EXPECT_EQ(shape_of(70'000, 0), (LevelShape{273, 112}));
  EXPECT_EQ(shape_of(70'000, 1), (LevelShape{1, 17}));
  EXPECT_EQ(shape_of(70'000, 2), (LevelShape{0, 1}));
  EXPECT_EQ(shape_of(70'000, 3), (LevelShape{0, 0}));
}

TEST(TileWidth, AFullTileHasOneHashAboveIt) {
  EXPECT_EQ(shape_of(256, 0), (LevelShape{1, 0}));
  EXPECT_EQ(shape_of(256, 1), (LevelShape{0, 1}));
  EXPECT_EQ(shape_of(255, 0), (LevelShape{0, 255}));
  EXPECT_EQ(shape_of(255, 1), (LevelShape{0, 0}));
  EXPECT_EQ(shape_of(0, 0), (LevelShape{0, 0}));
}

TEST(TileWidth, HoldsAtTheEndOf64Bits) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  EXPECT_EQ(tile_width(kAll, 0, kAll / 256), 255u);
  EXPECT_EQ(tile_width(kAll, 0, kAll / 256 + 1), 0u);
  EXPECT_EQ(tile_width(kAll, 0, kAll), 0u);
  EXPECT_EQ(tile_width(kAll, 7, 0), 255u);
  EXPECT_EQ(tile_width(kAll, 7, 1), 0u);
  EXPECT_EQ(tile_width(kAll, 8, 0), 0u);
}

// What the tiles say suffices: the hash above a full tile is the root of its 256 hashes.
TEST(Tiles, EachLevelIsTheTreeOverTheOneBelow) {
  const auto reference = test::numbered_tree(1024);
  Frontier over_first_tile;
  for (std::uint64_t i = 256; i < 512; ++i) over_first_tile.append(reference.mth(i, i + 1));
  Frontier over_level_one;
  for (std::uint64_t i = 0; i < tile_width(1024, 1, 0); ++i)
    over_level_one.append(reference.mth(i * 256, (i + 1) * 256));
  EXPECT_EQ(over_first_tile.root(), reference.mth(256, 512));
  EXPECT_EQ(over_level_one.root(), reference.mth(0, 1024));
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(EntryBundle, WritesLengthThenBytes) {
  Bytes written;
  append_to_bundle(written, as_bytes("abc"));
  append_to_bundle(written, {});
  append_to_bundle(written, Bytes(258, 'x'));
  EXPECT_EQ(to_hex(ByteView(written).first(9)),
            "0003616263"
            "0000"
            "0102");
  EXPECT_EQ(written.size(), 5u + 2u + 260u);
}

TEST(EntryBundle, ReadsBackWhatItWrites) {
  const std::vector<Bytes> entries = {bytes_of("one"), {}, Bytes(kEventSizeMaxBytes, 0xab), bytes_of("four")};
  Bytes written;
  for (const auto& entry : entries) append_to_bundle(written, entry);
  const auto read = parse_bundle(written, 4);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, entries);
  EXPECT_EQ(parse_bundle({}, 0)->size(), 0u);
}

TEST(EntryBundle, NamesTheEntryThatIsMissingOrCutShort) {
  Bytes written;
  append_to_bundle(written, as_bytes("one"));
  append_to_bundle(written, as_bytes("two"));
  for (std::size_t length = 0; length < written.size(); ++length) {
    const auto read = parse_bundle(ByteView(written).first(length), 2);
    ASSERT_FALSE(read) << "cut to " << length;
    EXPECT_EQ(read.error().code, "malformed");
    EXPECT_NE(read.error().detail.find(length < 5 ? "entry 0" : "entry 1"), std::string::npos) << read.error().detail;
  }
}

TEST(EntryBundle, RefusesMoreThanWasExpected) {
  Bytes written;
  append_to_bundle(written, as_bytes("one"));
  append_to_bundle(written, as_bytes("two"));
  EXPECT_EQ(parse_bundle(written, 1).error().code, "malformed");
  EXPECT_EQ(parse_bundle(written, 3).error().code, "malformed");
  written.push_back(0);
  EXPECT_EQ(parse_bundle(written, 2).error().code, "malformed");
}

}  // namespace
}  // namespace letopis::ledger
