#pragma once
// What a monitor remembers of one log between two rounds, and the folder it is kept in:
//   memory            one file in text, put in place whole (write aside, fsync, rename, fsync the folder)
//   leaves-<first>    the leaf hashes of the mirror, 32 bytes each, appended and fsynced before the memory that counts them
//   fork-<hash>.txt   evidence (ledger/fork_file.h); written once, never overwritten, and removed by people alone
//   undecided-<hash>.txt  two signed checkpoints of which the log does not show that one follows from the other; likewise
// A process that dies anywhere in between leaves the memory of before or of after. Not thread-safe; one process a folder.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/fork_file.h"
#include "ledger/trust_policy.h"
#include "replay-tools/monitor_mirror.h"
#include "signing/base/file.h"

namespace letopis::monitor {

// What a quorum of the policy had seen, and between which moments.
struct Witnessed {
  std::uint64_t size = 0;
  ledger::Bracket at;
  bool operator==(const Witnessed&) const = default;
};
// Entries that wait for a quorum.
struct Waiting {
  std::uint64_t begin = 0, end = 0;
  Instant seen;                  // by this monitor, first
  std::optional<Instant> lower;  // they were recorded no earlier, by the evidence before them
  bool unread = false;           // counted without a key: some may be the log's own
  bool operator==(const Waiting&) const = default;
};

struct Memory {
  signing::VerifierKey log;
  std::string note;  // the newest checkpoint seen, signed; the mirror is of its size and root
  ledger::Checkpoint checkpoint;
  Mirror mirror;
  std::uint64_t read = 0;  // entries before this one were read, or are not to be
  std::optional<Witnessed> witnessed;
  std::optional<Instant> lower;       // no entry after the newest one read was recorded earlier
  std::vector<Waiting> waiting;       // ascending
  std::vector<std::uint32_t> widths;  // of the newest brackets, in seconds; the newest last
  std::string verdicts;               // of the newest entries: a(ccepted), l(ate), r(efused); the newest last
  std::string encode() const;         // without the leaves
};
inline constexpr std::size_t kMemorySizeMaxBytes = 1024 * 1024;
inline constexpr std::size_t kWaitingMax = 1024;
inline constexpr std::size_t kRecentMax = 256;  // widths and verdicts

class MemoryFolder {
 public:
  // Makes the folder where there is none. `files` outlives this.
  static Result<MemoryFolder> open(FileSystem& files, std::string directory);

  // nullopt: nothing was remembered yet. Errors: "damaged" (names the file), the file system's.
  Result<std::optional<Memory>> load(const signing::VerifierKey& log);
  Status store(const Memory& memory);

  // Names of the evidence of forks that nobody has taken away.
  Result<std::vector<std::string>> forks() const;
  // The file's path. Evidence that is there already is left as it is.
  Result<std::string> keep_fork(const ledger::ForkFile& fork);
  Result<std::string> keep_undecided(const ledger::ForkFile& pair);  // one for each smaller one, sixteen at most

 private:
  MemoryFolder(FileSystem& files, std::string directory) : files_(&files), directory_(std::move(directory)) {}
  std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  Status store_leaves(const Mirror& mirror);
  Result<std::string> keep(const std::string& name, const ledger::ForkFile& file);
  void remove_other_leaves(std::uint64_t first);

  FileSystem* files_;
  std::string directory_;
  std::optional<std::pair<std::uint64_t, std::size_t>> on_disk_;  // first and number of leaves; nullopt: unknown
};

// The folder of a log below a monitor's directory: its origin, as far as a file name may hold it, and eight hex digits of its key.
std::string folder_name(const signing::VerifierKey& log);

}  // namespace letopis::monitor
