// The derived rows of a database against the tree and the chains they were derived from: full tiles need more entries than a
// story has, so the tree here is of leaf hashes alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/store_rows.h"
#include "replay-tools/audit_rows.h"
#include "tests/fault/temporary_directory.h"
#include "tests/tamper/row_editor.h"

namespace letopis::audit {
namespace {

namespace rows = ledger::rows;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::uint64_t kLeaves = 256 * 256 + 3;  // one full tile of level 1
constexpr std::uint32_t kSchool = 1;

class TileRows : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::uint64_t i = 0; i < kLeaves; ++i) tree_.append(hash_of_entry(as_bytes(std::to_string(i))));
    Bytes tile;
    for (std::uint64_t i = 0; i < 256; ++i) append(tile, tree_.node(8, i).view());
    test::RowEditor(database()).put(rows::tile(kSchool, 1, 0), tile);
  }
  std::string database() { return home_ / "ledger"; }
  std::map<std::string, std::uint64_t, std::less<>> found() {
    Findings findings(100);
    ledger::KvOptions options;
    options.read_only = true;
    const auto kv = ledger::open_rocksdb(database(), options);
    EXPECT_TRUE(compare_database(**kv, kSchool, tree_, ChainTable(), findings).has_value());
    return findings.counts();
  }

  faults::TemporaryDirectory home_;
  AuditTree tree_;
};

TEST_F(TileRows, AreRightWhenTheyAreRight) { EXPECT_THAT(found(), IsEmpty()); }

TEST_F(TileRows, ShowOneChangedHash) {
  test::RowEditor(database()).flip(rows::tile(kSchool, 1, 0), 100 * 32);
  EXPECT_THAT(found(), ElementsAre(Pair("tile_differs", 1)));
}

TEST_F(TileRows, AreMissedWhenTheyAreGone) {
  test::RowEditor(database()).remove(rows::tile(kSchool, 1, 0));
  EXPECT_THAT(found(), ElementsAre(Pair("tile_differs", 1)));
}

TEST_F(TileRows, OfOtherPlacesAreStrangers) {
  test::RowEditor(database()).put(rows::tile(kSchool, 1, 1), Bytes(256 * 32));
  test::RowEditor(database()).put(rows::tile(kSchool, 2, 0), Bytes(256 * 32));
  EXPECT_THAT(found(), ElementsAre(Pair("unknown_row", 2)));
}

TEST_F(TileRows, OfAnotherSchoolAreNotThisSchoolsBusiness) {
  test::RowEditor(database()).put(rows::tile(kSchool + 1, 1, 1), Bytes(256 * 32));
  EXPECT_THAT(found(), IsEmpty());
}

}  // namespace
}  // namespace letopis::audit
