#pragma once
// Somebody with write access to a stopped server's disk: opens its databases and files and changes rows and bytes, as any
// tool could. What such a change costs in checksums is done right, so that only the audit is left to notice it.

#include <filesystem>
#include <string>

#include "ledger/kv.h"
#include "ledger/store_rows.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::test {

class RowEditor {
 public:
  explicit RowEditor(const std::string& database) {
    auto opened = ledger::open_rocksdb(database, {});
    LETOPIS_ASSERT(opened.has_value());
    kv_ = *std::move(opened);
  }
  Bytes get(const Bytes& key) const {
    const auto value = kv_->get(key);
    LETOPIS_ASSERT(value.has_value() && value->has_value());
    return **value;
  }
  void put(const Bytes& key, const Bytes& value) {
    ledger::WriteBatch batch;
    batch.put(key, value);
    commit(batch);
  }
  void remove(const Bytes& key) {
    ledger::WriteBatch batch;
    batch.remove(key);
    commit(batch);
  }
  void flip(const Bytes& key, std::size_t at) {
    Bytes value = get(key);
    value[at % value.size()] ^= 1;
    put(key, value);
  }
  void exchange(const Bytes& a, const Bytes& b) {
    const Bytes value = get(a);
    put(a, get(b));
    put(b, value);
  }
  // The first row whose key begins so.
  Bytes first_below(const Bytes& prefix) const {
    Bytes found;
    const auto status = kv_->scan(prefix, {}, {}, [&](ByteView key, ByteView) {
      found.assign(key.begin(), key.end());
      return false;
    });
    LETOPIS_ASSERT(status.has_value() && !found.empty());
    return found;
  }

 private:
  void commit(const ledger::WriteBatch& batch) {
    LETOPIS_ASSERT(kv_->commit(batch, ledger::Durability::kSync).has_value());
  }
  std::unique_ptr<ledger::KvStore> kv_;
};

inline void flip_byte_of_file(const std::string& path, std::size_t at) {
  Bytes bytes = faults::read_whole(path);
  LETOPIS_ASSERT(at < bytes.size());
  bytes[at] ^= 1;
  faults::overwrite(path, bytes);
}

}  // namespace letopis::test
