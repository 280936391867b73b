#pragma once
// Both kinds of file system, over a FaultDisk: letopis::FileSystem for journals and keys, rocksdb::FileSystem for the stores.
// A store must be closed before the disk gets its power back.

#include <memory>

#include "signing/base/file.h"
#include "tests/fault/fault_disk.h"

namespace rocksdb {
class FileSystem;
}

namespace letopis::faults {

// For KvOptions::file_system. The disk must outlive it.
std::shared_ptr<rocksdb::FileSystem> rocksdb_file_system(FaultDisk& disk);

// Does what posix_file_system() does, step by step, each step an operation of the disk.
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FaultDisk& disk) : disk_(disk) {}

  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override;
  Status truncate(const std::string& path, std::uint64_t size) override;
  Status make_directories(const std::string& path) override;
  bool exists(const std::string& path) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;

 private:
  Status sync_folder_of(const std::string& path);
  Status write_aside(const std::string& aside, ByteView bytes, unsigned mode);

  FaultDisk& disk_;
};

}  // namespace letopis::faults
