#pragma once
// A file system for tests of the readers: a directory of the tree with some files exchanged, changed or missing.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "signing/base/file.h"

namespace letopis::replay_tools {

class OverlayFiles final : public FileSystem {
 public:
  explicit OverlayFiles(std::string directory) : directory_(std::move(directory)) {}

  // The whole text of a file, in place of what the tree has.
  OverlayFiles& put(const std::string& name, std::string_view text) {
    files_[name] = Bytes(as_bytes(text).begin(), as_bytes(text).end());
    return *this;
  }
  OverlayFiles& without(const std::string& name) {
    files_[name] = std::nullopt;
    return *this;
  }
  OverlayFiles& append(const std::string& name, std::string_view text) {
    return put(name, text_of(name) + std::string(text));
  }
  // One piece of a file exchanged; it must be there, or the test would prove nothing.
  OverlayFiles& change(const std::string& name, std::string_view piece, std::string_view replacement) {
    std::string text = text_of(name);
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << name << " does not hold " << piece;
    if (at == std::string::npos) return *this;
    return put(name, text.replace(at, piece.size(), replacement));
  }
  std::string text_of(const std::string& name) {
    return std::string(as_text(read(directory_ + "/" + name, 1 << 26).value()));
  }
  // One line of a file, counted from 1, without its end.
  std::string line(const std::string& name, int number) {
    std::string text = text_of(name);
    for (; number > 1; --number) text.erase(0, text.find('\n') + 1);
    return text.substr(0, text.find("\r\n"));
  }
  const std::string& directory() const { return directory_; }

  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override {
    const auto known = files_.find(path.substr(path.rfind('/') + 1));
    if (known == files_.end()) return posix_file_system().read(path, max_bytes);
    if (!known->second) return fail("not_found", path);
    return *known->second;
  }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string&) override { return fail("io_error", "read only"); }
  Status write_atomically(const std::string&, ByteView, unsigned) override { return fail("io_error", "read only"); }
  Status truncate(const std::string&, std::uint64_t) override { return fail("io_error", "read only"); }
  Status make_directories(const std::string&) override { return fail("io_error", "read only"); }
  bool exists(const std::string& path) override { return posix_file_system().exists(path); }
  Status remove(const std::string&) override { return fail("io_error", "read only"); }
  Result<std::vector<std::string>> list(const std::string& path) override { return posix_file_system().list(path); }

 private:
  std::string directory_;
  std::map<std::string, std::optional<Bytes>> files_;
};

}  // namespace letopis::replay_tools
