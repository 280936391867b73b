#include <rocksdb/file_system.h>

#include <filesystem>

#include "tests/fault/fault_file_system.h"

namespace letopis::faults {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(const FaultDisk::Operation& operation) {
  switch (*operation.fault()) {
    case Fault::kNoSpace: return IOStatus::NoSpace("injected", operation.what());
    case Fault::kPowerLost: return IOStatus::IOError("the power is gone", operation.what());
    case Fault::kIoError: break;
  }
  return IOStatus::IOError("injected", operation.what());
}

class FaultWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultWritableFile(std::unique_ptr<rocksdb::FSWritableFile> target, FaultDisk& disk, std::string path,
                    FaultDisk::FileHandle file)
      : FSWritableFileOwnerWrapper(std::move(target)),
        disk_(disk),
        path_(std::move(path)),
        file_(std::move(file)),
        generation_(disk.generation()) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "append", path_, generation_);
    if (operation.fault() == Fault::kPowerLost) return status_of(operation);
    const Slice written(data.data(), operation.fault() ? data.size() / 2 : data.size());
    const auto status = FSWritableFileOwnerWrapper::Append(written, options, debug);
    if (status.ok()) operation.wrote(*file_, written.size());
    return operation.fault() ? status_of(operation) : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("direct writes");
  }
  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&, const DataVerificationInfo&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("direct writes");
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "truncate", path_, generation_);
    if (operation.fault()) return status_of(operation);
    const auto status = FSWritableFileOwnerWrapper::Truncate(size, options, debug);
    if (status.ok()) operation.truncated(*file_, size);
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override { return synced(options, debug); }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return synced(options, debug); }
  // A hint to the kernel, and no promise.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  // Space set aside would be given back at Close(), by a handle from before the loss of power, too.
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}
  IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  // The real sync is left out: no power is really lost, and tests come by the thousand.
  IOStatus synced(const IOOptions& options, IODebugContext* debug) {
    FaultDisk::Operation operation(disk_, "sync", path_, generation_);
    if (operation.fault()) return status_of(operation);
    const auto status = FSWritableFileOwnerWrapper::Flush(options, debug);
    if (status.ok()) operation.synced(*file_);
    return status;
  }

  FaultDisk& disk_;
  const std::string path_;
  const FaultDisk::FileHandle file_;
  const std::uint64_t generation_;
};

class FaultDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultDirectory(std::unique_ptr<rocksdb::FSDirectory> target, FaultDisk& disk, std::string path)
      : FSDirectoryWrapper(std::move(target)), disk_(disk), path_(std::move(path)), generation_(disk.generation()) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    FaultDisk::Operation operation(disk_, "sync folder", path_, generation_);
    if (operation.fault()) return status_of(operation);
    operation.synced_directory(path_);
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
  const std::uint64_t generation_;
};

class FaultRocksFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultRocksFileSystem(FaultDisk& disk) : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "FaultRocksFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext* debug) override {
    if (!disk_.has_power()) return IOStatus::IOError("the power is gone", path);
    return FileSystemWrapper::NewSequentialFile(path, options, result, debug);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result, IODebugContext* debug) override {
    if (!disk_.has_power()) return IOStatus::IOError("the power is gone", path);
    return FileSystemWrapper::NewRandomAccessFile(path, options, result, debug);
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) override {
    FaultDisk::FileHandle file;
    std::unique_ptr<rocksdb::FSWritableFile> target;
    {
      FaultDisk::Operation operation(disk_, "create", path, disk_.generation());
      if (operation.fault()) return status_of(operation);
      operation.about_to_replace(path);
      const auto status = FileSystemWrapper::NewWritableFile(path, options, &target, debug);
      if (!status.ok()) return status;
      file = operation.created(path);
    }
    *result = std::make_unique<FaultWritableFile>(std::move(target), disk_, path, std::move(file));
    return IOStatus::OK();
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) override {
    if (!std::filesystem::exists(path)) return NewWritableFile(path, options, result, debug);
    FaultDisk::FileHandle file;
    std::unique_ptr<rocksdb::FSWritableFile> target;
    {
      FaultDisk::Operation operation(disk_, "open", path, disk_.generation());
      if (operation.fault()) return status_of(operation);
      const auto status = FileSystemWrapper::ReopenWritableFile(path, options, &target, debug);
      if (!status.ok()) return status;
      file = operation.opened(path);
    }
    *result = std::make_unique<FaultWritableFile>(std::move(target), disk_, path, std::move(file));
    return IOStatus::OK();
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("a log used twice", path);
  }
  IOStatus LinkFile(const std::string& path, const std::string&, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("a hard link", path);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> target;
    const auto status = FileSystemWrapper::NewDirectory(path, options, &target, debug);
    if (status.ok()) *result = std::make_unique<FaultDirectory>(std::move(target), disk_, path);
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "rename", to, disk_.generation());
    if (operation.fault()) return status_of(operation);
    operation.about_to_replace(to);
    const auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok()) operation.renamed(from, to);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "remove", path, disk_.generation());
    if (operation.fault()) return status_of(operation);
    operation.about_to_replace(path);
    const auto status = FileSystemWrapper::DeleteFile(path, options, debug);
    if (status.ok()) operation.removed(path);
    return status;
  }
  IOStatus Truncate(const std::string& path, std::size_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "truncate", path, disk_.generation());
    if (operation.fault()) return status_of(operation);
    const auto file = operation.opened(path);
    const auto status = FileSystemWrapper::Truncate(path, size, options, debug);
    if (status.ok()) operation.truncated(*file, size);
    return status;
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    FaultDisk::Operation operation(disk_, "make folder", path, disk_.generation());
    if (operation.fault()) return status_of(operation);
    const auto status = FileSystemWrapper::CreateDir(path, options, debug);
    if (status.ok()) operation.made_directory(path);
    return status;
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    return std::filesystem::is_directory(path) ? IOStatus::OK() : CreateDir(path, options, debug);
  }

 private:
  FaultDisk& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> rocksdb_file_system(FaultDisk& disk) {
  return std::make_shared<FaultRocksFileSystem>(disk);
}

}  // namespace letopis::faults
