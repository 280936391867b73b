#pragma once
// A file system whose syncs fail once it is told to.

#include "signing/base/file.h"

namespace letopis::ledger::test {

class FailingFiles final : public FileSystem {
 public:
  bool failing = false;

  Result<Bytes> read(const std::string& path, std::size_t max) override { return inner_.read(path, max); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    TRY(auto file, inner_.open_append(path));
    return std::make_unique<File>(*this, std::move(file));
  }
  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override {
    return inner_.write_atomically(path, bytes, mode);
  }
  Status truncate(const std::string& path, std::uint64_t size) override { return inner_.truncate(path, size); }
  Status make_directories(const std::string& path) override { return inner_.make_directories(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Status remove(const std::string& path) override { return inner_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return inner_.list(path); }

 private:
  class File final : public AppendFile {
   public:
    File(FailingFiles& files, std::unique_ptr<AppendFile> inner) : files_(files), inner_(std::move(inner)) {}
    Status append(ByteView bytes) override { return inner_->append(bytes); }
    Status sync() override {
      if (files_.failing) return fail("io_error", "told to");
      return inner_->sync();
    }

   private:
    FailingFiles& files_;
    std::unique_ptr<AppendFile> inner_;
  };
  FileSystem& inner_ = posix_file_system();
};

}  // namespace letopis::ledger::test
