#pragma once
// One school of an engine: judge for the sequencer, read model for everybody else (used by engine.cc only).

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "commands/engine.h"

namespace letopis::commands {

// Everything of the engine a school works with.
struct Workshop {
  ledger::LogStore& store;
  ledger::Sequencer& sequencer;
  ledger::Vault& vault;
  const Clock& clock;
  Random& random;
  FileSystem& files;
  const std::string& directory;
  bool threaded = true;
  std::uint64_t commit_state_every = 4096;
  std::int64_t commit_state_micros = 0;
};

class SchoolImpl final : public School, public ledger::Judge, public KeyDirectory, public Roots {
 public:
  SchoolImpl(Workshop workshop, ledger::SchoolRecord record, signing::VerifierKey vkey,
             std::optional<signing::KeyPair> service_key);

  // Folds the log up to `signed_size` (the newest journalled checkpoint), then lets the sequencer open the rest, each entry
  // of which is re-verified.
  Status start(std::uint64_t signed_size, signing::KeyPair log_key);
  // Folds what is there and holds it against the mark; the school then takes no writes.
  Status start_copy(const ledger::CopyMark& mark);
  Status submit_genesis(RawStatement genesis, Bytes profile_text);

  const std::string& slug() const override { return record_.slug; }
  const std::string& origin() const override { return record_.origin; }
  const signing::VerifierKey& vkey() const override { return vkey_; }
  const KeyDirectory& keys() const override { return *this; }
  const std::optional<ledger::CopyMark>& copy() const override { return copy_; }
  void submit(RawSubmission submission, Recorded recorded) override;
  Result<std::vector<Acknowledged>> acknowledge(const ledger::Receipted& receipted, Language language) const override;
  Status hold(const ledger::HoldMark& why) override;
  std::optional<Error> held() const override;
  std::optional<ledger::HoldMark> hold_mark() const override;
  Status release() override;
  Result<std::vector<Acknowledged>> record(const ledger::Body& body, std::vector<Bytes> files) override;
  Result<Bytes> entry(std::uint64_t index) const override;
  Result<std::string> proof(std::uint64_t index, bool full) const override;
  Result<std::string> cosigned_proof(std::uint64_t index) const override;
  Result<StateProof> prove_state(const std::vector<projections::ShardKey>& keys) override;
  Result<Bytes> tile(const ledger::TileAddress& address) const override;
  Result<std::optional<ledger::LogStore::ChainHead>> chain_head(const Id& key, const Id& chain) const override;
  Result<std::vector<Hash>> consistency(std::uint64_t old_size, std::uint64_t new_size) const override;
  Result<std::vector<Hash>> inclusion(std::uint64_t index, std::uint64_t size) const override;
  std::string name_of(const Id& person) const override;
  std::optional<std::string> text_of(const Hash& commitment) const override;
  std::optional<ledger::SealedText> sealed_text(const Hash& commitment) const override;
  Result<std::uint64_t> erase(const Id& person) override;
  Result<ledger::Account> account(std::string_view login) const override;
  Status put_account(const ledger::Account& account) override;
  Id decoy_salt(std::string_view login) const override;
  Result<Bytes> blob(const Hash& hash) const override;
  Result<Bytes> profile_text(const Hash& hash) const override;
  const Profile* profile(const Hash& hash) const override;
  std::shared_ptr<const ProfileBook> profiles() const override;
  std::uint64_t listen(Listener listener) override;
  void unlisten(std::uint64_t id) override;

  // Judge
  ledger::Ruling judge(const ledger::Statement& statement, std::uint64_t index, Instant recorded_at) override;
  Words told(const ledger::Event& event, const ledger::Statement& statement) override;
  bool clock_doubted() const override { return state_.evidence().clock_doubted(); }
  void applied(const ledger::Entry& entry, const Hash& leaf) override;
  void published(const std::vector<Published>& entries, const ledger::SignedCheckpoint& checkpoint,
                 const std::string& note) override;
  std::optional<Remark> remark() override;
  // KeyDirectory
  std::optional<KnownKey> find_key(const Id& id) const override;
  std::optional<PublicKey> find_invitation(const Id& statement) const override;
  // Roots
  std::optional<Hash> root_at(std::uint64_t size) const override;

