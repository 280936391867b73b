// How a school is opened for writing: the database against the newest signed checkpoint outside it.

#include "ledger/school_writer.h"
#include "ledger/store_rows.h"

namespace letopis::ledger {
namespace {

std::string sizes(std::uint64_t in_database, std::uint64_t is_signed) {
  return "the database holds " + std::to_string(in_database) + " entries, the newest signed checkpoint covers " +
         std::to_string(is_signed);
}

tl::unexpected<Error> forked(std::uint64_t size) {
  return fail("log_forked",
              "the first " + std::to_string(size) + " entries have another root than the one that was signed");
}

}  // namespace

Result<std::optional<std::string>> SchoolWriter::open(const std::optional<std::string>& journalled,
                                                      const Sequencer::VerifyTail& verify_tail) {
  TRY(const std::uint64_t size, store_->size(record_.number));
  TRY_STATUS(open_signed_part(journalled, size));
  TRY_STATUS(chains_.load());
  if (size == signed_.size()) return std::optional<std::string>();
  TRY(const auto leaves, verify_tail_entries(size, verify_tail));
  reread_ = Frontier(signed_);
  for (const auto& leaf : leaves) reread_->append(leaf);
  TRY_STATUS(sign());
  tree_.append(record_.number, leaves);
  return note_;
}

// The tree of the newest signed checkpoint, and that the database has it.
Status SchoolWriter::open_signed_part(const std::optional<std::string>& journalled, std::uint64_t size) {
  std::uint64_t signed_size = 0;
  if (journalled) {
    TRY(checkpoint_, open_checkpoint(*journalled, vkey_));
    signed_size = checkpoint_.checkpoint.size;
    if (signed_size > size) return fail("log_behind_checkpoint", sizes(size, signed_size));
    note_ = journalled;
  }
  TRY_STATUS(tree_.load(record_.number, signed_size));
  TRY(builder_, TileBuilder::at(signed_size, tree_.nodes(record_.number)));
  if (journalled && builder_.root() != checkpoint_.checkpoint.root) return forked(signed_size);
  TRY(signed_, Frontier::from_roots(signed_size, builder_.roots()));
  if (signed_size > 0) {
    TRY(const Bytes newest, store_->entry(record_.number, signed_size - 1));
    TRY(const Event event, decode_event(newest));
    newest_at_ = event.recorded_at;
  }
  // The journal decides; but whatever else we once signed, and find, must be true as well.
  TRY(const auto stored, store_->stored_checkpoint(record_.number));
  if (!stored) return {};
  TRY(const auto opened, open_checkpoint(*stored, vkey_));
  if (opened.checkpoint.size > size) return fail("log_behind_checkpoint", sizes(size, opened.checkpoint.size));
  stored_checkpoint_ = opened.checkpoint;
  return check_stored_checkpoint();
}

Status SchoolWriter::check_stored_checkpoint() {
  if (!stored_checkpoint_ || stored_checkpoint_->size > builder_.size()) return {};
  Hash root = builder_.root();
  if (stored_checkpoint_->size < builder_.size()) {
    TRY(root, tree_.root(record_.number, stored_checkpoint_->size));
  }
  if (root != stored_checkpoint_->root) return forked(stored_checkpoint_->size);
  stored_checkpoint_.reset();
  return {};
}

Result<std::vector<Hash>> SchoolWriter::verify_tail_entries(std::uint64_t size,
                                                            const Sequencer::VerifyTail& verify_tail) {
  std::vector<Hash> leaves;
  Status status;
  TRY_STATUS(store_->each_entry(record_.number, signed_.size(), size, false, [&](std::uint64_t index, ByteView bytes) {
    status = verify_tail_entry(index, bytes, verify_tail, leaves);
    return status.has_value();
  }));
  TRY_STATUS(status);
  return leaves;
}

Status SchoolWriter::verify_tail_entry(std::uint64_t index, ByteView bytes, const Sequencer::VerifyTail& verify_tail,
                                       std::vector<Hash>& leaves) {
  const auto planted = [&](const std::string& why) {
    return fail("planted_entries", "entry " + std::to_string(index) + " is past the newest signed checkpoint: " + why);
  };
  const auto entry = decode_entry(bytes);
  if (!entry) return planted(entry.error().text());
  if (entry->event.index != index) return planted("it says that it is entry " + std::to_string(entry->event.index));
  if (entry->event.recorded_at <= newest_at_) return planted("it was recorded before the entry before it");
  newest_at_ = entry->event.recorded_at;
  if (const auto verified = verify_tail(index, bytes); !verified) return planted(verified.error().text());

  const Hash leaf = leaf_hash(bytes);
  TRY(const Hash stored_leaf, store_->leaf(record_.number, index));
  if (stored_leaf != leaf) return fail("damaged", "leaf " + std::to_string(index) + " is not the hash of its entry");
  const Statement& said = entry->statement;
  TRY(const auto found, store_->find(record_.number, said.key, said.chain, said.number));
  if (found != index) return planted("its chain does not lead to it");
  std::vector<FullTile> full;
  builder_.append(leaf, full);
  for (const auto& tile : full) {
    TRY(const auto row, store_->kv().get(rows::tile(record_.number, tile.level, tile.index)));
    if (row != tile.hashes)
      return fail("damaged", "tile " + std::to_string(tile.index) + " of level " + std::to_string(tile.level));
  }
  leaves.push_back(leaf);
  return check_stored_checkpoint();
}

}  // namespace letopis::ledger
