// The store on a disk that fails and loses its power. The oracle knows three states of a row: acknowledged (must be there),
// sent (may be there, with the whole of its batch), never sent (must not).

#include <gtest/gtest.h>

#include <map>

#include "ledger/kv.h"
#include "tests/fault/fault_file_system.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::ledger {
namespace {

using faults::Fault;
using Rows = std::map<Bytes, Bytes>;

void apply_to(const WriteBatch& batch, Rows& rows) {
  for (const auto& operation : batch.operations) {
    if (operation.is_delete)
      rows.erase(operation.key);
    else
      rows[operation.key] = operation.value;
  }
}

Rows rows_of(const KvStore& store) {
  Rows rows;
  const auto status = store.scan({}, {}, {}, [&](ByteView key, ByteView value) {
    rows[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
    return true;
  });
  EXPECT_TRUE(status) << status.error().text();
  return rows;
}

Bytes number(std::uint64_t value) {
  Bytes key;
  put_u64(key, value);
  return key;
}

class KvFaults : public ::testing::Test {
 protected:
  Result<std::unique_ptr<KvStore>> open() {
    KvOptions options;
    options.file_system = faults::rocksdb_file_system(disk_);
    return open_rocksdb(directory(), options);
  }
  std::string directory() const { return home_ / "kv"; }

  // The i-th batch of the story: a new row, a row written again, and one deleted.
  WriteBatch batch(std::uint64_t i) {
    WriteBatch out;
    Bytes value(200 + i);
    random_.fill(value);
    out.put(number(i), value);
    out.put(number(1'000'000 + i % 3), value);
    if (i % 5 == 4) out.remove(number(i - 2));
    return out;
  }

  // Commits until something fails; keeps the oracle.
  void commit(KvStore& store, std::uint64_t i) {
    if (failed_) return;
    const auto sent = batch(i);
    if (store.commit(sent, Durability::kSync)) {
      apply_to(sent, acknowledged_);
      return;
    }
    sent_ = sent;
    failed_ = true;
    const auto again = store.commit(batch(i + 1), Durability::kSync);
    ASSERT_FALSE(again) << "a store that failed took another batch";
    EXPECT_EQ(again.error().code, "store_failed");
  }

  // Everything a store does in its life: made, filled, flushed, closed; opened, filled again, compacted, filled again.
  // (RocksDB rests a second after each failure in the background, so there is one flush and one compaction.)
  void live() {
    for (const bool first : {true, false}) {
      const auto store = open();
      if (!store) return;
      const std::uint64_t start = first ? 0 : 20;
      for (std::uint64_t i = start; i < start + 12; ++i) commit(**store, i);
      if (!failed_ && !(first ? (*store)->flush() : (*store)->compact())) failed_ = true;
      for (std::uint64_t i = start + 12; i < start + 20; ++i) commit(**store, i);
      if (failed_) return;
    }
  }

  void audit(const std::string& when) {
    const auto store = open();
    ASSERT_TRUE(store) << when << ": " << store.error().text();
    const Rows rows = rows_of(**store);
    Rows with_sent = acknowledged_;
    if (sent_) apply_to(*sent_, with_sent);
    EXPECT_TRUE(rows == acknowledged_ || rows == with_sent)
        << when << ": " << rows.size() << " rows, acknowledged " << acknowledged_.size();
    EXPECT_TRUE((*store)->commit(batch(100), Durability::kSync)) << when;
  }

  void start_over() {
    std::filesystem::remove_all(directory());
    acknowledged_.clear();
    sent_.reset();
    failed_ = false;
  }

  // The same story with the n-th operation failing, for each n, until a story passes untouched; says how many there were.
  template <class Then>
  std::uint64_t with_every_operation_failing(Fault fault, bool from_then_on, Then then) {
    for (std::uint64_t n = 1;; ++n) {
      start_over();
      disk_.fail_operation(n, fault, from_then_on);
      live();
      const auto where = disk_.failed_operation();
      disk_.heal();
      if (where.empty()) return n - 1;
      then();
      audit("operation " + std::to_string(n) + ", " + where);
      if (HasFatalFailure()) return n;
    }
  }

  faults::TemporaryDirectory home_;
  faults::FaultDisk disk_;
  SeededRandom random_{11};
  Rows acknowledged_;
  std::optional<WriteBatch> sent_;
  bool failed_ = false;
};

TEST_F(KvFaults, EverySyncedRowSurvivesTheLossOfPower) {
  auto store = open();
  ASSERT_TRUE(store) << store.error().text();
  for (std::uint64_t i = 0; i < 50; ++i) commit(**store, i);
  ASSERT_FALSE(failed_);
  disk_.lose_power();
  store->reset();
  disk_.restore_power();
  audit("after 50 batches");
}

// The counterpart: were the loss not real, the test above could not fail.
TEST_F(KvFaults, WhatWasNotSyncedIsLostAndWhatWasSyncedBeforeIsNot) {
  auto store = open();
  ASSERT_TRUE(store);
  for (std::uint64_t i = 0; i < 10; ++i) commit(**store, i);
  for (std::uint64_t i = 10; i < 20; ++i) ASSERT_TRUE((*store)->commit(batch(i), Durability::kNoSync));
  disk_.lose_power();
  EXPECT_GT(disk_.lost_bytes(), 0u);
  store->reset();
  disk_.restore_power();
  audit("after ten batches that were not synced");
}

TEST_F(KvFaults, ASyncedBatchCarriesTheUnsyncedBeforeIt) {
  auto store = open();
  ASSERT_TRUE(store);
  const auto early = batch(1);
  ASSERT_TRUE((*store)->commit(early, Durability::kNoSync));
  apply_to(early, acknowledged_);
  ASSERT_TRUE((*store)->flush());  // a new log begins
  const auto later = batch(2);
  ASSERT_TRUE((*store)->commit(later, Durability::kNoSync));
  apply_to(later, acknowledged_);
  commit(**store, 3);
  disk_.lose_power();
  store->reset();
  disk_.restore_power();
  audit("after one sync");
}

TEST_F(KvFaults, AnOrderlyStopSyncsWhatWasNot) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    const auto unsynced = batch(1);
    ASSERT_TRUE((*store)->commit(unsynced, Durability::kNoSync));
    apply_to(unsynced, acknowledged_);
  }
  disk_.lose_power();
  disk_.restore_power();
  audit("after an orderly stop");
}

