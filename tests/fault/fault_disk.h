#pragma once
// A disk that can fail and lose its power, under either file system (fault_file_system.h).
//
// Files are real files; what is simulated is what a POSIX system promises about them. Every byte is written at once, and the
// disk remembers what a sync has reached: bytes by fsync of their file, names (created, renamed, removed) by fsync of their
// folder. lose_power() undoes the rest. Several stores and journals may share a disk, so that they lose their power together.
//
// Thread-safe. One operation at a time reaches the files, as RocksDB's background threads would otherwise make runs differ.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/random.h"

namespace letopis::faults {

enum class Fault { kIoError, kNoSpace, kPowerLost };

class FaultDisk {
 public:
  // Everything that changes a file or a name, or syncs either, is one operation and counted from 1.
  std::uint64_t operations() const;
  // The n-th operation from now fails; with `from_then_on`, every later one, too. A failed write has written half.
  void fail_operation(std::uint64_t n, Fault fault, bool from_then_on = false);
  void heal();
  // What failed, "sync /tmp/…/000004.log"; empty while nothing has.
  std::string failed_operation() const;

  // From here every operation fails, through handles opened before even after restore_power(). Without `torn`, all that was
  // not synced is gone. With it, what real disks may do: of the changes to names some prefix stays, of the bytes of each file
  // any number.
  void lose_power(Random* torn = nullptr);
  void restore_power();
  // What the last loss took: bytes cut off and names undone. A test that lost nothing has tested nothing.
  std::uint64_t lost_bytes() const;
  std::uint64_t lost_names() const;

  // For the file systems above. A file as the disk knows it, whatever it is called by now.
  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
  };
  using FileHandle = std::shared_ptr<File>;
  class Operation;  // one counted operation: holds the disk until it is done

  std::uint64_t generation() const;  // of handles; another one after a loss of power
  bool has_power() const;

 private:
  struct Saved {
    Bytes content;
    FileHandle file;
  };
  struct Change {
    enum class Kind { kCreated, kRenamed, kRemoved, kMadeDirectory };
    Kind kind;
    std::string path;
    std::string from;             // kRenamed
    std::optional<Saved> before;  // what had the name until then
  };

  std::optional<Fault> admit(std::string_view what, const std::string& path, std::uint64_t generation);
  FileHandle file_at(const std::string& path);
  std::optional<Saved> save(const std::string& path);
  void undo(const Change& change);
  void put_back(const std::string& path, const std::optional<Saved>& saved);
  void cut(const std::string& path, File& file, Random* torn);

  mutable std::mutex mutex_;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_at_ = 0;
  Fault fault_ = Fault::kIoError;
  bool from_then_on_ = false;
  std::string failed_operation_;
  bool has_power_ = true;
  std::uint64_t generation_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::uint64_t lost_names_ = 0;
  std::map<std::string, FileHandle> files_;  // by their present name, once touched
  std::vector<Change> unsynced_names_;       // in order
};

// One operation: asks for the disk, then does the thing, then tells the disk what it did.
class FaultDisk::Operation {
 public:
  Operation(FaultDisk& disk, std::string_view what, const std::string& path, std::uint64_t generation);

  std::optional<Fault> fault() const { return fault_; }
  std::string what() const { return what_; }

  // What was done. Call what fits before the operation ends, with the fault or without.
  FileHandle opened(const std::string& path);      // found as it was: durable so far
  void about_to_replace(const std::string& path);  // before a name is created, renamed over or removed
  FileHandle created(const std::string& path);
  void renamed(const std::string& from, const std::string& to);
  void removed(const std::string& path);
  void made_directory(const std::string& path);
  void wrote(File& file, std::uint64_t bytes) { file.size += bytes; }
  void truncated(File& file, std::uint64_t size);
  void synced(File& file) { file.synced = file.size; }
  void synced_directory(const std::string& path);

 private:
  FaultDisk& disk_;
  std::string what_;
  std::unique_lock<std::mutex> lock_;
  std::optional<Fault> fault_;
  std::optional<Saved> before_;
};

}  // namespace letopis::faults
