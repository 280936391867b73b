#pragma once
// A data directory at work: many schools, one database, one sequencer. Wires store, vault, rules and projections; knows
// nothing of HTTP. Layout of DIR: ledger/ (RocksDB), vault/ (its own database), checkpoints.journal, profiles/ (texts of adopted
// profiles), LOCK.letopis; <slug>.copy and <slug>.held where a school takes no writes.
//
// Thread-safe. Acknowledged means durable: submit() returns only after the entries are fsynced and their checkpoint is in
// the journal. Reads go to read models that follow the log; they never touch the writer.
//
// A school marked as a copy (ledger/copy_mark.h) is read alone: every write is refused ("read_only"), and its keys need not be
// there.

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "commands/authenticate.h"
#include "commands/decide.h"
#include "ledger/copy_mark.h"
#include "ledger/hold_mark.h"
#include "ledger/log_store.h"
#include "ledger/sequencer.h"
#include "ledger/tree_cache.h"
#include "ledger/vault.h"
#include "projections/school_state.h"
#include "projections/shards.h"
#include "projections/waiting.h"
#include "signing/base/file.h"

namespace letopis::commands {

// One statement as it comes from outside.
struct RawStatement {
  Bytes bytes;
  Signature signature;
};
// The plain text of a sealed field; matched to a commitment of one of the statements by its hash.
struct RawText {
  std::string field;
  Hash salt;
  std::string text;
};
struct RawSubmission {
  std::vector<RawStatement> statements;
  std::vector<RawText> texts;
  std::vector<Bytes> blobs;
};

// What became of one statement, with its receipt (a C2SP tlog-proof file).
struct Acknowledged {
  std::uint64_t index = 0;
  Instant recorded_at;
  Id statement;
  ledger::Verdict verdict = ledger::Verdict::kAccepted;
  std::string rule;
  std::string clause;
  std::string message;
  Instant deadline;
  std::int64_t late_seconds = 0;
  std::vector<ledger::Role> awaits;
  bool repeated = false;
  std::string receipt;
};

// What readers see of a school: everything up to the newest signed checkpoint.
struct ReadModel {
  projections::SchoolState structure{projections::Detail::kStructure};
  projections::Shards shards;
  projections::Waiting waiting;
  std::vector<Instant> times;                              // recorded_at by index
  std::vector<projections::EvidenceBook::Anchor> anchors;  // those that count, by index
  struct ClockWord {
    std::uint64_t index = 0;
    bool doubted = false;  // from there on
  };
  std::vector<ClockWord> clock_words;  // what the log says of its server's clock, by index
  std::uint64_t tree_at =
      0;  // how many entries the tree of the shards covers: as many as when its root was last asked for
  std::uint64_t committed = 0;  // index of the newest entry that commits to the state before it; zero: none
  ledger::Checkpoint checkpoint;
  std::string checkpoint_note;
};

// What stands for the name of a person whose texts were erased by an act: nobody's name, and not an empty cell.
inline constexpr std::string_view kErasedName = "[стёрто]";

// Told after every batch, on the sequencer's thread; must not block.
struct Change {
  std::uint64_t index;
  std::vector<projections::ShardKey> shards;
  Instant deadline{};       // by the ruling; zero: the entry has none
  bool of_service = false;  // the school's own: evidence, commitments; no news to have witnessed
};
using Listener = std::function<void(const std::vector<Change>&)>;

class School {
 public:
  virtual ~School() = default;
  virtual const std::string& slug() const = 0;
  virtual const std::string& origin() const = 0;
  virtual const signing::VerifierKey& vkey() const = 0;
  virtual const KeyDirectory& keys() const = 0;
  // Of which log, up to which entry: set for a copy that takes no writes. A copy whose last entry no checkpoint covers exactly
  // has an empty checkpoint_note, and makes no proofs ("read_only").
  virtual const std::optional<ledger::CopyMark>& copy() const = 0;

