#pragma once
// The few things we do to files, behind an interface, so that tests can drop what was not synced and fail the n-th
// call. Paths are UTF-8. Errors: code "io_error" with the operation, path and errno text; "not_found";
// "already_exists"; "too_large".

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis {

// An open file that only grows. Not thread-safe.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Status append(ByteView bytes) = 0;
  virtual Status sync() = 0;  // fdatasync: on success every byte appended so far survives a loss of power
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<Bytes> read(const std::string& path, std::size_t max_bytes) = 0;
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) = 0;  // creates it; syncs the folder
  // Write aside, fsync, rename, fsync the folder: the file is the old one or the new one, never half. mode as chmod.
  virtual Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) = 0;
  virtual Status truncate(const std::string& path, std::uint64_t size) = 0;  // and fsync
  virtual Status make_directories(const std::string& path) = 0;  // those that are missing; syncs the folder of each
  virtual bool exists(const std::string& path) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;  // names, sorted
};

FileSystem& posix_file_system();

// A lock held by one process at a time, released when it dies. Error "in_use" names the holder's process id.
class DirectoryLock {
 public:
  static Result<std::unique_ptr<DirectoryLock>> acquire(const std::string& directory);
  // For readers of a stopped directory, which may be many: nobody acquires it meanwhile, and nothing in it is written. A
  // directory that was never locked is read without a lock. "not_found" when it is not there.
  static Result<std::unique_ptr<DirectoryLock>> watch(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace letopis
