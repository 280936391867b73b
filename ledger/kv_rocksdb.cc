// RocksDB 7.8.3 behind ledger/kv.h. docs/formats/vault.md and the ledger's page say what is stored; this file decides only
// how: one column family, no background magic that could drop or hide anything.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>

#include "ledger/kv.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kBatchProtectionBytesPerKey = 8;  // the widest RocksDB offers
constexpr std::size_t kScrubReadAheadBytes = 2u << 20;
constexpr std::size_t kBlockBytes = 16u << 10;  // 4 KiB hold seven entries: a replay pays for every block it opens
constexpr std::size_t kRowPrefixBytes = 5;      // kind and school, as in store_rows.h
constexpr std::size_t kCopyChunkBytes = 1u << 20;
constexpr std::size_t kKeptLogLines = 16;

// RocksDB asserts that a slice points somewhere, an empty one too.
rocksdb::Slice slice_of(ByteView bytes) {
  return bytes.empty() ? rocksdb::Slice("", 0)
                       : rocksdb::Slice(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}
ByteView view_of(const rocksdb::Slice& slice) { return as_bytes({slice.data(), slice.size()}); }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Instead of RocksDB's LOG files: the last warnings, in memory. A store makes no log of its own (and a read-only one no file
// at all), yet an error can say which file it is about, which a Status often does not.
class RecentWarnings final : public rocksdb::Logger {
 public:
  RecentWarnings() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;

  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel()) return;
    char line[1024];
    std::vsnprintf(line, sizeof line, format, arguments);
    const std::lock_guard guard(mutex_);
    lines_.emplace_back(line);
    if (lines_.size() > kKeptLogLines) lines_.pop_front();
  }
  void LogHeader(const char*, va_list) override {}

  // The newest line that names a file of `directory`; empty when none does.
  std::string about_a_file_of(const std::string& directory) const {
    const std::lock_guard guard(mutex_);
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
      if (line->find(directory + "/") != std::string::npos) return *line;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
};

Error read_error(const rocksdb::Status& status) {
  const bool damaged = status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported();
  return {damaged ? "damaged" : "io_error", status.ToString()};
}

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // memory stays within cache_bytes however large the store grows
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.block_size = kBlockBytes;
  return table;
}

rocksdb::Options engine_options(const KvOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::Options out;
  out.create_if_missing = options.create && !options.read_only;
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  out.track_and_verify_wals_in_manifest = true;  // a closed log that is gone or short is noticed at open
  out.verify_sst_unique_id_in_manifest = true;
  out.paranoid_checks = true;
  out.paranoid_file_checks = true;  // reads every new table back before it replaces a log
  out.best_efforts_recovery = false;
  out.unordered_write = false;
  out.two_write_queues = false;
  out.manual_wal_flush = false;
  out.recycle_log_file_num = 0;
  out.max_bgerror_resume_count = 0;  // after an I/O error only a restart can tell what is on disk
  out.write_buffer_size = options.write_buffer_bytes;
  out.max_total_wal_size = 2 * options.write_buffer_bytes;
  // Rows of one kind and school arrive in the order of their keys: each finds its place beside the one before.
  out.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kRowPrefixBytes));
  out.max_background_jobs = 2;
  out.bytes_per_sync = 1u << 20;
  out.level_compaction_dynamic_level_bytes = true;
  // Measured on 700-byte rows, half of them random: 394 bytes a row with ZSTD at the bottom, 433 with LZ4 everywhere, 721
  // without; writes and scans cost the same within the noise.
  out.compression = rocksdb::kLZ4Compression;
  out.bottommost_compression = rocksdb::kZSTD;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache)));
  return out;
}

class RocksStore final : public KvStore {
 public:
  static Result<std::unique_ptr<KvStore>> open(const std::string& directory, const KvOptions& options);
  ~RocksStore() override;

  Result<std::optional<Bytes>> get(ByteView key) const override;
  Status commit(const WriteBatch& batch, Durability durability) override;
  Status scan(ByteView from, ByteView to, const ScanOptions& options,
              const std::function<bool(ByteView key, ByteView value)>& visit) const override;
  Status flush() override;
  Status compact() override;
  Result<std::uint64_t> bytes_on_disk() const override;
  Status copy_to(const std::string& directory) override;

 private:
  RocksStore(std::string directory, const KvOptions& options);

  Status prepare_directory();
  Status refuse_orphaned_files() const;
  Error open_error(const rocksdb::Status& status) const;
  std::string about_a_damaged_table() const;
  Status may_write() const;
  Status poison(const rocksdb::Status& status);
  void forget_cached_blocks() const;
  Status purge_replaced_files();
  Status copy_files(const std::vector<rocksdb::LiveFileStorageInfo>& files, const std::string& to);
  rocksdb::IOStatus copy_file(const rocksdb::LiveFileStorageInfo& file, const std::string& to);
  rocksdb::IOStatus sync_directory(const std::string& directory) const;
  Status check_copy(const std::string& directory) const;

