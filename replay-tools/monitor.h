#pragma once
// Watches one log from outside: whether every checkpoint it ever shows, to this monitor or to a witness, is of one history; how far
// its witnesses are behind; how many entries it refuses. docs/operations.md says what each alarm means.
//
// Two checkpoints are compared by the trees they sign, never by which came first: a smaller one that is the beginning of a larger is
// old, not false. Once two histories are found the evidence is kept, and the log is followed no further until somebody takes
// the file away. A checkpoint of which the log does not show that it follows from the last one is not moved on to.
//
// A round blocks (network, disk) and is one thread's.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/schema/codec.h"
#include "ledger/trust_policy.h"
#include "replay-tools/monitor_log.h"
#include "replay-tools/monitor_memory.h"
#include "replay-tools/monitor_report.h"

namespace letopis::monitor {

// Beyond which somebody should look.
struct Limits {
  std::int64_t lag_seconds = 600;                    // that an entry waits for a quorum
  std::int64_t bracket_seconds = 600;                // the median bracket
  unsigned refused_percent = 20, late_percent = 50;  // of the newest entries
};

class LogMonitor {
 public:
  // The newest checkpoint a witness has cosigned of a log, as it serves it, unverified; nullopt: none. Called from several threads.
  using AskWitness = std::function<Result<std::optional<std::string>>(const ledger::PolicyWitness& witness,
                                                                      const std::string& origin)>;
  struct Options {
    signing::VerifierKey log;
    std::string url;                              // for reports
    const ledger::TrustPolicy* policy = nullptr;  // required; outlives the monitor
    Limits limits;
    const Clock* clock = nullptr;  // required
    FileSystem* files = nullptr;   // required
    std::string directory;         // of this log alone
    bool reads_entries = false;    // the log gives its entry bundles
    AskWitness ask_witness;        // required
  };
  // `log` outlives the monitor. Errors: "damaged", the file system's.
  static Result<std::unique_ptr<LogMonitor>> open(ServedLog& log, Options options);

  Report round();

 private:
  struct Shown;
  enum class Met : std::uint8_t { kKnown, kForked, kUnshown, kUnreachable };

  LogMonitor(ServedLog& log, Options options, MemoryFolder folder, std::optional<Memory> memory)
      : log_(log), options_(std::move(options)), folder_(std::move(folder)), memory_(std::move(memory)) {}

  std::vector<Shown> ask_witnesses();
  std::optional<Shown> ask_server();
  Result<Shown> open_shown(std::string note) const;
  Result<Shown> open_witnessed(std::string note, std::size_t witness) const;

  Met meet_server(const Shown& shown);
  void meet_witness(const Shown& shown, const std::optional<Shown>& served);
  Met meet(const Shown& shown);
  Met begin(const Shown& shown);
  Met advance(const Shown& shown);
  Met compare_by_tiles(const Shown& smaller, const Shown& larger);
  Met forked(const ledger::ForkFile& fork);
  void unproved(const Shown& shown);
  Result<Mirror> mirror_of(const ledger::Checkpoint& checkpoint);
  void move_to(const Shown& shown, Mirror mirror);
  Shown remembered() const;

  void read_entries();
  void read_what_was_not();
  bool read_bundle(TiledTree& tree);
  Status read_entry(std::uint64_t index, ByteView bytes);
  void read_anchor(const ledger::AnchorAdded& anchor);
  void count_verdict(ledger::Verdict verdict);

  void judge_quorum(const std::vector<Shown>& shown);
  void wait_for(std::uint64_t begin, std::uint64_t end, Instant since);
  void witnessed(std::uint64_t size, const ledger::Bracket& at);
  std::optional<Witnessed> quorum_over(const std::vector<Shown>& shown) const;
  void judge_limits();
  void store();

  ServedLog& log_;
  const Options options_;
  MemoryFolder folder_;
  std::optional<Memory> memory_;
  bool fresh_ = false;  // nothing was remembered when the round began
  Report report_;
};

}  // namespace letopis::monitor