  // Authenticates, seals texts, judges, records, answers with receipts. Errors as authenticate() and Sequencer::submit, and
  // "text_missing" / "text_unknown" (sealed fields and texts that do not match), "file_missing" (a file that did not come along and
  // is not known), "bad_file" (of no type that is kept, or not what a file_attached says), "profile_missing" (a profile_adopted
  // whose text did not come along or does not parse), "too_many", "read_only".
  // `recorded` hears what became of it, once: on the sequencer's thread, where it must not block; in the calling thread when the
  // submission is refused unread. Does not wait.
  using Recorded = std::function<void(Result<ledger::Receipted>)>;
  virtual void submit(RawSubmission submission, Recorded recorded) = 0;
  // The answer with its receipts, for whoever submitted. Errors: only of a damaged store.
  virtual Result<std::vector<Acknowledged>> acknowledge(const ledger::Receipted& receipted,
                                                        Language language) const = 0;
  // Both, waiting for it. Not from a callback of the sequencer.
  Result<std::vector<Acknowledged>> submit(RawSubmission submission, Language language);
  // Takes no further writes ("held"), with the reason: a witness has seen another history. Marked in the directory first, so that
  // every later start is held too, until release(); an error says that the mark could not be written, and this process is held all
  // the same. A mark that cannot be read holds, and is nobody's to release.
  virtual Status hold(const ledger::HoldMark& why) = 0;
  virtual std::optional<Error> held() const = 0;
  virtual std::optional<ledger::HoldMark> hold_mark()
      const = 0;  // that it is held by; nullopt: not held, or unreadable
  virtual Status release() = 0;
  // The service key's own entries. Waits, likewise. Of a StateCommitted the school fills in what it says, and says it next: unawaited.
  // `files`: those the body names.
  virtual Result<std::vector<Acknowledged>> record(const ledger::Body& body, std::vector<Bytes> files = {}) = 0;

  // Calls fn(const ReadModel&) under a shared lock; keep it short, copy out what you need.
  template <class F>
  auto read(F fn) const {
    const std::shared_lock lock(model_mutex_);
    return fn(std::as_const(model_));
  }
  // The structure as it stands, for reads that take longer than a lock may be held: copied once a structural change, when
  // somebody asks. structure_version() alone tells cheaply whether it is still the newest.
  std::shared_ptr<const projections::SchoolState> structure() const;
  std::uint64_t structure_version() const {
    return read([](const ReadModel& model) { return model.structure.structure_version(); });
  }
  // How many entries had been recorded at a moment (inclusive), or an index as text: for at=. "malformed".
  Result<std::uint64_t> size_at(std::string_view at) const;
  // The entries of the shards below `size`, merged in index order, exact bytes.
  Result<std::vector<Bytes>> shard_entries(const std::vector<projections::ShardKey>& keys, std::uint64_t size) const;
  // Structure as it stood after `size` entries, folded from the school's own shard.
  Result<std::shared_ptr<const projections::SchoolState>> structure_at(std::uint64_t size) const;

  virtual Result<Bytes> entry(std::uint64_t index) const = 0;
  // A proof file for one entry under the newest checkpoint; `full` carries the event and its key chain in `extra`.
  virtual Result<std::string> proof(std::uint64_t index, bool full) const = 0;
  // The same under the first checkpoint past the entry that an anchor covers, with the cosignatures of that anchor: the same bytes
  // whenever it is asked for. "not_found": no such entry; "pending": no anchor covers it yet.
  virtual Result<std::string> cosigned_proof(std::uint64_t index) const = 0;
  // Where some shards lie under the newest state commitment that the log holds: for each its entries, of which the proof covers
  // those below that index. "pending": no commitment yet, or one is being recorded at this moment.
  struct ShardProof {
    std::vector<std::uint64_t> entries;
    ledger::SparseTree::Proof proof;
  };
  struct StateProof {
    std::uint64_t commitment = 0;  // index of the state_committed
    std::vector<ShardProof> shards;
  };
  virtual Result<StateProof> prove_state(const std::vector<projections::ShardKey>& keys) = 0;
  virtual Result<Bytes> tile(const ledger::TileAddress& address) const = 0;
  // The newest entry of an author's chain; nullopt when nothing was recorded under it.
  virtual Result<std::optional<ledger::LogStore::ChainHead>> chain_head(const Id& key, const Id& chain) const = 0;
  virtual Result<std::vector<Hash>> consistency(std::uint64_t old_size, std::uint64_t new_size) const = 0;
  virtual Result<std::vector<Hash>> inclusion(std::uint64_t index, std::uint64_t size) const = 0;

  // Sealed texts, opened; cached until a person is erased. Empty / nullopt when the vault has none; kErasedName for the name of
  // somebody whose texts were erased by an act that took effect.
  virtual std::string name_of(const Id& person) const = 0;
  virtual std::optional<std::string> text_of(const Hash& commitment) const = 0;
  // The same with the field and the person it is about: for those who must decide whether somebody may read it.
  virtual std::optional<ledger::SealedText> sealed_text(const Hash& commitment) const = 0;
  // Deletes a person's texts, keys and accounts from the vault, and says how many texts went. Without a personal_text_erased in
  // effect the audit misses them; record the act first: an erasure cut short is finished by asking again. "read_only".
  virtual Result<std::uint64_t> erase(const Id& person) = 0;

  virtual Result<ledger::Account> account(std::string_view login) const = 0;
  virtual Status put_account(const ledger::Account& account) = 0;
  virtual Id decoy_salt(std::string_view login) const = 0;
  virtual Result<Bytes> blob(const Hash& hash) const = 0;
  virtual Result<Bytes> profile_text(const Hash& hash) const = 0;  // of a profile the log names: public
  virtual const Profile* profile(const Hash& hash) const = 0;
  virtual std::shared_ptr<const ProfileBook> profiles() const = 0;  // built in, and adopted here

