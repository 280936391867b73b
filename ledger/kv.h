#pragma once
// The storage engine behind one interface: RocksDB in life (ledger/kv_rocksdb.cc is the only place that includes it).
// Keys are ordered as unsigned bytes. All methods are thread-safe; one writer at a time is enough for us.
//
// Durability: commit(batch, kSync) returns success only after the write-ahead log with the whole batch was fsynced. After
// any failed commit the store refuses every further one ("store_failed"): the "failed" batch may well be on disk, and only a
// restart can tell. WAL recovery mode is kTolerateCorruptedTailRecords: anything but a torn tail makes open() fail with
// "damaged", naming the file.
//
// Errors: "not_found" (open: no store there, and none may be created), "in_use" (another process, or this one, has it open),
// "damaged" (a checksum, a missing file, a flipped byte), "io_error" (a read or open failed), "read_only", "store_failed".

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace rocksdb {
class FileSystem;
}

namespace letopis::ledger {

struct WriteBatch {
  struct Operation {
    bool is_delete = false;
    Bytes key;
    Bytes value;
  };
  std::vector<Operation> operations;
  void put(Bytes key, Bytes value) { operations.push_back({false, std::move(key), std::move(value)}); }
  void remove(Bytes key) { operations.push_back({true, std::move(key), {}}); }
  bool empty() const { return operations.empty(); }
};

enum class Durability { kSync, kNoSync };

class KvStore {
 public:
  virtual ~KvStore() = default;
  virtual Result<std::optional<Bytes>> get(ByteView key) const = 0;
  virtual Status commit(const WriteBatch& batch, Durability durability) = 0;
  // Calls `visit` for keys in [from, to) in order until it returns false; an empty `to` means to the end of the store. The
  // views live for the call only. reverse starts with the last key of the range.
  // from_disk empties the caches of what they hold of the tables, so that every block is read and its checksum verified (the
  // scrub); rows that were never flushed still come from memory.
  struct ScanOptions {
    bool from_disk = false;
    bool reverse = false;
  };
  virtual Status scan(ByteView from, ByteView to, const ScanOptions& options,
                      const std::function<bool(ByteView key, ByteView value)>& visit) const = 0;
  virtual Status flush() = 0;                                // memtables to table files; poisons like commit()
  virtual Status compact() = 0;                              // everything; the files it replaced are gone when it
                                                             // returns, but for those that somebody is reading
  virtual Result<std::uint64_t> bytes_on_disk() const = 0;   // table files and write-ahead log
  virtual Status copy_to(const std::string& directory) = 0;  // a consistent full copy (no hard links), fsynced
                                                             // and read back; the directory must be empty or new
};

struct KvOptions {
  bool read_only = false;  // for audits of a stopped server: creates and repairs nothing
  bool create = true;
  std::size_t write_buffer_bytes = 64u << 20;
  std::size_t cache_bytes = 64u << 20;
  std::shared_ptr<rocksdb::FileSystem> file_system = {};  // tests only: faults and lost syncs
};
Result<std::unique_ptr<KvStore>> open_rocksdb(const std::string& directory, const KvOptions& options);

}  // namespace letopis::ledger
