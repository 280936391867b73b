#include "ledger/chain_book.h"

#include "ledger/authorship.h"
#include "ledger/schema/codec.h"
#include "ledger/store_rows.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kChainsKeptMax = 65'536;  // a dozen megabytes; a busy day of a large school has hundreds

}  // namespace

Status ChainBook::load() {
  TRY(next_row_number_, store_->chain_count(school_));
  return {};
}

Result<Chain*> ChainBook::find(const Id& key, const Id& chain) {
  const Name name{key, chain};
  if (const auto known = chains_.find(name); known != chains_.end()) return &known->second;
  Chain fresh;
  TRY(const auto head, store_->chain_head(school_, key, chain));
  if (head) {
    TRY(const Bytes newest, store_->entry(school_, head->index));
    TRY(const Event event, decode_event(newest));
    fresh.row_number = head->chain_number;
    fresh.number = fresh.stored_number = head->number;
    fresh.previous = previous_hash(event.statement, event.signature);
  }
  return &chains_.emplace(name, std::move(fresh)).first->second;
}

Result<std::uint64_t> ChainBook::index_of(const Chain& chain, std::uint64_t number) const {
  LETOPIS_ASSERT(chain.row_number && number <= chain.stored_number);
  TRY(const auto row, store_->kv().get(rows::statement(school_, *chain.row_number, number)));
  if (!row || row->size() != 8)
    return fail("damaged", "statement " + std::to_string(number) + " of chain " + std::to_string(*chain.row_number) +
                               " is missing");
  return get_big_endian(*row);
}

bool ChainBook::number_rows_of(Chain& chain) {
  if (chain.row_number) return false;
  chain.row_number = next_row_number_++;
  return true;
}

void ChainBook::batch_ended() {
  for (Chain* chain : touched_) {
    chain->stored_number = chain->number;
    chain->pending.clear();
  }
  touched_.clear();
  if (chains_.size() > kChainsKeptMax) chains_.clear();
}

}  // namespace letopis::ledger
