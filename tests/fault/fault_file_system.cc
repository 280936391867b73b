#include "tests/fault/fault_file_system.h"

#include <sys/stat.h>

#include <filesystem>

#include "tests/fault/temporary_directory.h"

namespace letopis::faults {
namespace {

tl::unexpected<Error> failed(const FaultDisk::Operation& operation) {
  const char* why = *operation.fault() == Fault::kNoSpace     ? ": No space left on device"
                    : *operation.fault() == Fault::kPowerLost ? ": the power is gone"
                                                              : ": Input/output error";
  return fail("io_error", operation.what() + why);
}

Status no_power() { return fail("io_error", "the power is gone"); }

void append_to(const std::string& path, ByteView bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  LETOPIS_ASSERT(out.flush().good());
}

class FaultAppendFile final : public AppendFile {
 public:
  FaultAppendFile(FaultDisk& disk, std::string path, FaultDisk::FileHandle file)
      : disk_(disk), path_(std::move(path)), file_(std::move(file)), generation_(disk.generation()) {}

  Status append(ByteView bytes) override {
    FaultDisk::Operation operation(disk_, "append", path_, generation_);
    if (operation.fault() == Fault::kPowerLost) return failed(operation);
    const auto written = operation.fault() ? bytes.first(bytes.size() / 2) : bytes;
    append_to(path_, written);
    operation.wrote(*file_, written.size());
    if (operation.fault()) return failed(operation);
    return {};
  }

  Status sync() override {
    FaultDisk::Operation operation(disk_, "sync", path_, generation_);
    if (operation.fault()) return failed(operation);
    operation.synced(*file_);
    return {};
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
  const FaultDisk::FileHandle file_;
  const std::uint64_t generation_;
};

}  // namespace

Status FaultFileSystem::sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  FaultDisk::Operation operation(disk_, "sync folder", folder, disk_.generation());
  if (operation.fault()) return failed(operation);
  operation.synced_directory(folder);
  return {};
}

Result<Bytes> FaultFileSystem::read(const std::string& path, std::size_t max_bytes) {
  if (!disk_.has_power()) return tl::unexpected(no_power().error());
  return posix_file_system().read(path, max_bytes);
}

Result<std::unique_ptr<AppendFile>> FaultFileSystem::open_append(const std::string& path) {
  const bool is_new = !std::filesystem::exists(path);
  FaultDisk::FileHandle file;
  {
    FaultDisk::Operation operation(disk_, is_new ? "create" : "open", path, disk_.generation());
    if (operation.fault()) return failed(operation);
    append_to(path, {});
    file = is_new ? operation.created(path) : operation.opened(path);
  }
  if (is_new) TRY_STATUS(sync_folder_of(path));
  return std::make_unique<FaultAppendFile>(disk_, path, std::move(file));
}

Status FaultFileSystem::write_aside(const std::string& aside, ByteView bytes, unsigned mode) {
  FaultDisk::FileHandle file;
  {
    FaultDisk::Operation operation(disk_, "create", aside, disk_.generation());
    if (operation.fault()) return failed(operation);
    operation.about_to_replace(aside);
    overwrite(aside, {});
    ::chmod(aside.c_str(), mode);
    file = operation.created(aside);
  }
  FaultAppendFile out(disk_, aside, file);
  TRY_STATUS(out.append(bytes));
  return out.sync();
}

Status FaultFileSystem::write_atomically(const std::string& path, ByteView bytes, unsigned mode) {
  const std::string aside = path + ".new";
  TRY_STATUS(write_aside(aside, bytes, mode));
  {
    FaultDisk::Operation operation(disk_, "rename", path, disk_.generation());
    if (operation.fault()) return failed(operation);
    operation.about_to_replace(path);
    std::filesystem::rename(aside, path);
    operation.renamed(aside, path);
  }
  return sync_folder_of(path);
}

Status FaultFileSystem::truncate(const std::string& path, std::uint64_t size) {
  FaultDisk::FileHandle file;
  {
    FaultDisk::Operation operation(disk_, "truncate", path, disk_.generation());
    if (operation.fault()) return failed(operation);
    if (!std::filesystem::exists(path)) return fail("not_found", path);
    file = operation.opened(path);
    std::filesystem::resize_file(path, size);
    operation.truncated(*file, size);
  }
  FaultDisk::Operation operation(disk_, "sync", path, disk_.generation());
  if (operation.fault()) return failed(operation);
  operation.synced(*file);
  return {};
}

Status FaultFileSystem::make_directories(const std::string& path) {
  const std::filesystem::path whole(path);
  std::filesystem::path part;
  for (const auto& step : whole) {
    part /= step;
    if (step.empty() || std::filesystem::exists(part)) continue;
    {
      FaultDisk::Operation operation(disk_, "make folder", part.string(), disk_.generation());
      if (operation.fault()) return failed(operation);
      std::filesystem::create_directory(part);
      operation.made_directory(part.string());
    }
    TRY_STATUS(sync_folder_of(part.string()));
  }
  return {};
}

bool FaultFileSystem::exists(const std::string& path) { return disk_.has_power() && posix_file_system().exists(path); }

Status FaultFileSystem::remove(const std::string& path) {
  {
    FaultDisk::Operation operation(disk_, "remove", path, disk_.generation());
    if (operation.fault()) return failed(operation);
    if (!std::filesystem::exists(path)) return fail("not_found", path);
    operation.about_to_replace(path);
    std::filesystem::remove(path);
    operation.removed(path);
  }
  return sync_folder_of(path);
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& path) {
  if (!disk_.has_power()) return tl::unexpected(no_power().error());
  return posix_file_system().list(path);
}

}  // namespace letopis::faults