TEST_F(KvFaults, AfterOneFailedSyncTheStoreTakesNothingMoreAndARestartTells) {
  auto store = open();
  ASSERT_TRUE(store);
  commit(**store, 0);
  disk_.fail_operation(2, Fault::kIoError);  // the append passes, the sync does not
  commit(**store, 1);
  ASSERT_TRUE(failed_);
  EXPECT_NE(disk_.failed_operation().find("sync "), std::string::npos) << disk_.failed_operation();
  EXPECT_EQ((*store)->flush().error().code, "store_failed");
  EXPECT_EQ(rows_of(**store), acknowledged_) << "reading goes on";
  store->reset();
  audit("after the restart");
}

TEST_F(KvFaults, AnIoErrorOnceAtEveryOperation) {
  const auto operations = with_every_operation_failing(Fault::kIoError, false, [] {});
  EXPECT_GT(operations, 100u);
}

TEST_F(KvFaults, ADiskThatFillsUpAtEveryOperation) {
  const auto operations = with_every_operation_failing(Fault::kNoSpace, true, [] {});
  EXPECT_GT(operations, 100u);
}

TEST_F(KvFaults, ThePowerGoesAtEveryOperation) {
  const auto operations = with_every_operation_failing(Fault::kPowerLost, true, [&] {
    disk_.lose_power();
    disk_.restore_power();
  });
  EXPECT_GT(operations, 100u);
}

TEST_F(KvFaults, ThePowerGoesAtEveryOperationAndTearsWhatWasOnItsWay) {
  SeededRandom torn(1);
  const auto operations = with_every_operation_failing(Fault::kPowerLost, true, [&] {
    disk_.lose_power(&torn);
    disk_.restore_power();
  });
  EXPECT_GT(operations, 100u);
}

TEST_F(KvFaults, ACopyCutShortAnywhereIsNoStore) {
  {
    const auto store = open();
    ASSERT_TRUE(store);
    for (std::uint64_t i = 0; i < 10; ++i) commit(**store, i);
  }
  std::uint64_t n = 1;
  for (bool copied = false; !copied; ++n) {
    const auto store = open();
    ASSERT_TRUE(store);
    const std::string copy = home_ / ("copy" + std::to_string(n));
    ASSERT_TRUE((*store)->flush());
    disk_.fail_operation(n, Fault::kNoSpace);
    copied = (*store)->copy_to(copy).has_value();
    disk_.heal();
    KvOptions options;
    options.read_only = true;
    const auto opened = open_rocksdb(copy, options);
    if (copied) {
      ASSERT_TRUE(opened) << opened.error().text();
      EXPECT_EQ(rows_of(**opened), acknowledged_);
    } else if (opened) {
      EXPECT_EQ(rows_of(**opened), acknowledged_)
          << "a whole copy whose last sync failed: " << disk_.failed_operation();
    }
  }
  EXPECT_GT(n, 5u);
}

}  // namespace
}  // namespace letopis::ledger
