#pragma once
// A store in a directory of its own, in few words.

#include <gtest/gtest.h>

#include "ledger/kv.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::ledger {

inline Bytes bytes_of(std::string_view text) { return Bytes(as_bytes(text).begin(), as_bytes(text).end()); }

class KvTest : public ::testing::Test {
 protected:
  std::string directory() const { return home_ / "kv"; }
  // "ok", or the code of the error; detail_ keeps the rest.
  std::string open(const KvOptions& options = {}) {
    store_.reset();
    auto opened = open_rocksdb(directory(), options);
    if (!opened) {
      detail_ = opened.error().detail;
      return opened.error().code;
    }
    store_ = std::move(*opened);
    return "ok";
  }
  std::string put(std::string_view key, std::string_view value, Durability durability = Durability::kSync) {
    WriteBatch batch;
    batch.put(bytes_of(key), bytes_of(value));
    const auto status = store_->commit(batch, durability);
    return status ? "ok" : status.error().code;
  }
  std::string get(std::string_view key) const {
    const auto value = store_->get(as_bytes(key));
    if (!value) return value.error().code;
    return *value ? std::string(as_text(**value)) : "(none)";
  }
  // "a=1 b=2", or the code of the error.
  std::string scan(std::string_view from, std::string_view to, KvStore::ScanOptions options = {}) const {
    std::string out;
    const auto status = store_->scan(as_bytes(from), as_bytes(to), options, [&](ByteView key, ByteView value) {
      if (!out.empty()) out += ' ';
      out.append(as_text(key)).append("=").append(as_text(value));
      return true;
    });
    return status ? out : status.error().code;
  }
  // The files of the store whose names end so, with their paths.
  std::vector<std::string> files(std::string_view end) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory()))
      if (entry.path().string().ends_with(end)) found.push_back(entry.path().string());
    return found;
  }

  faults::TemporaryDirectory home_;
  std::string detail_;
  std::unique_ptr<KvStore> store_;
};

}  // namespace letopis::ledger
