#pragma once
// A directory of one test's own, gone with it. What a killed test leaves behind lies in the system's temporary directory.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "signing/base/bytes.h"

namespace letopis::faults {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "letopis-test-XXXXXX").string();
    LETOPIS_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline Bytes read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

inline void overwrite(const std::string& path, ByteView bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  LETOPIS_ASSERT(out.flush().good());
}

// The path of the first file below `directory` that holds `needle`; empty when none does.
inline std::string file_holding(const std::string& directory, std::string_view needle) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const Bytes bytes = read_whole(entry.path().string());
    if (as_text(bytes).find(needle) != std::string_view::npos) return entry.path().string();
  }
  return {};
}

}  // namespace letopis::faults
