#include "signing/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace letopis {
namespace {

tl::unexpected<Error> io_error(std::string_view operation, const std::string& path) {
  const int saved = errno;
  const std::string_view code = saved == ENOENT ? "not_found" : "io_error";
  return fail(code, std::string(operation) + " " + path + ": " + std::strerror(saved));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string parent_of(const std::string& path) {
  auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status sync_directory(const std::string& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return io_error("open", directory);
  if (::fsync(fd.get()) != 0) return io_error("fsync", directory);
  return {};
}

Status write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_error("write", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  Status append(ByteView bytes) override { return write_all(fd_.get(), bytes, path_); }
  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return io_error("fdatasync", path_);
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.ok()) return io_error("open", path);
    Bytes bytes;
    std::array<std::uint8_t, 65'536> chunk;
    for (;;) {
      const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
      if (got < 0) {
        if (errno == EINTR) continue;
        return io_error("read", path);
      }
      if (got == 0) return bytes;
      append(bytes, ByteView(chunk.data(), static_cast<std::size_t>(got)));
      if (bytes.size() > max_bytes)
        return fail("too_large", path + " holds more than " + std::to_string(max_bytes) + " bytes");
    }
  }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    const bool is_new = !exists(path);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0) return io_error("open", path);
    auto file = std::make_unique<PosixAppendFile>(fd, path);
    if (is_new) TRY_STATUS(sync_directory(parent_of(path)));
    return file;
  }

  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override {
    const std::string aside = path + ".new";
    {
      const Descriptor fd(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
      if (!fd.ok()) return io_error("open", aside);
      // The umask, or a file that a crash left aside, may have given it another mode; a seed must not be readable for a
      // moment.
      if (::fchmod(fd.get(), mode) != 0) return io_error("chmod", aside);
      TRY_STATUS(write_all(fd.get(), bytes, aside));
      if (::fsync(fd.get()) != 0) return io_error("fsync", aside);
    }
    if (::rename(aside.c_str(), path.c_str()) != 0) return io_error("rename", path);
    return sync_directory(parent_of(path));
  }

  Status truncate(const std::string& path, std::uint64_t size) override {
    const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.ok()) return io_error("open", path);
    if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return io_error("truncate", path);
    if (::fsync(fd.get()) != 0) return io_error("fsync", path);
    return {};
  }

  Status make_directories(const std::string& path) override {
    std::filesystem::path part;
    for (const auto& step : std::filesystem::path(path)) {
      part /= step;
      if (step.empty()) continue;
      std::error_code error;
      const bool made = std::filesystem::create_directory(part, error);
      if (error) return fail("io_error", "create " + part.string() + ": " + error.message());
      // A folder whose name was never synced is gone after a loss of power, with all that was synced inside it.
      if (made) TRY_STATUS(sync_directory(parent_of(part.string())));
    }
    return {};
  }

  bool exists(const std::string& path) override {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0;
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return io_error("remove", path);
    return sync_directory(parent_of(path));
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    std::error_code error;
    std::vector<std::string> names;
    for (auto it = std::filesystem::directory_iterator(path, error);
         !error && it != std::filesystem::directory_iterator(); it.increment(error))
      names.push_back(it->path().filename().string());
    if (error == std::errc::no_such_file_or_directory)
      return fail("not_found", "list " + path + ": " + error.message());
    if (error) return fail("io_error", "list " + path + ": " + error.message());
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem instance;
  return instance;
}

namespace {

tl::unexpected<Error> held_by_another(int fd, const std::string& directory) {
  char holder[32] = {};
  const ssize_t got = ::pread(fd, holder, sizeof holder - 1, 0);
  return fail("in_use", directory + " is already open in process " + (got > 0 ? std::string(holder) : "?"));
}

// Of the lock file whoever gave the directory knows nothing.
tl::unexpected<Error> no_directory(const std::string& directory) {
  return fail("not_found", "there is no directory " + directory);
}

}  // namespace

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::acquire(const std::string& directory) {
  const std::string path = directory + "/LOCK.letopis";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0 && errno == ENOENT) return no_directory(directory);
  if (fd < 0) return io_error("open", path);
  auto lock = std::unique_ptr<DirectoryLock>(new DirectoryLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return held_by_another(fd, directory);
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) return io_error("write", path);
  return lock;
}

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::watch(const std::string& directory) {
  const std::string path = directory + "/LOCK.letopis";
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    if (!posix_file_system().exists(directory)) return no_directory(directory);
    return std::unique_ptr<DirectoryLock>();
  }
  if (fd < 0) return io_error("open", path);
  auto lock = std::unique_ptr<DirectoryLock>(new DirectoryLock(fd));
  if (::flock(fd, LOCK_SH | LOCK_NB) != 0) return held_by_another(fd, directory);
  return lock;
}

DirectoryLock::~DirectoryLock() { ::close(fd_); }

}  // namespace letopis
