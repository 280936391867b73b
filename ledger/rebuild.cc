#include "ledger/rebuild.h"

#include "ledger/store_rows.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kBatchBytes = 4u << 20;

tl::unexpected<Error> damaged(std::uint64_t index, const std::string& why) {
  return fail("damaged", "entry " + std::to_string(index) + ": " + why);
}

}  // namespace

Status LogRebuilder::add(ByteView bytes) {
  const std::uint64_t index = builder_.size();
  const std::uint32_t school = record_.number;
  const auto entry = decode_entry(bytes);
  if (!entry) return damaged(index, entry.error().text());
  if (entry->event.index != index)
    return damaged(index, "it says that it is entry " + std::to_string(entry->event.index));
  const Statement& said = entry->statement;
  const auto [known, is_new] =
      chains_.try_emplace({said.key, said.chain}, Chain{static_cast<std::uint32_t>(chains_.size()), 0});
  Chain& chain = known->second;
  if (said.number != chain.number + 1)
    return damaged(index, "its chain has " + std::to_string(chain.number) + " entries, and it is number " +
                              std::to_string(said.number));
  chain.number = said.number;

  if (is_new) batch_.put(rows::chain(school, said.key, said.chain), rows::u32_value(chain.row_number));
  batch_.put(rows::statement(school, chain.row_number, said.number), rows::u64_value(index));
  const Hash leaf = leaf_hash(bytes);
  batch_.put(rows::leaf(school, index), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
  batch_.put(rows::entry(school, index), Bytes(bytes.begin(), bytes.end()));
  std::vector<FullTile> full;
  builder_.append(leaf, full);
  for (auto& tile : full) batch_.put(rows::tile(school, tile.level, tile.index), std::move(tile.hashes));
  batch_bytes_ += bytes.size();
  return batch_bytes_ < kBatchBytes ? Status() : write_full_batch();
}

// Unsynced: nothing of a rebuilt store counts before finish().
Status LogRebuilder::write_full_batch() {
  TRY_STATUS(store_->kv().commit(batch_, Durability::kNoSync));
  batch_ = {};
  batch_bytes_ = 0;
  return {};
}

Status LogRebuilder::finish(const std::string& note) {
  if (!note.empty()) batch_.put(rows::checkpoint(record_.number), Bytes(as_bytes(note).begin(), as_bytes(note).end()));
  if (!batch_.empty()) TRY_STATUS(store_->kv().commit(batch_, Durability::kSync));
  batch_ = {};
  return store_->kv().flush();
}

}  // namespace letopis::ledger
