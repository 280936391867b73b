#pragma once
// A witness (C2SP tlog-witness): cosigns a checkpoint of a log it knows if and only if that is consistent with the last one it
// cosigned. Knows nothing of HTTP: server/witness_routes.h brings requests. The page is docs/formats/witness.md.
//
// Its times never go back: while its clock stands behind the newest time it has signed it cosigns nothing (503).
//
// Thread-safe. A caller is answered after the checkpoint was stored and fsynced; checking the old size, storing and cosigning
// are one step, and many callers share one fsync. After a failed commit nothing is cosigned any more (500): only a restart can
// tell what is on the disk.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/kv.h"
#include "ledger/witness_protocol.h"
#include "signing/base/time.h"
#include "signing/keys.h"
#include "signing/note.h"

namespace letopis::ledger {

// Of a witness's key, where nobody gave it one: no two keys share it.
std::string default_witness_name(const signing::KeyPair& key);

class Witness {
 public:
  // Whether the log of this vkey may be cosigned at all, asked before the first cosignature of a log and remembered once it is
  // yes: an error (a simulated school, a genesis that could not be read) refuses with 403 and says why.
  using Admits = std::function<Status(const signing::VerifierKey& log)>;
  struct Options {
    std::string name;                                   // of the witness's key, valid in a note
    const Clock* clock = nullptr;                       // required
    Admits admits = {};                                 // everybody, without it
    std::function<void(const Error&)> on_failure = {};  // a commit failed: the process should end
  };
  // The rows of `store` that begin with "w" are the witness's; it must outlive the witness. Errors: the store's, and "damaged"
  // (a row that is no checkpoint this witness cosigned).
  static Result<std::unique_ptr<Witness>> open(KvStore& store, signing::KeyPair key, Options options);

  signing::VerifierKey vkey() const { return vkey_; }
  // Logs are known by their vkey (type 0x01), several keys to an origin if need be. What was cosigned is kept when a log is
  // forgotten: told of it again, the witness goes on from there.
  Status add_log(const signing::VerifierKey& log);  // "key_type"
  void forget_log(const std::string& origin);
  std::vector<signing::VerifierKey> logs() const;

  struct Answer {
    unsigned status = 500;
    std::string body;      // 200: cosignature lines; 409: the size stored; else what is wrong, in words
    bool is_size = false;  // of the media type text/x.tlog.size
  };
  Answer add_checkpoint(std::string_view body);

  // The last checkpoint cosigned, with the log's line and the witness's, by lower-case hex of SHA-256 of its origin.
  std::optional<std::string> checkpoint(std::string_view origin_hash) const;

  struct Counters {
    std::uint64_t cosigned = 0, conflicts = 0, refused = 0, commits = 0;
  };
  Counters counters() const;

 private:
  struct Seen {
    Checkpoint checkpoint;
    std::string note;
  };
  struct Request;
  Witness(KvStore& store, signing::KeyPair key, Options options);
  Status load();
  std::optional<Answer> read(std::string_view body, Request& request);
  std::optional<Answer> admit(const Request& request);
  void commit_queued(std::unique_lock<std::mutex>& lock);
  std::optional<Answer> judge(const Request& request, const Seen* last) const;

  KvStore& store_;
  const signing::KeyPair key_;
  const Options options_;
  const signing::VerifierKey vkey_;

  mutable std::mutex logs_mutex_;
  std::multimap<std::string, signing::VerifierKey> logs_;  // by origin
  std::map<std::string, bool> admitted_;                   // by origin

  mutable std::mutex mutex_;  // of everything below
  std::condition_variable done_;
  std::map<std::string, Seen> seen_;  // by hex of SHA-256 of the origin
  std::vector<Request*> queued_;
  bool committing_ = false;
  bool failed_ = false;
  std::int64_t newest_time_ = 0;  // unix seconds, signed
  Counters counters_;
};

}  // namespace letopis::ledger