  virtual std::uint64_t listen(Listener listener) = 0;
  virtual void unlisten(std::uint64_t id) = 0;

 protected:
  mutable std::shared_mutex model_mutex_;
  ReadModel model_;

 private:
  mutable std::mutex structure_mutex_;
  mutable std::shared_ptr<const projections::SchoolState> structure_;
};

struct NewSchool {
  std::string slug;
  std::string origin;
  std::string name;
  std::string zone;
  UtcOffset offset;
  std::string profile = "r000";  // its name; of a built-in one unless its text is given
  std::string profile_text;
  std::vector<const signing::KeyPair*> root_keys;  // all of them; the first `threshold` at least sign
  std::vector<PublicKey> other_root_keys;          // officials who are not present
  int threshold = 1;
  bool simulated = false;
  std::string previous_origin;  // a successor after a loss
  std::uint64_t previous_size = 0;
  Hash previous_root;
};

// What create_school would refuse wherever it is created, for whoever has no directory yet. "malformed", "bad_threshold", "bad_profile".
Status check_new_school(const NewSchool& school);

// How the vault names a school's own keys (Vault::get_secret): the seeds of the log's key and the service key.
inline constexpr std::string_view kLogKeySecret = "log-key";
inline constexpr std::string_view kServiceKeySecret = "service-key";

class Engine {
 public:
  struct Options {
    std::string directory;
    ledger::MasterKeySource master_key;
    const Clock* clock = nullptr;  // required
    Random* random = nullptr;      // required; thread-safe, or one thread only
    bool sequencer_thread = true;
    ledger::KvOptions ledger_options;
    ledger::KvOptions vault_options;
    FileSystem* files = nullptr;              // posix_file_system() when null
    std::uint64_t commit_state_every = 4096;  // entries between state commitments …
    std::int64_t commit_state_micros = 0;  // … and so long after the last, whatever came since; 0: by entries alone
  };
  // Opens every school in the directory; refuses the whole directory when one is inconsistent, naming it. Errors: "in_use",
  // "damaged", "log_behind_checkpoint", "log_forked", "planted_entries", "state_mismatch", "profile_missing" (the text of an
  // adopted profile is neither in the vault nor in its file), the vault's.
  // A copy that is not what its mark says is refused as well ("damaged", "log_forked").
  static Result<std::unique_ptr<Engine>> open(const Options& options);
  virtual ~Engine() = default;

  // Creates a school and its log and service keys, records its genesis. "already_exists", "bad_profile", "malformed".
  virtual Result<School*> create_school(const NewSchool& school) = 0;
  virtual School* find(std::string_view slug) = 0;
  virtual std::vector<School*> schools() = 0;

  virtual ledger::Sequencer& sequencer() = 0;
  virtual ledger::LogStore& store() = 0;
  virtual ledger::Vault& vault() = 0;
  virtual const Clock& clock() const = 0;
  // A consistent copy while running: ledger, vault, journal, marks of copies; everything synced.
  virtual Status copy_to(const std::string& directory) = 0;
  virtual void stop() = 0;
};

// How an author speaks: builds, numbers, chains and signs statements. For tools, simulators and tests; the browser does the
// same. Not thread-safe.
class Author {
 public:
  Author(const signing::KeyPair& key, std::string origin, const Id& person, Random& random);
  // The envelope around a body: origin, ids, chain, number, salt. acting_as and what is seen are the caller's.
  struct Sealed {
    std::string_view field;
    Id person;
    std::string_view text;
  };
  struct Draft {
    ledger::Body body;
    ledger::Role acting_as;
    std::optional<ledger::Basis> basis;
    Date effective_from, effective_to;
    Id id;  // zero: a random one
    std::vector<Sealed> sealed;
    Instant claimed_at;
  };
  // Signs; the chain moves on. `texts` gets the sealed fields' plain texts for the submission. `id` (optional) gets the id.
  RawStatement sign(const Draft& draft, const ledger::Seen& seen, std::vector<RawText>* texts = nullptr,
                    Id* id = nullptr);
  // After a failed submission: the chain as it was (`mark` from position()).
  struct Position {
    std::uint64_t number = 0;
    Hash previous;
  };
  Position position() const { return position_; }
  void rewind(const Position& position) { position_ = position; }
  const Id& chain() const { return chain_; }
  const Id& person() const { return person_; }
  const signing::KeyPair& key() const { return *key_; }

 private:
  const signing::KeyPair* key_;
  std::string origin_;
  Id person_;
  Id chain_;
  Position position_;
  Random* random_;
};

}  // namespace letopis::commands