  const std::string directory_;
  const KvOptions options_;
  const std::shared_ptr<RecentWarnings> warnings_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  const std::shared_ptr<rocksdb::FileSystem> files_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;  // declared last: closed before what it stands on

  mutable std::mutex failure_mutex_;
  std::string failure_;  // of the first write that failed
  std::atomic<bool> failed_{false};
};

RocksStore::RocksStore(std::string directory, const KvOptions& options)
    : directory_(std::move(directory)),
      options_(options),
      warnings_(std::make_shared<RecentWarnings>()),
      cache_(rocksdb::NewLRUCache(options.cache_bytes)),
      files_(options.file_system ? options.file_system : rocksdb::FileSystem::Default()),
      env_(rocksdb::NewCompositeEnv(files_)) {}

RocksStore::~RocksStore() {
  // Close() does not sync; what was committed with kNoSync should survive an orderly stop.
  if (db_ && !options_.read_only && !failed_) db_->FlushWAL(true).PermitUncheckedError();
}

Result<std::unique_ptr<KvStore>> RocksStore::open(const std::string& directory, const KvOptions& options) {
  auto store = std::unique_ptr<RocksStore>(new RocksStore(directory, options));
  TRY_STATUS(store->prepare_directory());
  auto engine = engine_options(options, store->cache_);
  engine.env = store->env_.get();
  engine.info_log = store->warnings_;
  rocksdb::DB* db = nullptr;
  const auto status = options.read_only ? rocksdb::DB::OpenForReadOnly(engine, directory, &db)
                                        : rocksdb::DB::Open(engine, directory, &db);
  if (!status.ok()) return tl::unexpected(store->open_error(status));
  store->db_.reset(db);
  return store;
}

Status RocksStore::prepare_directory() {
  const rocksdb::IOOptions io;
  const auto current = files_->FileExists(directory_ + "/CURRENT", io, nullptr);
  if (current.ok()) return {};
  if (!current.IsNotFound()) return fail("io_error", current.ToString());
  TRY_STATUS(refuse_orphaned_files());
  if (options_.read_only || !options_.create) return fail("not_found", "no store in " + directory_);
  if (const auto made = files_->CreateDirIfMissing(directory_, io, nullptr); !made.ok())
    return fail("io_error", made.ToString());
  // RocksDB syncs its directory but not the parent: without this a loss of power could take the whole new store.
  const auto slash = directory_.find_last_of('/');
  const std::string parent = slash == std::string::npos ? "." : directory_.substr(0, slash == 0 ? 1 : slash);
  if (const auto synced = sync_directory(parent); !synced.ok()) return fail("io_error", synced.ToString());
  return {};
}

// Tables or logs without CURRENT are a store that lost its head. RocksDB would start an empty one over them.
Status RocksStore::refuse_orphaned_files() const {
  std::vector<std::string> names;
  if (!files_->GetChildren(directory_, rocksdb::IOOptions(), &names, nullptr).ok()) return {};
  for (const auto& name : names)
    if (ends_with(name, ".sst") || ends_with(name, ".log"))
      return fail("damaged", directory_ + "/CURRENT is missing beside " + name);
  return {};
}

Error RocksStore::open_error(const rocksdb::Status& status) const {
  const std::string text = status.ToString();
  // Held by this process, or by another one; a lock file that cannot be made is a fault of the directory.
  const bool held = text.find("lock hold by current process") != std::string::npos ||
                    text.find(std::strerror(EAGAIN)) != std::string::npos;
  if (status.IsIOError() && held && text.find("/LOCK") != std::string::npos)
    return {"in_use", directory_ + " is already open: " + text};
  if (status.IsIOError() && !status.IsPathNotFound()) return {"io_error", text};
  // The status may name no file, or the manifest for a table's fault.
  auto where = about_a_damaged_table();
  if (where.empty() && text.find(directory_ + "/") == std::string::npos) where = warnings_->about_a_file_of(directory_);
  if (where.empty()) where = directory_;
  return {"damaged", where + ": " + text};
}

std::string RocksStore::about_a_damaged_table() const {
  std::vector<std::string> names;
  if (!files_->GetChildren(directory_, rocksdb::IOOptions(), &names, nullptr).ok()) return {};
  rocksdb::Options options;
  options.env = env_.get();
  for (const auto& name : names) {
    if (!ends_with(name, ".sst")) continue;
    rocksdb::SstFileReader table(options);
    auto status = table.Open(directory_ + "/" + name);
    if (status.ok()) status = table.VerifyChecksum();
    if (!status.ok()) return directory_ + "/" + name + ": " + status.ToString();
  }
  return {};
}

