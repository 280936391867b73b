#include "signing/base/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace letopis {
namespace {

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string pattern = ::testing::TempDir() + "letopis-file-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }
  std::string content(std::string_view name) {
    const auto bytes = files_.read(path(name), 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : bytes.error().code;
  }
  void write(std::string_view name, std::string_view text, unsigned mode = 0640) {
    const auto status = files_.write_atomically(path(name), as_bytes(text), mode);
    ASSERT_TRUE(status) << status.error().text();
  }
  unsigned mode_of(std::string_view name) const {
    struct stat info {};
    return ::stat(path(name).c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }
  template <class T>
  static std::string code(const Result<T>& result) {
    return result ? "ok" : result.error().code;
  }

  FileSystem& files_ = posix_file_system();
  std::string folder_;
};

TEST_F(FileTest, ReadsUpToTheCapAndNoFurther) {
  write("file", "12345");
  EXPECT_EQ(code(files_.read(path("file"), 5)), "ok");
  EXPECT_EQ(code(files_.read(path("file"), 4)), "too_large");
  EXPECT_EQ(code(files_.read(path("absent"), 5)), "not_found");
  EXPECT_EQ(code(files_.read(folder_, 5)), "io_error");
}

TEST_F(FileTest, ReadsFilesLargerThanOneGulp) {
  const std::string text(200'000, 'x');
  write("file", text);
  EXPECT_EQ(content("file"), text);
}

TEST_F(FileTest, WritesTheWholeFileOrLeavesTheOldOne) {
  write("file", "old");
  std::ifstream reader(path("file"));  // opened before, it goes on seeing the old file, whole
  write("file", "the new one");
  std::string seen;
  std::getline(reader, seen);
  EXPECT_EQ(seen, "old");
  EXPECT_EQ(content("file"), "the new one");
  EXPECT_EQ(files_.list(folder_).value(), std::vector<std::string>{"file"});
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFile) {
  write("file", "old");
  // The place aside is taken by a folder: nothing can be written there.
  ASSERT_TRUE(files_.make_directories(path("file.new")));
  EXPECT_EQ(code(files_.write_atomically(path("file"), as_bytes("new"), 0640)), "io_error");
  EXPECT_EQ(content("file"), "old");
  EXPECT_EQ(code(files_.write_atomically(path("no/folder/file"), as_bytes("new"), 0640)), "not_found");
}

TEST_F(FileTest, TheModeIsTheOneAskedForWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  write("public", "x", 0644);
  ::umask(0);
  write("secret", "x", 0600);
  ::umask(before);
  EXPECT_EQ(mode_of("public"), 0644U);
  EXPECT_EQ(mode_of("secret"), 0600U);
}

TEST_F(FileTest, WhatACrashLeftAsideNeitherStaysNorLendsItsMode) {
  std::ofstream(path("secret.new")) << "half of something much longer than what follows";
  ASSERT_EQ(::chmod(path("secret.new").c_str(), 0644), 0);
  write("secret", "seed", 0600);
  EXPECT_EQ(content("secret"), "seed");
  EXPECT_EQ(mode_of("secret"), 0600U);
}

TEST_F(FileTest, AppendsAcrossReopening) {
  for (const auto* part : {"one ", "two ", "three"}) {
    auto file = files_.open_append(path("journal"));
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE((*file)->append(as_bytes(part)));
    ASSERT_TRUE((*file)->append({}));
    ASSERT_TRUE((*file)->sync());
  }
  EXPECT_EQ(content("journal"), "one two three");
}

TEST_F(FileTest, AFullDiskIsAnErrorAndNotSilence) {
  auto file = files_.open_append("/dev/full");
  ASSERT_TRUE(file) << file.error().text();
  const auto status = (*file)->append(as_bytes("x"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "io_error");
  EXPECT_NE(status.error().detail.find("/dev/full"), std::string::npos);
}

TEST_F(FileTest, TruncatesToTheGivenSize) {
  write("file", "12345");
  ASSERT_TRUE(files_.truncate(path("file"), 2));
  EXPECT_EQ(content("file"), "12");
  EXPECT_EQ(code(files_.truncate(path("absent"), 0)), "not_found");
}

TEST_F(FileTest, MakesFoldersAllTheWayAndAgain) {
  ASSERT_TRUE(files_.make_directories(path("a/b/c")));
  ASSERT_TRUE(files_.make_directories(path("a/b/c")));
  EXPECT_TRUE(files_.exists(path("a/b/c")));
  write("file", "x");
  EXPECT_EQ(code(files_.make_directories(path("file/b"))), "io_error");
}

TEST_F(FileTest, ListsNamesInOrder) {
  for (const auto* name : {"b", "a", "журнал", "B"}) write(name, "");
  EXPECT_EQ(files_.list(folder_).value(), (std::vector<std::string>{"B", "a", "b", "журнал"}));
  EXPECT_EQ(code(files_.list(path("absent"))), "not_found");
}

TEST_F(FileTest, RemovesOnce) {
  write("file", "x");
  EXPECT_TRUE(files_.exists(path("file")));
  EXPECT_TRUE(files_.remove(path("file")));
  EXPECT_FALSE(files_.exists(path("file")));
  EXPECT_EQ(code(files_.remove(path("file"))), "not_found");
}

// A second process that holds the folder's lock until it is killed.
class Holder {
 public:
  explicit Holder(const std::string& folder) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = DirectoryLock::acquire(folder);
      const char answer = lock ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char answer = 0;
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ready[0]);
  }
  ~Holder() { die(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void die() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::string id() const { return std::to_string(pid_); }

 private:
  pid_t pid_ = 0;
};

TEST_F(FileTest, ALockHeldByAnotherProcessNamesItAndFallsWithIt) {
  Holder holder(folder_);
  const auto refused = DirectoryLock::acquire(folder_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "in_use");
  EXPECT_NE(refused.error().detail.find("process " + holder.id()), std::string::npos) << refused.error().text();
  holder.die();
  EXPECT_EQ(code(DirectoryLock::acquire(folder_)), "ok");
}

TEST_F(FileTest, ALockIsHeldOnceInOneProcessTooAndReleasedWithItsObject) {
  {
    const auto held = DirectoryLock::acquire(folder_);
    ASSERT_TRUE(held) << held.error().text();
    EXPECT_EQ(code(DirectoryLock::acquire(folder_)), "in_use");
  }
  EXPECT_EQ(code(DirectoryLock::acquire(folder_)), "ok");
}

TEST_F(FileTest, AShorterProcessIdLeavesNothingOfALongerOne) {
  std::ofstream(path("LOCK.letopis")) << "99999999999";
  const auto held = DirectoryLock::acquire(folder_);
  ASSERT_TRUE(held) << held.error().text();
  EXPECT_EQ(content("LOCK.letopis"), std::to_string(::getpid()));
}

TEST_F(FileTest, NoLockInAFolderThatIsNotThere) {
  for (const auto take : {DirectoryLock::acquire, DirectoryLock::watch}) {
    const auto refused = take(path("absent"));
    ASSERT_EQ(code(refused), "not_found");
    EXPECT_EQ(refused.error().detail, "there is no directory " + path("absent")) << "the lock's name helps nobody";
  }
}

}  // namespace
}  // namespace letopis
