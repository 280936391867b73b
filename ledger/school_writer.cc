#include "ledger/school_writer.h"

#include <algorithm>

#include "ledger/authorship.h"
#include "ledger/store_rows.h"

namespace letopis::ledger {
namespace {

constexpr std::int64_t kClockBehindMaxMicros = 60 * kMicrosPerSecond;

Error conflict(std::string detail) { return {"chain_conflict", std::move(detail)}; }

std::string name_of(const Statement& statement) {
  return "statement " + std::to_string(statement.number) + " of chain " + to_hex(statement.chain.view());
}

bool holds(const Event& event, const SignedStatement& statement) {
  return equal(event.statement, statement.bytes) && event.signature == statement.signature;
}

// What may explain why the clock is behind the newest entry, and what stands for the clock meanwhile.
bool of_the_clock(const Submission& submission) {
  return std::all_of(submission.statements.begin(), submission.statements.end(), [](const auto& statement) {
    const Statement& said = statement.decoded;
    return said.acting_as == Role::kService &&
           (std::holds_alternative<ClockFault>(said.body) || std::holds_alternative<AnchorAdded>(said.body));
  });
}

Event event_of(const SignedStatement& statement, const Ruling& ruling, std::uint64_t index, Instant recorded_at) {
  Event event;
  event.index = index;
  event.recorded_at = recorded_at;
  event.utc_offset = ruling.utc_offset.seconds;
  event.statement = statement.bytes;
  event.signature = statement.signature;
  event.verdict = ruling.verdict;
  event.rule = ruling.rule;
  event.deadline = ruling.deadline;
  event.late_seconds = ruling.late_seconds;
  event.profile = ruling.profile;
  event.context = ruling.context;
  for (const Role role : ruling.awaits) event.awaits.push_back({role});
  event.rules_version = kRulesVersion;
  return event;
}

}  // namespace

SchoolWriter::SchoolWriter(SchoolRecord record, SchoolKeys keys, Judge& judge, std::shared_ptr<LogStore> store,
                           TreeCache& tree, const Clock& clock)
    : record_(std::move(record)),
      keys_(std::move(keys)),
      vkey_(log_vkey(keys_.origin, keys_.log_key)),
      judge_(judge),
      store_(std::move(store)),
      tree_(tree),
      clock_(clock),
      chains_(store_, record_.number) {}

Result<Placement> SchoolWriter::place(Submission& submission, WriteBatch& batch) {
  const bool behind = newest_at_.micros - clock_.now().micros > kClockBehindMaxMicros;
  if (behind && !judge_.clock_doubted() && !of_the_clock(submission))
    return Placement{Error{"clock_behind", "the newest entry was recorded at " + format_instant(newest_at_)}, {}};
  Plan plan;
  TRY_STATUS(this->plan(submission, batch, plan));
  if (plan.refusal) {
    // The latest first: a chain that moved twice ends where it began.
    for (auto saved = plan.undo.rbegin(); saved != plan.undo.rend(); ++saved) {
      saved->chain->number = saved->number;
      saved->chain->previous = saved->previous;
    }
    return Placement{std::move(plan.refusal), {}};
  }
  take_sealed(submission, plan);
  for (std::size_t i = 0; i < submission.statements.size(); ++i) {
    if (plan.items[i].repeated) continue;
    plan.items[i].pending = pending_.size();
    record_one(submission.statements[i], *plan.chains[i], batch, plan.items[i]);
  }
  return Placement{std::nullopt, std::move(plan.items)};
}

// All conditions of a request before any of it is judged: a request is taken whole or not at all.
Status SchoolWriter::plan(const Submission& submission, const WriteBatch& batch, Plan& plan) {
  ++request_;
  plan.chains.reserve(submission.statements.size());
  plan.items.reserve(submission.statements.size());
  for (const auto& statement : submission.statements) {
    TRY(plan.refusal, plan_one(statement, batch, plan));
    if (plan.refusal) return {};
  }
  return {};
}

Result<std::optional<Error>> SchoolWriter::plan_one(const SignedStatement& statement, const WriteBatch& batch,
                                                    Plan& plan) {
  const Statement& said = statement.decoded;
  TRY(Chain* const chain, chains_.find(said.key, said.chain));
  if (chain->request == request_ && said.number <= chain->number_in_request)
    return conflict(name_of(said) + " is out of order within its request, or in it twice");
  chain->request = request_;
  chain->number_in_request = said.number;
  if (said.number == 0 || said.number > chain->number + 1)
    return conflict(name_of(said) + " leaves a gap: the next number is " + std::to_string(chain->number + 1));
  auto& item = plan.items.emplace_back();
  plan.chains.push_back(chain);
  item.repeated = said.number <= chain->number;
  if (item.repeated) return plan_repeated(statement, *chain, batch, item);
  if (said.previous != chain->previous)
    return conflict(name_of(said) + " names another statement as the one before it");
  plan.undo.push_back({chain, chain->number, chain->previous});
  chain->number = said.number;
  chain->previous = previous_hash(statement.bytes, statement.signature);
  return std::optional<Error>();
}

Result<std::optional<Error>> SchoolWriter::plan_repeated(const SignedStatement& statement, const Chain& chain,
                                                         const WriteBatch& batch, Placement::Item& item) const {
  const std::uint64_t number = statement.decoded.number;
  if (number > chain.stored_number) {
    item.pending = chain.pending[static_cast<std::size_t>(number - chain.stored_number - 1)];
    TRY(const Event event, decode_event(batch.operations[pending_[item.pending].operation].value));
    if (holds(event, statement)) {
      item.told = told(event, statement.decoded);
      return std::optional<Error>();
    }
    return conflict(name_of(statement.decoded) + " is recorded with other bytes at index " +
                    std::to_string(event.index));
  }
  TRY(const std::uint64_t index, chains_.index_of(chain, number));
  TRY(Bytes entry, store_->entry(record_.number, index));
  TRY(const Event event, decode_event(entry));
  if (!holds(event, statement))
    return conflict(name_of(statement.decoded) + " is recorded with other bytes at index " + std::to_string(index));
  const Hash leaf = leaf_hash(entry);
  item.told = told(event, statement.decoded);
  item.stored = Placed{index, leaf, std::move(entry), true, {}};
  return std::optional<Error>();
}

Words SchoolWriter::told(const Event& event, const Statement& statement) const {
  return event.rule.empty() ? Words() : judge_.told(event, statement);
}

void SchoolWriter::record_one(SignedStatement& statement, Chain& chain, WriteBatch& batch, Placement::Item& item) {
  const std::uint64_t index = builder_.size();
  newest_at_ = std::max(clock_.now(), Instant{newest_at_.micros + 1});
  const Ruling ruling = judge_.judge(statement.decoded, index, newest_at_);
  const Event event = event_of(statement, ruling, index, newest_at_);
  item.told = told(event, statement.decoded);
  Bytes bytes = encode(event);
  LETOPIS_ASSERT(bytes.size() <= kEventSizeMaxBytes);
  const Hash leaf = leaf_hash(bytes);
  Entry entry{event, std::move(statement.decoded)};
  add_rows(entry.statement, chain, std::move(bytes), leaf, batch);
  judge_.applied(entry, leaf);
}

void SchoolWriter::add_rows(const Statement& statement, Chain& chain, Bytes entry, const Hash& leaf,
                            WriteBatch& batch) {
  const std::uint64_t index = builder_.size();
  const std::uint32_t school = record_.number;
  if (chains_.number_rows_of(chain))
    batch.put(rows::chain(school, statement.key, statement.chain), rows::u32_value(*chain.row_number));
  if (chain.pending.empty()) chains_.touched(chain);
  chain.pending.push_back(pending_.size());
  batch.put(rows::statement(school, *chain.row_number, statement.number), rows::u64_value(index));
  batch.put(rows::leaf(school, index), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
  pending_.push_back({batch.operations.size(), leaf});
  batch.put(rows::entry(school, index), std::move(entry));

  const std::size_t tiles_before = full_tiles_.size();
  builder_.append(leaf, full_tiles_);
  for (std::size_t i = tiles_before; i < full_tiles_.size(); ++i)
    batch.put(rows::tile(school, full_tiles_[i].level, full_tiles_[i].index), full_tiles_[i].hashes);
}

// What belongs to repeated statements was kept when they were new, and may have been erased since: it must not come back.
void SchoolWriter::take_sealed(Submission& submission, const Plan& plan) {
  const auto is_new = [&](const SealedPlace& place) {
    for (std::size_t i = 0; i < submission.statements.size(); ++i) {
      const Statement& said = submission.statements[i].decoded;
      if (said.number == place.number && said.chain == place.chain && said.key == place.key)
        return !plan.items[i].repeated;
    }
    return false;
  };
  for (std::size_t i = 0; i < submission.texts.size(); ++i) {
    if (!is_new(submission.places[i])) continue;
    texts_.push_back(std::move(submission.texts[i]));
    places_.push_back(std::move(submission.places[i]));
  }
  const bool any_new =
      std::any_of(plan.items.begin(), plan.items.end(), [](const auto& item) { return !item.repeated; });
  if (any_new) std::move(submission.blobs.begin(), submission.blobs.end(), std::back_inserter(blobs_));
}

Status SchoolWriter::store_sealed(Vault* vault) {
  if (texts_.empty() && blobs_.empty()) return {};
  LETOPIS_ASSERT(vault != nullptr);  // submissions with sealed parts are refused when there is none
  for (const auto& [hash, blob] : blobs_) TRY_STATUS(vault->put_blob(record_.slug, blob, hash));
  if (!texts_.empty()) TRY_STATUS(vault->put_texts(record_.slug, texts_, places_));
  return {};
}

Result<Frontier> SchoolWriter::reread() const {
  Frontier second = signed_;
  const std::uint64_t from = signed_.size();
  const std::uint64_t to = from + pending_.size();
  std::optional<std::uint64_t> differs;
  const auto compare = [&](std::uint64_t index, const Hash& hash) {
    if (hash != pending_[static_cast<std::size_t>(index - from)].leaf) differs = index;
    return !differs;
  };
  TRY_STATUS(store_->each_entry(record_.number, from, to, false, [&](std::uint64_t index, ByteView bytes) {
    const Hash leaf = leaf_hash(bytes);
    second.append(leaf);
    return compare(index, leaf);
  }));
  if (!differs) TRY_STATUS(store_->each_leaf(record_.number, from, to, false, compare));
  if (differs) return fail("read_back", "entry " + std::to_string(*differs) + " is not what was written");
  return second;
}

Status SchoolWriter::read_back() {
  for (const auto& tile : full_tiles_) {
    TRY(const auto row, store_->kv().get(rows::tile(record_.number, tile.level, tile.index)));
    if (row != tile.hashes)
      return fail("read_back", "tile " + std::to_string(tile.index) + " of level " + std::to_string(tile.level) +
                                   " is not what was written");
  }
  TRY(reread_, reread());
  if (reread_->size() != builder_.size() || reread_->root() != builder_.root())
    return fail("read_back", "the tree of what was written has another root");
  return {};
}

Status SchoolWriter::sign() {
  LETOPIS_ASSERT(reread_ && reread_->size() > signed_.size());
  const Checkpoint checkpoint{keys_.origin, reread_->size(), reread_->root()};
  std::string note = sign_checkpoint(checkpoint, keys_.log_key);
  // A signature that a fault of the machine spoilt could give the key away: it is checked before anyone sees it.
  TRY(checkpoint_, open_checkpoint(note, vkey_));
  if (checkpoint_.checkpoint != checkpoint) return fail("read_back", "the checkpoint does not say what was signed");
  note_ = std::move(note);
  signed_ = *std::move(reread_);
  reread_.reset();
  return {};
}

void SchoolWriter::add_checkpoint_row(WriteBatch& rows) const {
  const ByteView note = as_bytes(*note_);
  rows.put(rows::checkpoint(record_.number), Bytes(note.begin(), note.end()));
}

void SchoolWriter::grow_tree(WriteBatch& batch) {
  const std::uint64_t from = signed_.size() - pending_.size();
  std::vector<Hash> leaves;
  leaves.reserve(pending_.size());
  published_.reserve(pending_.size());
  for (const auto& pending : pending_) {
    published_.push_back({from + leaves.size(), pending.leaf, std::move(batch.operations[pending.operation].value)});
    leaves.push_back(pending.leaf);
  }
  tree_.append(record_.number, leaves);
}

void SchoolWriter::show() const { judge_.published(published_, checkpoint_, *note_); }

Receipted SchoolWriter::receipt(Placement placement) const {
  Receipted receipted{{}, checkpoint_, note_.value_or("")};  // none yet where nothing was recorded
  receipted.placed.reserve(placement.items.size());
  for (auto& item : placement.items) {
    if (item.stored) {
      receipted.placed.push_back(*std::move(item.stored));
    } else {
      const auto& entry = published_[item.pending];
      receipted.placed.push_back({entry.index, entry.leaf, entry.bytes, item.repeated, {}});
    }
    receipted.placed.back().told = std::move(item.told);
  }
  return receipted;
}

void SchoolWriter::end_batch() {
  chains_.batch_ended();
  pending_.clear();
  full_tiles_.clear();
  texts_.clear();
  places_.clear();
  blobs_.clear();
  published_.clear();
}

}  // namespace letopis::ledger
