#include "ledger/scrub.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/fault/temporary_directory.h"
#include "tests/unit/store/synthetic_log.h"

namespace letopis::ledger::test {
namespace {

using ::testing::HasSubstr;

class ScrubTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kSize = 70'000;

  Checkpoint checkpoint() const { return {"a.example/log", kSize, log_.builder.root()}; }
  Scrub begin(std::uint64_t from = 0) {
    auto scrub = Scrub::begin(log_.store, kSchool, checkpoint(), clock_, from);
    EXPECT_TRUE(scrub) << scrub.error().text();
    return *std::move(scrub);
  }
  ScrubProgress whole_pass() {
    auto scrub = begin();
    while (!scrub.progress().done()) scrub.step();
    return scrub.progress();
  }
  void expect_found(std::uint64_t index, std::string_view reason) {
    const auto progress = whole_pass();
    ASSERT_TRUE(progress.finding);
    EXPECT_EQ(progress.finding->index, index);
    EXPECT_EQ(progress.finding->reason.code, reason) << progress.finding->reason.text();
  }
  static Bytes flipped(Bytes bytes, std::size_t at) {
    bytes[at] ^= 1;
    return bytes;
  }

  static void SetUpTestSuite() { sound_ = new SyntheticLog(kSize); }
  static void TearDownTestSuite() { delete sound_; }
  static SyntheticLog* sound_;
  SyntheticLog log_ = sound_->copy();
  SystemClock clock_;
};

SyntheticLog* ScrubTest::sound_ = nullptr;

TEST_F(ScrubTest, ASoundLogHasNoFindings) {
  const auto progress = whole_pass();
  EXPECT_FALSE(progress.finding);
  EXPECT_EQ(progress.next, kSize);
  EXPECT_EQ(progress.entries, kSize);
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < kSize; ++i) bytes += synthetic_entry(i).size();
  EXPECT_EQ(progress.bytes, bytes);
  EXPECT_GT(progress.bytes_per_second(), 0U);
}

TEST_F(ScrubTest, AFlippedBitOfAnEntryIsFoundAtItsIndex) {
  log_.kv->plant(rows::entry(kSchool, 12'345), flipped(synthetic_entry(12'345), 3));
  log_.kv->plant(rows::entry(kSchool, 66'000), flipped(synthetic_entry(66'000), 3));
  expect_found(12'345, "leaf_mismatch");
}