Result<std::optional<Bytes>> RocksStore::get(ByteView key) const {
  rocksdb::PinnableSlice value;
  const auto status = db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), slice_of(key), &value);
  if (status.IsNotFound()) return std::optional<Bytes>();
  if (!status.ok()) return tl::unexpected(read_error(status));
  const auto bytes = view_of(value);
  return std::optional<Bytes>(std::in_place, bytes.begin(), bytes.end());
}

Status RocksStore::may_write() const {
  if (options_.read_only) return fail("read_only", directory_ + " is open for reading");
  if (!failed_) return {};
  const std::lock_guard guard(failure_mutex_);
  return fail("store_failed", "an earlier write failed, restart: " + failure_);
}

Status RocksStore::poison(const rocksdb::Status& status) {
  const std::lock_guard guard(failure_mutex_);
  if (!failed_) failure_ = status.ToString();
  failed_ = true;
  return fail("store_failed", status.ToString());
}

Status RocksStore::commit(const WriteBatch& batch, Durability durability) {
  TRY_STATUS(may_write());
  rocksdb::WriteBatch out(0, 0, kBatchProtectionBytesPerKey, 0);
  for (const auto& operation : batch.operations) {
    const auto added = operation.is_delete ? out.Delete(slice_of(operation.key))
                                           : out.Put(slice_of(operation.key), slice_of(operation.value));
    if (!added.ok()) return poison(added);
  }
  rocksdb::WriteOptions write;
  write.sync = durability == Durability::kSync;
  write.no_slowdown = false;
  if (const auto status = db_->Write(write, &out); !status.ok()) return poison(status);
  return {};
}

// Bypassing a cache is not something RocksDB offers, so both caches are emptied of these tables: its own, and the kernel's
// pages as far as the kernel agrees. What comes back into either was read and checked after the scan began.
void RocksStore::forget_cached_blocks() const {
  cache_->EraseUnRefEntries();
  std::vector<std::string> names;
  if (!files_->GetChildren(directory_, rocksdb::IOOptions(), &names, nullptr).ok()) return;
  for (const auto& name : names) {
    if (!ends_with(name, ".sst")) continue;
    std::unique_ptr<rocksdb::FSRandomAccessFile> table;
    const auto opened = files_->NewRandomAccessFile(directory_ + "/" + name, rocksdb::FileOptions(), &table, nullptr);
    if (opened.ok()) table->InvalidateCache(0, 0).PermitUncheckedError();
  }
}

Status RocksStore::scan(ByteView from, ByteView to, const ScanOptions& options,
                        const std::function<bool(ByteView key, ByteView value)>& visit) const {
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = false;  // whoever scans reads on and does not come back
  const rocksdb::Slice lower = slice_of(from);
  const rocksdb::Slice upper = slice_of(to);
  read.iterate_lower_bound = &lower;
  if (!to.empty()) read.iterate_upper_bound = &upper;
  if (options.from_disk) {
    forget_cached_blocks();
    read.readahead_size = kScrubReadAheadBytes;
  }
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read));
  for (options.reverse ? it->SeekToLast() : it->SeekToFirst(); it->Valid(); options.reverse ? it->Prev() : it->Next())
    if (!visit(view_of(it->key()), view_of(it->value()))) break;
  if (!it->status().ok()) return tl::unexpected(read_error(it->status()));
  return {};
}

Status RocksStore::flush() {
  TRY_STATUS(may_write());
  if (const auto status = db_->Flush(rocksdb::FlushOptions()); !status.ok()) return poison(status);
  return {};
}

Status RocksStore::compact() {
  TRY_STATUS(flush());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  if (const auto status = db_->CompactRange(options, nullptr, nullptr); !status.ok()) return poison(status);
  return purge_replaced_files();
}

// The files a compaction replaced go when its thread gets to it, which may be long after the call has returned. Listing the
// logs with deletions off waits for what is being deleted; turning them on again deletes the rest here and now.
Status RocksStore::purge_replaced_files() {
  if (const auto status = db_->DisableFileDeletions(); !status.ok()) return tl::unexpected(read_error(status));
  rocksdb::VectorLogPtr logs;
  const auto listed = db_->GetSortedWalFiles(logs);
  const auto purged = db_->EnableFileDeletions(false);
  for (const auto& status : {listed, purged})
    if (!status.ok()) return tl::unexpected(read_error(status));
  return {};
}