 private:
  Status writable() const;
  std::string hold_file() const;
  void recall_hold();
  void hand_to_sequencer(RawSubmission submission, bool genesis_allowed, Recorded recorded);
  Result<ledger::Submission> prepare(RawSubmission submission, bool genesis_allowed);
  Status match_texts(const std::vector<RawText>& texts, ledger::Submission& submission) const;
  Status match_files(const ledger::Submission& submission) const;
  bool may_adopt(const ledger::Statement& statement) const;
  Status keep_profiles(ledger::Submission& submission);
  Status learn_profile(const ledger::Entry& entry);
  Status know_profile(const Hash& hash, std::string_view name, const ProfileBook::Texts& texts);
  using KeyChain = std::shared_ptr<const std::vector<Bytes>>;
  Result<KeyChain> key_chain(const Id& key) const;
  Result<KeyChain> author_chain(const ledger::Entry& entry) const;
  struct OwnedReceipt {  // a receipt, and the chain it views into
    ledger::Receipt receipt;
    KeyChain chain;
  };
  Result<OwnedReceipt> receipt_of(const ledger::Entry& entry, ByteView bytes, std::vector<Hash> genesis_proof) const;
  struct Sides;
  Sides anchors_around(std::uint64_t index) const;
  void committed_state(const ledger::Entry& entry, const ledger::StateCommitted& committed);
  Hash advance_tree();  // to what the shards hold now; the root
  bool state_commitment_due() const;
  void fold_published(const ledger::Entry& entry, const Hash& leaf, const std::vector<projections::ShardKey>& shards);
  void learn_names(const ledger::Entry& entry);
  Status verify_tail(std::uint64_t index, ByteView bytes);
  Status replay(std::uint64_t from, std::uint64_t to);
  Status replay_one(const ledger::Entry& entry, const Hash& leaf);
  RawStatement say(Author& service, const ledger::Body& body) const;

  Workshop shop_;
  ledger::SchoolRecord record_;
  signing::VerifierKey vkey_;
  std::optional<signing::KeyPair> service_key_;  // none in a copy
  std::optional<ledger::CopyMark> copy_;

  // The writer's: judge, told and applied only.
  projections::SchoolState state_;
  std::deque<std::vector<projections::ShardKey>> routed_;
  mutable std::map<std::uint64_t, Hash> roots_;  // by size; the newest few thousand
  std::shared_ptr<const ProfileBook> profiles_;
  mutable std::mutex profiles_mutex_;

  mutable std::shared_mutex keys_mutex_;
  projections::FlatMap<Id, KnownKey> known_keys_;
  struct KnownInvitation {
    PublicKey code_key;
    std::uint64_t index = 0;  // of the entry that issued it
  };
  projections::FlatMap<Id, KnownInvitation> known_invitations_;

  mutable std::shared_mutex names_mutex_;
  projections::FlatMap<Id, Hash> name_commitments_;
  mutable projections::FlatMap<Id, std::string> names_;
  std::vector<Id> erasures_awaited_;  // people named by an act that is not endorsed yet
  std::set<Id> erased_;

  mutable std::mutex chains_mutex_;
  mutable projections::FlatMap<Id, KeyChain> chains_;

  std::mutex listeners_mutex_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_listener_ = 1;

  mutable std::mutex held_mutex_;
  std::optional<Error> held_;
  std::optional<ledger::HoldMark> hold_mark_;

  std::mutex service_mutex_;
  std::optional<Author> service_;  // of record()
  // The sequencer's thread.
  std::optional<Author> committer_;       // of remark(): a chain of its own
  std::uint64_t since_state_commit_ = 0;  // entries
  Instant state_committed_at_;
  bool committing_ = false;
  std::atomic<bool> commitment_wanted_ = false;  // by record()
};

}  // namespace letopis::commands
