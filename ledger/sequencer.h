#pragma once
// The one writer. Many callers submit; one thread judges, orders, stores and signs.
//
// For a batch of submissions (group commit, at most kBatchStatementsMax statements, of any schools):
//   1. every statement in order: idempotency (key, chain, number), chain, Judge::judge → Event bytes → Judge::told, applied;
//   2. sealed texts and blobs of the batch durable in the vault, then one WriteBatch — entries, leaf hashes, tiles,
//      chain rows — committed with fsync;
//   3. what was written is read back; leaf hashes and root are recomputed from it by a second Frontier and compared;
//   4. consistency with the last signed checkpoint is certain by construction (the second frontier started there); the new
//      checkpoint is signed, appended to the checkpoint journal outside the database, and that is fsynced;
//   5. Judge::published (projections), then every caller's future is fulfilled.
// A caller is answered only after step 4: what is acknowledged survives loss of power. Any failure in 2–4 stops the
// sequencer for good ("stopped"), the process must exit and reconcile at start; nothing of the batch is acknowledged.

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/checkpoint_journal.h"
#include "ledger/log_store.h"
#include "ledger/schema/codec.h"
#include "ledger/tree_cache.h"
#include "ledger/vault.h"
#include "signing/base/time.h"
#include "signing/base/words.h"
#include "signing/keys.h"

namespace letopis::ledger {

inline constexpr std::size_t kBatchStatementsMax = 4096;
inline constexpr std::size_t kQueueStatementsMax = 32'768;
inline constexpr std::size_t kBatchBytesMax = 32u
                                              << 20;  // statements, texts and blobs; one request may exceed it alone
inline constexpr std::size_t kQueueBytesMax = 256u << 20;

// A statement whose signature was verified by the caller. `decoded` views into `bytes`: move, never copy.
struct SignedStatement {
  Bytes bytes;
  Signature signature;
  Statement decoded;
  SignedStatement() = default;
  SignedStatement(SignedStatement&&) = default;
  SignedStatement& operator=(SignedStatement&&) = default;
};

// What the rules said of one statement.
struct Ruling {
  Verdict verdict = Verdict::kAccepted;
  std::string rule;  // for late and refused
  Instant deadline;  // zero when the entry has none
  std::int64_t late_seconds = 0;
  UtcOffset utc_offset;
  Hash profile;
  std::uint64_t context = 0;  // number of entries that had been recorded when its lesson began
  std::vector<Role> awaits;
};

struct Submission {
  std::vector<SignedStatement> statements;  // at most kStatementsPerRequestMax, all of one school
  std::vector<SealedText> texts;    // only those that match commitments of the statements (checked by the caller)
  std::vector<SealedPlace> places;  // places[i] belongs to texts[i] and names the statement
  std::vector<std::pair<Hash, Bytes>> blobs;  // by SHA-256
};

// What became of one statement. `entry` is the event's exact bytes; `repeated`: it was in the log before.
struct Placed {
  std::uint64_t index = 0;
  Hash leaf;
  Bytes entry;
  bool repeated = false;
  Words told;  // Judge::told of it
};
struct Receipted {
  std::vector<Placed> placed;   // in the order of the submission
  SignedCheckpoint checkpoint;  // covers all of them
  std::string note;
};
// Errors, nothing recorded of the request: "chain_conflict" (other bytes under a used number: detail names the index; a gap;
// a wrong previous hash; statements of one chain out of order or twice in one request), "queue_full", "stopping", "stopped",
// "unknown_school", "clock_behind" (the clock is more than a minute behind the newest entry, which no clock_fault on record explains),
// "too_large", "malformed" (texts without places, a blob of another hash), "no_vault". Without statements nothing is recorded: it is
// the school's turn to remark.
// Sealed texts and blobs of repeated statements are not stored again: they may have been erased since.

// Implemented by commands; the sequencer calls upward through it. judge/told/applied: sequencer thread only.
class Judge {
 public:
  virtual ~Judge() = default;
  // Pure: from the state as applied so far, the statement and the moment it will carry.
  virtual Ruling judge(const Statement& statement, std::uint64_t index, Instant recorded_at) = 0;
  // What its author is told about an entry that was late or refused, new or repeated, from the state as applied so far. Shown,
  // never recorded.
  virtual Words told(const Event& event, const Statement& statement) {
    static_cast<void>(event), static_cast<void>(statement);
    return {};
  }
  // Whether a clock_fault on record stands: brackets alone say when, and a clock behind the newest entry stops nobody.
  virtual bool clock_doubted() const { return false; }
  // The entry has its place in the batch; following statements are judged with it. Not durable yet.
  virtual void applied(const Entry& entry, const Hash& leaf) = 0;
  // Durable and signed: show it. `entries` are the batch's, in order. The sequencer thread; readers are concurrent.
  struct Published {
    std::uint64_t index;
    Hash leaf;
    Bytes bytes;
  };
  virtual void published(const std::vector<Published>& entries, const SignedCheckpoint& checkpoint,
                         const std::string& note) = 0;
  // After every batch it was asked in: what the school itself has to say, next of all. It is placed before whatever else waits, so that it may
  // speak of everything up to it (a state commitment). `done` hears what became of it, on the sequencer thread.
  struct Remark {
    Submission submission;
    std::function<void(const Result<Receipted>&)> done;
  };
  virtual std::optional<Remark> remark() { return std::nullopt; }
};

struct SchoolKeys {
  signing::KeyPair log_key;
  std::string origin;
};

class Sequencer {
 public:
  struct Options {
    std::size_t queue_statements_max = kQueueStatementsMax;
    std::size_t queue_bytes_max = kQueueBytesMax;
    bool start_thread = true;  // false: submit() runs the batch in the caller's thread (simulation, one thread)
  };
  Sequencer(std::shared_ptr<LogStore> store, std::shared_ptr<CheckpointJournal> journal, Vault* vault,
            const Clock& clock, Options options);
  ~Sequencer();  // stop()

