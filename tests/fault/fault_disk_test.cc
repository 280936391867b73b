// The disk keeps its promises: without this, a test that loses nothing would look like a store that loses nothing.

#include <gtest/gtest.h>

#include <set>

#include "tests/fault/fault_file_system.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::faults {
namespace {

class FaultDiskTest : public ::testing::Test {
 protected:
  std::string content(const std::string& path) const {
    const auto bytes = read_whole(path);
    return std::filesystem::exists(path) ? std::string(as_text(bytes)) : "(missing)";
  }
  void lose_and_restore(Random* torn = nullptr) {
    disk_.lose_power(torn);
    disk_.restore_power();
  }
  std::unique_ptr<AppendFile> opened(const std::string& path) {
    auto file = files_.open_append(path);
    EXPECT_TRUE(file) << file.error().text();
    return std::move(*file);
  }

  TemporaryDirectory home_;
  FaultDisk disk_;
  FaultFileSystem files_{disk_};
  const std::string journal_ = home_ / "journal";
};

TEST_F(FaultDiskTest, WhatWasSyncedStaysAndTheRestGoes) {
  auto file = opened(journal_);
  ASSERT_TRUE(file->append(as_bytes("kept ")));
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(file->append(as_bytes("lost")));
  EXPECT_EQ(content(journal_), "kept lost");
  lose_and_restore();
  EXPECT_EQ(content(journal_), "kept ");
  EXPECT_EQ(disk_.lost_bytes(), 4u);
}

TEST_F(FaultDiskTest, ATornLossKeepsSomePrefix) {
  SeededRandom random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    std::filesystem::remove(journal_);
    FaultDisk disk;
    FaultFileSystem files(disk);
    auto file = files.open_append(journal_);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(as_bytes("kept ")));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE((*file)->append(as_bytes("abc")));
    disk.lose_power(&random);
    seen.insert(content(journal_));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"kept ", "kept a", "kept ab", "kept abc"}));
}

TEST_F(FaultDiskTest, NothingIsWrittenWhileThePowerIsGoneNorEverThroughOldHandles) {
  auto file = opened(journal_);
  disk_.lose_power();
  EXPECT_FALSE(file->append(as_bytes("late")));
  EXPECT_FALSE(files_.read(journal_, 100));
  EXPECT_FALSE(files_.write_atomically(home_ / "other", as_bytes("late"), 0600));
  disk_.restore_power();
  EXPECT_FALSE(file->append(as_bytes("late")));
  EXPECT_FALSE(file->sync());
  EXPECT_EQ(content(journal_), "");
  EXPECT_EQ(content(home_ / "other"), "(missing)");
}

TEST_F(FaultDiskTest, AnAtomicWriteSurvivesWhole) {
  ASSERT_TRUE(files_.write_atomically(journal_, as_bytes("one"), 0600));
  ASSERT_TRUE(files_.write_atomically(journal_, as_bytes("two"), 0600));
  lose_and_restore();
  EXPECT_EQ(content(journal_), "two");
}

// Step by step through one atomic write: whichever fails, and whether or not the power goes next, the file is old or new.
TEST_F(FaultDiskTest, AnAtomicWriteCutShortAnywhereLeavesTheOldOrTheNew) {
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_TRUE(files_.write_atomically(journal_, as_bytes("old"), 0600));
    disk_.fail_operation(n, Fault::kIoError);
    const bool written = files_.write_atomically(journal_, as_bytes("new"), 0600).has_value();
    disk_.heal();
    lose_and_restore();
    EXPECT_EQ(content(journal_), written ? "new" : "old") << "failed at " << disk_.failed_operation();
    if (written) break;
    ++failures;
  }
  EXPECT_EQ(failures, 5);  // create, append, sync, rename, sync the folder
}

TEST_F(FaultDiskTest, AFailedAppendWritesHalf) {
  auto file = opened(journal_);
  disk_.fail_operation(1, Fault::kNoSpace);
  const auto status = file->append(as_bytes("12345678"));
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find("No space left"), std::string::npos);
  EXPECT_EQ(content(journal_), "1234");
  EXPECT_EQ(disk_.failed_operation(), "append " + journal_);
  EXPECT_TRUE(file->append(as_bytes("5678")));
}

TEST_F(FaultDiskTest, AFaultMayLast) {
  auto file = opened(journal_);
  disk_.fail_operation(2, Fault::kIoError, true);
  EXPECT_TRUE(file->append(as_bytes("1")));
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(file->sync());
  disk_.heal();
  EXPECT_TRUE(file->sync());
}

TEST_F(FaultDiskTest, ARemovedFileComesBackUnlessItsFolderWasSynced) {
  ASSERT_TRUE(files_.write_atomically(journal_, as_bytes("old"), 0600));
  disk_.fail_operation(2, Fault::kIoError);  // the folder's sync
  EXPECT_FALSE(files_.remove(journal_));
  EXPECT_EQ(content(journal_), "(missing)");
  lose_and_restore();
  EXPECT_EQ(content(journal_), "old");
  ASSERT_TRUE(files_.remove(journal_));
  lose_and_restore();
  EXPECT_EQ(content(journal_), "(missing)");
}

TEST_F(FaultDiskTest, ANewFileIsGoneUnlessItsFolderWasSynced) {
  disk_.fail_operation(2, Fault::kIoError);
  EXPECT_FALSE(files_.open_append(journal_));
  EXPECT_EQ(content(journal_), "");
  lose_and_restore();
  EXPECT_EQ(content(journal_), "(missing)");
}

TEST_F(FaultDiskTest, ATruncationIsDurableAndWhatFollowsIsNot) {
  ASSERT_TRUE(files_.write_atomically(journal_, as_bytes("12345678"), 0600));
  ASSERT_TRUE(files_.truncate(journal_, 4));
  auto file = opened(journal_);
  ASSERT_TRUE(file->append(as_bytes("abc")));
  lose_and_restore();
  EXPECT_EQ(content(journal_), "1234");
}

TEST_F(FaultDiskTest, FoldersMadeAreThereAfterwards) {
  ASSERT_TRUE(files_.make_directories(home_ / "a/b/c"));
  lose_and_restore();
  EXPECT_TRUE(std::filesystem::is_directory(home_ / "a/b/c"));
}

}  // namespace
}  // namespace letopis::faults
