#pragma once
// The newest signed checkpoints, in one fsynced file outside the database (DIR/checkpoints.journal). RocksDB cannot see a
// cleanly shortened log; this file can, as long as it is not rolled back together with it (docs/formats/store.md).
//
// Record: "letopis-checkpoint <slug> <bytes> <sha256 hex of the note>\n" ‖ note ‖ "\n". A torn last record is cut off at open; damage
// anywhere else refuses ("damaged"). When the file grows beyond rewrite_at_bytes it is rewritten with the newest record of
// each school (write aside, fsync, rename). After a failed append every further one fails ("journal_failed"): what is on the
// disk is known again after a restart. Not thread-safe: the sequencer's.

#include <map>
#include <memory>
#include <string>

#include "signing/base/file.h"

namespace letopis::ledger {

class CheckpointJournal {
 public:
  static Result<std::unique_ptr<CheckpointJournal>> open(FileSystem& files, const std::string& path,
                                                         std::uint64_t rewrite_at_bytes = 8u << 20);
  ~CheckpointJournal();
  // Reads without opening for writing (audits).
  static Result<std::map<std::string, std::string>> read(FileSystem& files, const std::string& path);

  const std::map<std::string, std::string>& newest() const;  // slug → note
  // Durable when it returns. Several schools, one fsync.
  Status append(const std::map<std::string, std::string>& notes);

 private:
  struct Impl;
  explicit CheckpointJournal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace letopis::ledger
