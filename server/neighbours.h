#pragma once
// The witness that a data directory is for the logs of its neighbours (C2SP tlog-witness; docs/adr/0015): which logs it cosigns,
// and by which key. Knows nothing of HTTP: server/routes_witness.cc brings requests.
//
// The key is the directory's, whatever schools are in it: they share disk, clock and operator, and are one witness. It is made
// when the directory is first opened here and lies with everything it has cosigned in one database, DIR/neighbours, sealed by a
// key of the vault. Neither a backup nor a restore carries that database: what is put back from an older copy begins with
// another key and no neighbours, and nothing old can cosign a second history under the key it had. docs/formats/store.md has the rows.
//
// A neighbour is added with the first entry of its log, proved under its key and recorded in a log of ours (neighbour_genesis),
// and with the checkpoint it was proved under, which is the first one cosigned: whatever is cosigned later begins with that entry.
//
// Thread-safe. Requests are judged and fsynced on threads of their own, kThreads of them, so that neither an I/O thread nor a worker of the
// school waits for this database; what exceeds kWaitingMax or an address's share is refused at once. After a failed write
// nothing is cosigned until the process is started again; the schools go on.

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/engine.h"
#include "ledger/witness.h"
#include "server/attempts.h"
#include "server/worker_pool.h"

namespace letopis::server {

// Where `letopis serve` has the two routes of C2SP tlog-witness, and GET …/vkey beside them.
inline constexpr std::string_view kWitnessPrefix = "/witness";

class Neighbours {
 public:
  static constexpr std::size_t kThreads = 4, kWaitingMax = 256;
  // A school asks once a second at the most, as a rule once in 45; some hundreds may stand behind one address.
  static constexpr Attempts::Limits kPerAddress{400, 20};
  static constexpr std::size_t kUrlSizeMaxBytes = 512;

  struct Options {
    std::string directory;         // the engine's
    Random* random = nullptr;      // required; thread-safe
    ledger::KvOptions store = {};  // tests: faults
    // A write failed, and nothing is cosigned any more. Once, on a thread of this object.
    std::function<void(const Error&)> on_failure = {};
  };
  // The engine outlives it. Errors: the store's and the vault's; "read_only" (no school here takes writes); "damaged" (a row that does not read as it was written; a
  // database sealed by another vault, which is what a folder from elsewhere is).
  static Result<std::unique_ptr<Neighbours>> open(commands::Engine& engine, const Options& options);
  ~Neighbours() { stop(); }
  void stop();  // answers everything that was taken; nothing is taken any more

  const ledger::Witness& witness() const { return *witness_; }
  signing::VerifierKey vkey() const { return witness_->vkey(); }  // of type 0x04, for the policies of neighbours

  struct Addition {
    std::string school;   // whose log records the genesis; empty: the one that takes writes, where there is one
    std::string vkey;     // of the neighbour's log
    std::string url;      // of the log: its genesis is at <url>/genesis
    std::string genesis;  // the proof file that is there; at most kGenesisSizeMaxBytes
    bool allow_simulated = false;
  };
  struct Added {
    std::string origin, school;
    std::uint64_t index = 0;       // of neighbour_genesis in that school's log
    bool recorded_before = false;  // nothing was recorded anew
  };
  // Durable when it returns, and cosigned from then on. Said twice it changes nothing but the address. Errors: "malformed",
  // "key_type", "own_log" (of this very directory), "not_told" (no genesis of that log under that key), "simulated", "not_found"
  // (the school; or which one is not said), "other_key" and "other_genesis" (the origin is recorded with another), "refused" (by a
  // rule), "not_cosigned", and those of School::record and the store.
  Result<Added> add(const Addition& addition);

  // Cosigning stops. What was recorded and what was cosigned stay: added again, it goes on from there. "not_found".
  Status remove(const std::string& origin);

  struct Record {
    std::string school;
    std::uint64_t index = 0;
  };
  struct Neighbour {
    std::string vkey, origin, url;
    bool cosigned = false;   // false: recorded, and not cosigned here: it was removed, or the directory was restored
    std::uint64_t size = 0;  // of the newest checkpoint cosigned; with its time:
    std::int64_t cosigned_at = 0;  // unix seconds; 0: none yet
    std::vector<Record> records;
  };
  std::vector<Neighbour> list() const;  // by origin

  // The body of add-checkpoint. `answered` is called once, on a thread of this object. Errors: "rate_limited", "queue_full" (or
  // stopped), "held": a school here is behind what its own witnesses have seen, so the directory may be an old copy, and so may
  // be what it remembers of others.
  using Answered = std::function<void(ledger::Witness::Answer)>;
  Status add_checkpoint(std::string_view address, std::string body, Answered answered);

 private:
  Neighbours(commands::Engine& engine, std::unique_ptr<ledger::KvStore> store)
      : engine_(engine), store_(std::move(store)), attempts_(kPerAddress, engine.clock()) {}
  struct Known {
    signing::VerifierKey key;
    std::string url;
  };
  Result<std::array<std::uint8_t, 32>> sealing_key(Random& random);
  Result<signing::KeyPair> own_key(Random& random);
  Status load();
  Result<commands::School*> school_for(const std::string& slug) const;
  Result<std::optional<std::uint64_t>> recorded(const signing::VerifierKey& log, const Hash& genesis,
                                                const commands::School& in) const;
  Status cosign_first(const signing::VerifierKey& log, const std::string& checkpoint);

  commands::Engine& engine_;
  const std::unique_ptr<ledger::KvStore> store_;
  std::unique_ptr<ledger::Witness> witness_;
  mutable std::mutex mutex_;  // of additions and removals
  std::vector<Known> known_;
  Attempts attempts_;
  WorkerPool pool_{kThreads, kWaitingMax};  // ends first: its threads use the rest
};

}  // namespace letopis::server