TEST_F(ScrubTest, AFlippedBitOfALeafHashIsFoundAtItsIndex) {
  const Hash leaf = log_.leaves[69'999];
  log_.kv->plant(rows::leaf(kSchool, 69'999), flipped(Bytes(leaf.bytes.begin(), leaf.bytes.end()), 31));
  expect_found(69'999, "leaf_mismatch");
}

TEST_F(ScrubTest, AMissingRowIsFoundAtItsIndex) {
  log_.kv->erase(rows::leaf(kSchool, 40'001));
  expect_found(40'001, "unreadable");
  log_.kv->erase(rows::entry(kSchool, 40'000));
  expect_found(40'000, "unreadable");
}

TEST_F(ScrubTest, AFlippedBitOfATileIsFoundBelowItsHash) {
  const Bytes tile = *log_.store->tile(kSchool, {.level = 1, .index = 0}, kSize);
  log_.kv->plant(rows::tile(kSchool, 1, 0), flipped(tile, 100 * Hash::kSize + 7));
  // Reading nothing but the leaves below must not help: the tile is compared with what they really hash to.
  expect_found(100 * 256, "tile_mismatch");
  log_.kv->erase(rows::tile(kSchool, 1, 0));
  expect_found(0, "tile_mismatch");
}

// An entry, its leaf hash, and everything above them exchanged by somebody who has the database but not the log's key.
TEST_F(ScrubTest, AnExchangedEntryLeadsToAnotherRoot) {
  const Bytes other{'x'};
  const Hash leaf = leaf_hash(other);
  log_.kv->plant(rows::entry(kSchool, 69'000), other);
  log_.kv->plant(rows::leaf(kSchool, 69'000), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
  expect_found(0, "root_mismatch");
}

TEST_F(ScrubTest, GoesOnWhereAnotherPassStopped) {
  auto first = begin();
  first.step();
  first.step();
  ASSERT_FALSE(first.progress().done());
  auto second = begin(first.progress().next);
  while (!second.progress().done()) second.step();
  EXPECT_FALSE(second.progress().finding);
  EXPECT_EQ(first.progress().entries + second.progress().entries, kSize);
}

TEST_F(ScrubTest, ALaterPartStillLeadsToTheSignedRoot) {
  auto scrub = begin(Scrub::kChunkEntries);
  const Hash leaf = leaf_hash(Bytes{1});
  log_.kv->plant(rows::leaf(kSchool, 5), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
  log_.kv->plant(rows::entry(kSchool, 5), Bytes{1});
  while (!scrub.progress().done()) scrub.step();
  EXPECT_FALSE(scrub.progress().finding) << "what came before it was compared before";
  auto later = begin(kSize - 1);
  while (!later.progress().done()) later.step();
  EXPECT_FALSE(later.progress().finding) << "the full tile above it stands for it";
  log_.kv->plant(rows::leaf(kSchool, 69'500), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
  auto latest = begin(kSize - 1);
  while (!latest.progress().done()) latest.step();
  ASSERT_TRUE(latest.progress().finding);
  EXPECT_EQ(latest.progress().finding->reason.code, "root_mismatch");
}

TEST_F(ScrubTest, APassBeyondTheCheckpointIsRefused) {
  EXPECT_EQ(Scrub::begin(log_.store, kSchool, checkpoint(), clock_, kSize + 1).error().code, "out_of_range");
}

TEST_F(ScrubTest, RunsInTheBackground) {
  std::promise<ScrubProgress> finished;
  BackgroundScrub background(begin(), 0, [&](const ScrubProgress& progress) { finished.set_value(progress); });
  const auto progress = finished.get_future().get();
  EXPECT_FALSE(progress.finding);
  EXPECT_EQ(progress.next, kSize);
}

TEST_F(ScrubTest, IsStoppedInAPauseAndSaysWhereToGoOn) {
  bool finished = false;
  ScrubProgress progress;
  {
    BackgroundScrub background(begin(), 1, [&](const ScrubProgress&) { finished = true; });  // a byte a second
    while (background.progress().entries == 0) std::this_thread::yield();
    background.stop();
    progress = background.progress();
  }
  EXPECT_FALSE(finished);
  EXPECT_EQ(progress.next, Scrub::kChunkEntries);
  auto rest = begin(progress.next);
  while (!rest.progress().done()) rest.step();
  EXPECT_FALSE(rest.progress().finding);
}

// The engine's own checksums speak first on a real disk.
TEST(ScrubOnDisk, AFlippedByteInATableFileIsFound) {
  const SyntheticLog log(2'000);
  const faults::TemporaryDirectory home;
  const std::string directory = home / "db";
  std::shared_ptr<KvStore> kv = *open_rocksdb(directory, {});
  WriteBatch batch;
  for (const auto& [key, value] : log.kv->rows()) batch.put(key, value);
  ASSERT_TRUE(kv->commit(batch, Durability::kSync));
  ASSERT_TRUE(kv->compact());
  const SystemClock clock;
  const Checkpoint checkpoint{"a.example/log", 2'000, log.builder.root()};
  const auto pass = [&] {
    auto scrub = Scrub::begin(std::make_shared<LogStore>(kv), kSchool, checkpoint, clock);
    EXPECT_TRUE(scrub);
    while (!scrub->progress().done()) scrub->step();
    return scrub->progress();
  };
  EXPECT_FALSE(pass().finding);

  std::string table;
  for (const auto& file : std::filesystem::directory_iterator(directory))
    if (file.path().extension() == ".sst") table = file.path().string();
  Bytes bytes = faults::read_whole(table);
  bytes[bytes.size() / 4] ^= 1;
  std::fstream(table, std::ios::binary | std::ios::in | std::ios::out)
      .write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  const auto progress = pass();
  ASSERT_TRUE(progress.finding) << "though the caches had the sound blocks";
  EXPECT_EQ(progress.finding->reason.code, "unreadable");
  EXPECT_THAT(progress.finding->reason.detail, HasSubstr("damaged"));
  EXPECT_GT(progress.finding->index, 0U);
}

}  // namespace
}  // namespace letopis::ledger::test
