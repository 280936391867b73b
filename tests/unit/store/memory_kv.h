#pragma once
// A KvStore in memory that can be told to fail, to lie, and to be tampered with.

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "ledger/kv.h"

namespace letopis::ledger::test {

class MemoryKv final : public KvStore {
 public:
  Result<std::optional<Bytes>> get(ByteView key) const override {
    const std::lock_guard guard(mutex_);
    const auto found = rows_.find(Bytes(key.begin(), key.end()));
    return found == rows_.end() ? std::optional<Bytes>() : std::optional<Bytes>(found->second);
  }
  Status commit(const WriteBatch& batch, Durability durability) override {
    const std::lock_guard guard(mutex_);
    if (failing_) return fail("store_failed", "told to");
    if (durability == Durability::kSync) ++syncs_;
    for (const auto& [is_delete, key, value] : batch.operations) {
      if (is_delete)
        rows_.erase(key);
      else
        rows_[key] = value;
      if (spoil_ && !key.empty() && key[0] == *spoil_) rows_[key].back() ^= 1;
    }
    return {};
  }
  Status scan(ByteView from, ByteView to, const ScanOptions& options,
              const std::function<bool(ByteView, ByteView)>& visit) const override {
    const std::lock_guard guard(mutex_);  // recursive: a visitor may read
    const auto begin = rows_.lower_bound(Bytes(from.begin(), from.end()));
    const auto end = to.empty() ? rows_.end() : rows_.lower_bound(Bytes(to.begin(), to.end()));
    if (options.reverse) {
      for (auto row = end; row != begin;)
        if (--row; !visit(row->first, row->second)) break;
    } else {
      for (auto row = begin; row != end; ++row)
        if (!visit(row->first, row->second)) break;
    }
    return {};
  }
  Status flush() override { return {}; }
  Status compact() override { return {}; }
  Result<std::uint64_t> bytes_on_disk() const override { return 0; }
  Status copy_to(const std::string&) override { return fail("io_error", "memory is not copied"); }

  void fail_commits(bool failing = true) { failing_ = failing; }
  // Rows of this kind are stored with a bit flipped.
  void spoil(std::optional<char> kind) { spoil_ = kind; }
  std::uint64_t syncs() const { return syncs_; }

  // What somebody with the files could do.
  std::map<Bytes, Bytes> rows() const {
    const std::lock_guard guard(mutex_);
    return rows_;
  }
  void replace_rows(std::map<Bytes, Bytes> rows) {
    const std::lock_guard guard(mutex_);
    rows_ = std::move(rows);
  }
  void plant(const Bytes& key, Bytes value) {
    const std::lock_guard guard(mutex_);
    rows_[key] = std::move(value);
  }
  void erase(const Bytes& key) {
    const std::lock_guard guard(mutex_);
    rows_.erase(key);
  }

 private:
  mutable std::recursive_mutex mutex_;
  std::map<Bytes, Bytes> rows_;
  std::atomic<bool> failing_{false};
  std::optional<char> spoil_;
  std::atomic<std::uint64_t> syncs_{0};
};

}  // namespace letopis::ledger::test