  // Opens a school for writing: loads frontier and chain heads, compares database and checkpoint journal (both directions):
  //   journal ahead of the database, or another root at the same size → "log_behind_checkpoint" / "log_forked";
  //   database ahead → `verify_tail` is called for every entry past the newest signed checkpoint, in order, and an error from it
  //   refuses ("planted_entries"), as does an entry out of order or one its chain row does not lead to; only then a checkpoint
  //   over them is signed and journalled. `verify_tail` answers for signature, chain and ruling.
  // Rows that contradict each other are "damaged"; a journalled note of another key or origin gives open_checkpoint's error.
  // `judge` must outlive the sequencer and know the entries that are there. May be called while others write.
  using VerifyTail = std::function<Status(std::uint64_t index, ByteView entry)>;
  Status open_school(const SchoolRecord& record, SchoolKeys keys, Judge& judge, const VerifyTail& verify_tail);

  // Makes the tree of a school that is only read known to tree(): a copy that takes no writes. Submissions for it are refused
  // ("unknown_school").
  Status open_reader(const SchoolRecord& record, std::uint64_t size);

  // Thread-safe. The future is fulfilled by the sequencer thread, or at once when the submission is refused unread.
  std::future<Result<Receipted>> submit(std::uint32_t school, Submission submission);
  // The same with a callback on the sequencer thread (on this one when refused unread); must not block.
  void submit(std::uint32_t school, Submission submission, std::function<void(Result<Receipted>)> done);

  std::optional<std::string> newest_checkpoint(std::uint32_t school) const;  // the signed note; none for an empty log
  // The trees of the open schools, as signed: proofs for receipts, hash tiles. Thread-safe; lives as long as the sequencer.
  const TreeCache& tree() const;
  bool stopped_by_failure() const;
  void set_failure_handler(std::function<void(const Error&)> handler);  // called once; the server exits
  void stop();  // drains the queue, then ends the thread; later submissions get "stopping"

  struct Counters {
    std::uint64_t batches = 0, statements = 0, repeated = 0, conflicts = 0;
    std::uint64_t queue_statements = 0;
    std::int64_t last_batch_micros = 0, commit_micros_total = 0, judge_micros_total = 0, journal_micros_total = 0;
  };
  Counters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The key a checkpoint is read and checked with.
signing::VerifierKey log_vkey(const std::string& origin, const signing::KeyPair& log_key);

}  // namespace letopis::ledger
