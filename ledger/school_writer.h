#pragma once
// One school open for writing: the part of the sequencer (ledger/sequencer.h) that knows a single log. Used by one thread at
// a time. A batch is place()… → store_sealed → (commit of the rows, by the sequencer) → read_back → sign → (journal) →
// add_checkpoint_row → grow_tree → show → receipt()… → end_batch. An error from any of them, other than a refusal, is a failure for
// good: what was judged cannot be taken back.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain_book.h"
#include "ledger/sequencer.h"
#include "ledger/tile_builder.h"
#include "ledger/tree_cache.h"

namespace letopis::ledger {

// Where the statements of one request went.
struct Placement {
  struct Item {
    bool repeated = false;
    std::size_t pending = 0;       // place in the batch, unless
    std::optional<Placed> stored;  // it was in the database before
    Words told;                    // Judge::told of it
  };
  std::optional<Error> refusal;  // then nothing of the request was judged
  std::vector<Item> items;
};

class SchoolWriter {
 public:
  SchoolWriter(SchoolRecord record, SchoolKeys keys, Judge& judge, std::shared_ptr<LogStore> store, TreeCache& tree,
               const Clock& clock);

  // Compares database and journal as Sequencer::open_school promises. Says what must be journalled before the school is
  // used: a checkpoint over the tail that `verify_tail` accepted.
  Result<std::optional<std::string>> open(const std::optional<std::string>& journalled,
                                          const Sequencer::VerifyTail& verify_tail);

  const SchoolRecord& record() const { return record_; }
  bool has_pending() const { return !pending_.empty(); }
  std::size_t pending_count() const { return pending_.size(); }
  // The newest signed checkpoint; none for an empty log.
  const std::optional<std::string>& note() const { return note_; }

  // Checks the whole request, then judges its new statements and adds their rows to the batch.
  Result<Placement> place(Submission& submission, WriteBatch& batch);
  // Texts and blobs of the batch's new statements, durable in the vault.
  Status store_sealed(Vault* vault);
  // Re-reads the batch from the database and recomputes leaf hashes and root from it. "read_back" names what differs.
  Status read_back();
  Status sign();
  void add_checkpoint_row(WriteBatch& rows) const;
  // Takes the entries' bytes back out of the batch; from here proofs under the new checkpoint can be made.
  void grow_tree(WriteBatch& batch);
  void show() const;  // to projections
  std::optional<Judge::Remark> remark() const { return judge_.remark(); }
  Receipted receipt(Placement placement) const;
  void end_batch();

 private:
  struct Pending {
    std::size_t operation;  // of the batch: its value is the entry
    Hash leaf;
  };
  struct Saved {
    Chain* chain;
    std::uint64_t number;
    Hash previous;
  };
  struct Plan {
    std::vector<Chain*> chains;  // of each statement
    std::vector<Placement::Item> items;
    std::vector<Saved> undo;
    std::optional<Error> refusal;
  };

  // school_writer.cc
  Status plan(const Submission& submission, const WriteBatch& batch, Plan& plan);
  Result<std::optional<Error>> plan_one(const SignedStatement& statement, const WriteBatch& batch, Plan& plan);
  Result<std::optional<Error>> plan_repeated(const SignedStatement& statement, const Chain& chain,
                                             const WriteBatch& batch, Placement::Item& item) const;
  void record_one(SignedStatement& statement, Chain& chain, WriteBatch& batch, Placement::Item& item);
  Words told(const Event& event, const Statement& statement) const;
  void add_rows(const Statement& statement, Chain& chain, Bytes entry, const Hash& leaf, WriteBatch& batch);
  void take_sealed(Submission& submission, const Plan& plan);
  Result<Frontier> reread() const;

  // school_opening.cc
  Status open_signed_part(const std::optional<std::string>& journalled, std::uint64_t size);
  Result<std::vector<Hash>> verify_tail_entries(std::uint64_t size, const Sequencer::VerifyTail& verify_tail);
  Status verify_tail_entry(std::uint64_t index, ByteView bytes, const Sequencer::VerifyTail& verify_tail,
                           std::vector<Hash>& leaves);
  Status check_stored_checkpoint();

  SchoolRecord record_;
  SchoolKeys keys_;
  signing::VerifierKey vkey_;
  Judge& judge_;
  std::shared_ptr<LogStore> store_;
  TreeCache& tree_;
  const Clock& clock_;

  TileBuilder builder_;  // first path: what is written
  Frontier signed_;      // second path: what was read back and signed
  Instant newest_at_;    // recorded_at of the newest entry
  ChainBook chains_;
  std::optional<std::string> note_;
  SignedCheckpoint checkpoint_;
  std::optional<Checkpoint> stored_checkpoint_;  // while opening

  // The batch.
  std::uint64_t request_ = 0;
  std::vector<Pending> pending_;
  std::vector<FullTile> full_tiles_;
  std::vector<SealedText> texts_;
  std::vector<SealedPlace> places_;
  std::vector<std::pair<Hash, Bytes>> blobs_;
  std::optional<Frontier> reread_;
  std::vector<Judge::Published> published_;
};

}  // namespace letopis::ledger
