#include <sys/stat.h>

#include <map>

#include "signing/base/random.h"
#include "tests/unit/kv/kv_fixture.h"

namespace letopis::ledger {
namespace {

TEST_F(KvTest, WhatIsPutIsReadBackAndStillThereTomorrow) {
  ASSERT_EQ(open(), "ok") << detail_;
  EXPECT_EQ(get("foo"), "(none)");
  EXPECT_EQ(put("foo", "v1"), "ok");
  EXPECT_EQ(get("foo"), "v1");
  EXPECT_EQ(put("foo", "v2"), "ok");
  ASSERT_EQ(open(), "ok") << detail_;
  EXPECT_EQ(get("foo"), "v2");
}

TEST_F(KvTest, EmptyKeysAndValuesAreOrdinary) {
  ASSERT_EQ(open(), "ok");
  EXPECT_EQ(put("", "under nothing"), "ok");
  EXPECT_EQ(put("nothing", ""), "ok");
  EXPECT_EQ(get(""), "under nothing");
  EXPECT_EQ(get("nothing"), "");
  EXPECT_EQ(scan("", ""), "=under nothing nothing=");
}

TEST_F(KvTest, ABatchIsAppliedInItsOrder) {
  ASSERT_EQ(open(), "ok");
  WriteBatch batch;
  batch.put(bytes_of("a"), bytes_of("1"));
  batch.put(bytes_of("b"), bytes_of("1"));
  batch.remove(bytes_of("a"));
  batch.put(bytes_of("b"), bytes_of("2"));
  ASSERT_TRUE(store_->commit(batch, Durability::kSync));
  EXPECT_EQ(scan("", ""), "b=2");
  ASSERT_TRUE(store_->commit({}, Durability::kSync));
  EXPECT_EQ(scan("", ""), "b=2");
}

TEST_F(KvTest, AScanCoversFromInclusiveToExclusiveEitherWay) {
  ASSERT_EQ(open(), "ok");
  for (const auto* key : {"a", "b", "c", "d"}) put(key, "1");
  for (const bool on_disk : {false, true}) {
    if (on_disk) {
      ASSERT_TRUE(store_->flush());
    }
    EXPECT_EQ(scan("b", "d"), "b=1 c=1");
    EXPECT_EQ(scan("b", "d", {.from_disk = false, .reverse = true}), "c=1 b=1");
    EXPECT_EQ(scan("bb", "d"), "c=1");
    EXPECT_EQ(scan("b", ""), "b=1 c=1 d=1");
    EXPECT_EQ(scan("", "", {.from_disk = true, .reverse = true}), "d=1 c=1 b=1 a=1");
    EXPECT_EQ(scan("d", "b"), "");
    EXPECT_EQ(scan("e", ""), "");
  }
}

TEST_F(KvTest, KeysAreOrderedAsUnsignedBytes) {
  ASSERT_EQ(open(), "ok");
  put("\x80", "high");
  put("\x7f", "low");
  EXPECT_EQ(scan("", ""), "\x7f=low \x80=high");
}

TEST_F(KvTest, AScanStopsWhenItIsTold) {
  ASSERT_EQ(open(), "ok");
  for (const auto* key : {"a", "b", "c"}) put(key, "1");
  int visited = 0;
  ASSERT_TRUE(store_->scan({}, {}, {}, [&](ByteView, ByteView) { return ++visited < 2; }));
  EXPECT_EQ(visited, 2);
}

TEST_F(KvTest, CompactingGivesBackTheSpaceOfWhatWasDeleted) {
  ASSERT_EQ(open(), "ok");
  SeededRandom random(1);
  for (int i = 0; i < 40; ++i) {
    Bytes value(50'000);
    random.fill(value);
    put("key" + std::to_string(i), as_text(value));
  }
  ASSERT_TRUE(store_->compact());
  const auto full = store_->bytes_on_disk();
  ASSERT_TRUE(full);
  EXPECT_GT(*full, 40u * 50'000u);
  WriteBatch batch;
  for (int i = 1; i < 40; ++i) batch.remove(bytes_of("key" + std::to_string(i)));
  ASSERT_TRUE(store_->commit(batch, Durability::kSync));
  ASSERT_TRUE(store_->compact());
  ASSERT_EQ(open(), "ok");  // files nobody needs any more are gone by then
  EXPECT_LT(*store_->bytes_on_disk(), *full / 10);
}

TEST_F(KvTest, AStoreMakesNoLogFilesOfItsOwn) {
  ASSERT_EQ(open(), "ok");
  put("a", "1");
  ASSERT_TRUE(store_->compact());
  for (const auto& entry : std::filesystem::directory_iterator(directory()))
    EXPECT_FALSE(entry.path().filename().string().starts_with("LOG")) << entry.path();
}

TEST_F(KvTest, AMissingStoreIsNotFoundUnlessItMayBeMade) {
  EXPECT_EQ(open({.create = false}), "not_found");
  EXPECT_EQ(open({.read_only = true}), "not_found");
  EXPECT_FALSE(std::filesystem::exists(directory()));
  EXPECT_EQ(open(), "ok");
}

TEST_F(KvTest, ReadOnlyReadsWhatWasNeverFlushedAndChangesNoFile) {
  ASSERT_EQ(open(), "ok");
  put("table", "1");
  ASSERT_TRUE(store_->flush());
  put("log", "2");
  store_.reset();
  const auto listing = [&] {
    std::map<std::string, Bytes> all;
    for (const auto& path : files("")) all[path] = faults::read_whole(path);
    return all;
  };
  const auto before = listing();
  ASSERT_EQ(open({.read_only = true}), "ok") << detail_;
  EXPECT_EQ(scan("", ""), "log=2 table=1");
  EXPECT_EQ(put("more", "3"), "read_only");
  EXPECT_EQ(store_->flush().error().code, "read_only");
  EXPECT_EQ(store_->compact().error().code, "read_only");
  store_.reset();
  EXPECT_EQ(listing(), before);
}

TEST_F(KvTest, ACopyIsAStoreOfItsOwn) {
  ASSERT_EQ(open(), "ok");
  put("flushed", "1");
  ASSERT_TRUE(store_->flush());
  put("logged", "2");
  const std::string copy = home_ / "copy";
  ASSERT_TRUE(store_->copy_to(copy));
  put("later", "3");
  for (const auto& path : files(".sst")) {
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_nlink, 1u) << path << " is a hard link";
  }
  std::filesystem::remove_all(copy + ".moved");
  std::filesystem::rename(copy, copy + ".moved");
  store_.reset();
  std::filesystem::remove_all(directory());
  std::filesystem::rename(copy + ".moved", directory());
  ASSERT_EQ(open(), "ok") << detail_;
  EXPECT_EQ(scan("", ""), "flushed=1 logged=2");
}

TEST_F(KvTest, ACopyIsMadeOfAReadOnlyStoreToo) {
  ASSERT_EQ(open(), "ok");
  put("a", "1");
  ASSERT_EQ(open({.read_only = true}), "ok");
  ASSERT_TRUE(store_->copy_to(home_ / "copy"));
  const auto copy = open_rocksdb(home_ / "copy", {});
  ASSERT_TRUE(copy) << copy.error().text();
  EXPECT_EQ(*(*copy)->get(as_bytes("a")), bytes_of("1"));
}

TEST_F(KvTest, ACopyGoesIntoAnEmptyDirectoryOnly) {
  ASSERT_EQ(open(), "ok");
  put("a", "1");
  std::filesystem::create_directory(home_ / "copy");
  EXPECT_TRUE(store_->copy_to(home_ / "copy"));
  EXPECT_EQ(store_->copy_to(home_ / "copy").error().code, "already_exists");
}

}  // namespace
}  // namespace letopis::ledger