Result<std::uint64_t> RocksStore::bytes_on_disk() const {
  std::vector<std::string> names;
  const rocksdb::IOOptions io;
  if (const auto status = files_->GetChildren(directory_, io, &names, nullptr); !status.ok())
    return fail("io_error", status.ToString());
  std::uint64_t total = 0;
  for (const auto& name : names) {
    if (!ends_with(name, ".sst") && !ends_with(name, ".log")) continue;
    std::uint64_t size = 0;
    const auto status = files_->GetFileSize(directory_ + "/" + name, io, &size, nullptr);
    if (status.ok())
      total += size;  // a file that went away meanwhile takes no space
    else if (!status.IsNotFound() && !status.IsPathNotFound())
      return fail("io_error", status.ToString());
  }
  return total;
}

Status RocksStore::copy_to(const std::string& directory) {
  const rocksdb::IOOptions io;
  if (const auto made = files_->CreateDirIfMissing(directory, io, nullptr); !made.ok())
    return fail("io_error", made.ToString());
  std::vector<std::string> names;
  if (const auto listed = files_->GetChildren(directory, io, &names, nullptr); !listed.ok())
    return fail("io_error", listed.ToString());
  for (const auto& name : names)
    if (name != "." && name != "..") return fail("already_exists", directory + " is not empty");
  if (const auto status = db_->DisableFileDeletions(); !status.ok() && !options_.read_only)
    return tl::unexpected(read_error(status));
  std::vector<rocksdb::LiveFileStorageInfo> files;
  rocksdb::LiveFilesStorageInfoOptions live;
  if (options_.read_only) live.wal_size_for_flush = std::numeric_limits<std::uint64_t>::max();
  const auto status = db_->GetLiveFilesStorageInfo(live, &files);
  const Status copied = status.ok() ? copy_files(files, directory) : tl::unexpected(read_error(status));
  if (!options_.read_only) db_->EnableFileDeletions(false).PermitUncheckedError();
  TRY_STATUS(copied);
  return check_copy(directory);
}

Status RocksStore::copy_files(const std::vector<rocksdb::LiveFileStorageInfo>& files, const std::string& to) {
  // CURRENT last: until it is there, the copy does not open as a store.
  for (const bool current : {false, true})
    for (const auto& file : files) {
      if ((file.file_type == rocksdb::kCurrentFile) != current) continue;
      if (const auto status = copy_file(file, to); !status.ok()) return fail("io_error", status.ToString());
      if (const auto status = sync_directory(to); !status.ok()) return fail("io_error", status.ToString());
    }
  return {};
}

rocksdb::IOStatus RocksStore::copy_file(const rocksdb::LiveFileStorageInfo& file, const std::string& to) {
  const rocksdb::IOOptions io;
  std::unique_ptr<rocksdb::FSWritableFile> out;
  auto status = files_->NewWritableFile(to + "/" + file.relative_filename, rocksdb::FileOptions(), &out, nullptr);
  if (!status.ok()) return status;
  if (!file.replacement_contents.empty()) {
    status = out->Append(file.replacement_contents, io, nullptr);
  } else {
    std::unique_ptr<rocksdb::FSSequentialFile> in;
    const std::string from = file.directory + "/" + file.relative_filename;
    status = files_->NewSequentialFile(from, rocksdb::FileOptions(), &in, nullptr);
    std::string scratch(kCopyChunkBytes, '\0');
    for (std::uint64_t left = file.size; status.ok() && left > 0;) {
      rocksdb::Slice chunk;
      status = in->Read(std::min<std::uint64_t>(left, scratch.size()), io, &chunk, scratch.data(), nullptr);
      if (status.ok() && chunk.empty()) return rocksdb::IOStatus::IOError(from, "is shorter than the store says");
      if (status.ok()) status = out->Append(chunk, io, nullptr);
      left -= chunk.size();
    }
  }
  if (status.ok()) status = out->Fsync(io, nullptr);
  const auto closed = out->Close(io, nullptr);
  return status.ok() ? closed : status;
}

rocksdb::IOStatus RocksStore::sync_directory(const std::string& directory) const {
  std::unique_ptr<rocksdb::FSDirectory> handle;
  const rocksdb::IOOptions io;
  const auto opened = files_->NewDirectory(directory, io, &handle, nullptr);
  return opened.ok() ? handle->Fsync(io, nullptr) : opened;
}

// A copy nobody has read is a hope: every block of it is read back and its checksum compared.
Status RocksStore::check_copy(const std::string& directory) const {
  KvOptions options = options_;
  options.read_only = true;
  TRY(const auto copy, open(directory, options));
  const auto status = static_cast<const RocksStore&>(*copy).db_->VerifyChecksum();
  if (!status.ok()) return fail("damaged", "the copy in " + directory + ": " + status.ToString());
  return {};
}

}  // namespace

Result<std::unique_ptr<KvStore>> open_rocksdb(const std::string& directory, const KvOptions& options) {
  std::string trimmed = directory;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  if (trimmed.empty()) return fail("not_found", "no directory given");
  return RocksStore::open(trimmed, options);
}

}  // namespace letopis::ledger
