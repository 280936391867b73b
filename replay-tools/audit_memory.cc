#include "replay-tools/audit_memory.h"

#include <algorithm>
#include <filesystem>

#include "projections/row_codec.h"
#include "signing/base/file.h"
#include "signing/sha256.h"

namespace letopis::audit {

using projections::from_row;
using projections::Of;
using projections::RowWriter;
using projections::to_row;

// --- Rows ----------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::string_view kRowsFolder = "rows";
constexpr std::string_view kCheckpointFile = "checkpoint";
constexpr unsigned kTileHeight = 8;  // levels 0, 8, 16, … are kept, in tiles of 256
constexpr std::uint64_t kTileWidth = 1u << kTileHeight;
constexpr std::uint64_t kTimesInBlock = 512;
constexpr std::size_t kBatchRows = 100'000;
// Rows are small, so a table's filter has megabytes: each must fit one of the cache's shards, or it is read anew for every row.
constexpr std::size_t kCacheBytes = 512u << 20;
constexpr std::string_view kMadeAnew = ": audit the whole log again, with --keep and a new directory";

enum class Table : char {
  kHead = 'h',
  kTile = 't',       // level (1 byte), number (8)
  kRecorded = 'r',   // number of the block (8)
  kChain = 'c',      // key (16), chain (16)
  kCode = 'i',       // invitation (16)
  kStructure = 'q',  // index (8) → the entry's bytes
  kBrackets = 'w',
  kState = 's',   // before the keys of the state's rows
  kShards = 'd',  // before those of its tree of commitments
};

template <class... Part>
Bytes row_key(Table table, const Part&... parts) {
  RowWriter writer;
  writer(table, parts...);
  return std::move(writer.bytes);
}

Bytes key_under(Table table, ByteView key) {
  Bytes full{static_cast<std::uint8_t>(table)};
  append(full, key);
  return full;
}

}  // namespace

// Not in the namespace without a name: codecs find `fields` by that of the type.
struct HeadRow {
  std::uint32_t version = kVersion;
  AuditHead head;
};
struct ChainRow {
  std::uint64_t number = 0;
  Hash newest;
  bool whole = true;
};

template <class Codec>
void fields(Codec& c, Of<Codec, AuditHead>& v) {
  c(v.origin, v.vkey, v.size, v.root, v.checkpoint, v.state_root, v.shards, v.policy, v.unproved);
}
template <class Codec>
void fields(Codec& c, Of<Codec, HeadRow>& v) {
  c(v.version, v.head);
}
template <class Codec>
void fields(Codec& c, Of<Codec, ChainRow>& v) {
  c(v.number, v.newest, v.whole);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EntryTimes::Recorded>& v) {
  c(v.at, v.deadline, v.offset_minutes, v.judged, v.doubted, v.in_time);
}
template <class Codec>
void fields(Codec& c, Of<Codec, TimesReport::Anchor>& v) {
  c(v.index, v.covers, v.earliest, v.latest);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EntryTimes::Kept>& v) {
  c(v.first, v.entries, v.anchors, v.before, v.doubted);
}

Hash policy_digest(std::string_view policy, std::string_view companion, std::int64_t bracket_limit_micros) {
  Bytes limit;
  put_u64(limit, static_cast<std::uint64_t>(bracket_limit_micros));
  return signing::sha256(tagged_message("letopis/audit-policy/v1", {as_bytes(policy), as_bytes(companion), limit}));
}

// --- Opening -------------------------------------------------------------------------------------------------------------------

namespace {

Result<std::unique_ptr<ledger::KvStore>> open_rows(const std::string& directory, bool create) {
  ledger::KvOptions options;
  options.create = create;
  options.cache_bytes = kCacheBytes;
  return ledger::open_rocksdb(directory + "/" + std::string(kRowsFolder), options);
}

}  // namespace

// What is refused stays as it was found: somebody may have named a directory of another use.
Result<std::unique_ptr<AuditMemory>> AuditMemory::create(const std::string& directory) {
  namespace fs = std::filesystem;
  const std::string rows = directory + "/" + std::string(kRowsFolder);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fail("io_error", directory + ": " + error.message());
  const bool was_kept_in = fs::exists(rows, error);
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.path().filename() != kRowsFolder && !(was_kept_in && entry.path().filename() == kCheckpointFile))
      return fail("exists", directory + " is not empty: name a new directory, or go on from it with --since");
  if (error) return fail("io_error", directory + ": " + error.message());
  if (was_kept_in) {
    const auto unfinished = open(directory);
    if (unfinished) return fail("exists", directory + " keeps an audit already: go on from it with --since");
    if (unfinished.error().code != "unfinished") return tl::unexpected(unfinished.error());
    fs::remove_all(rows, error);
    if (error) return fail("io_error", directory + ": " + error.message());
  }
  // Only its owner looks into it, whatever mode others were given before.
  fs::permissions(directory, fs::perms::owner_all, error);
  if (error) return fail("io_error", directory + ": " + error.message());
  TRY(auto kv, open_rows(directory, true));
  return std::unique_ptr<AuditMemory>(new AuditMemory(directory, std::move(kv)));
}

Result<std::unique_ptr<AuditMemory>> AuditMemory::open(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory + "/" + std::string(kRowsFolder), error))
    return error ? fail("io_error", directory + ": " + error.message())
                 : fail("not_found", directory + " was not made by an audit with --keep");
  auto opened = open_rows(directory, false);
  if (!opened && opened.error().code == "damaged")
    return fail("damaged", directory + ": " + opened.error().detail + std::string(kMadeAnew));
  TRY(auto kv, std::move(opened));
  TRY(const auto row, kv->get(row_key(Table::kHead)));
  if (!row)
    return fail("unfinished", directory + " was left in the middle of keeping: audit the whole log again with --keep");
  TRY(auto head, from_row<HeadRow>(*row));
  if (head.version != kVersion) return fail("damaged", directory + " is of another version" + std::string(kMadeAnew));
  auto memory = std::unique_ptr<AuditMemory>(new AuditMemory(directory, std::move(kv)));
  memory->head_ = std::move(head.head);
  return memory;
}

// --- Reading -------------------------------------------------------------------------------------------------------------------

void AuditMemory::damaged(ByteView key) const {
  if (!failure_)
    failure_ = Error{"damaged",
                     "the row " + to_hex(key) + " in " + directory_ + " is not what was kept" + std::string(kMadeAnew)};
}

std::optional<Bytes> AuditMemory::row(ByteView key) const {
  auto row = kv_->get(key);
  if (row) return *std::move(row);
  if (!failure_) failure_ = row.error();
  return std::nullopt;
}

template <class T>
std::optional<T> AuditMemory::may_have(const Bytes& key) const {
  const auto kept = row(key);
  if (!kept) return std::nullopt;
  if (auto value = from_row<T>(*kept)) return *std::move(value);
  damaged(key);
  return T{};
}

template <class T>
T AuditMemory::must_have(const Bytes& key) const {
  if (auto value = may_have<T>(key)) return *std::move(value);
  damaged(key);
  return {};
}

const std::vector<Hash>& AuditMemory::tile(unsigned level, std::uint64_t number) const {
  auto& hashes = tiles_[{level, number}];
  if (hashes.empty()) {
    hashes = must_have<std::vector<Hash>>(row_key(Table::kTile, static_cast<std::uint8_t>(level), number));
    hashes.resize(kTileWidth);
  }
  return hashes;
}

Hash AuditMemory::node(unsigned level, std::uint64_t index) const {
  const unsigned above = level % kTileHeight;
  const std::uint64_t first = index << above;
  const auto& hashes = tile(level - above, first / kTileWidth);
  const auto begin = hashes.begin() + static_cast<std::ptrdiff_t>(first % kTileWidth);
  std::vector<Hash> nodes(begin, begin + (std::ptrdiff_t{1} << above));
  for (; nodes.size() > 1; nodes.resize(nodes.size() / 2))
    for (std::size_t i = 0; i < nodes.size() / 2; ++i) nodes[i] = hash_of_pair(nodes[2 * i], nodes[2 * i + 1]);
  return nodes.front();
}

std::optional<ChainTable::Chain> AuditMemory::chain(const Id& key, const Id& chain) const {
  const auto is = may_have<ChainRow>(row_key(Table::kChain, key, chain));
  if (!is) return std::nullopt;
  return ChainTable::Chain{key, chain, is->number, is->newest, {}, is->whole};
}

std::optional<PublicKey> AuditMemory::code(const Id& invitation) const {
  return may_have<PublicKey>(row_key(Table::kCode, invitation));
}

std::unique_ptr<KeptShards> AuditMemory::shards() const {
  return std::make_unique<KeptShards>([this](ByteView key) { return row(key_under(Table::kShards, key)); },
                                      [this](ByteView key) { damaged(key_under(Table::kShards, key)); }, head_->shards);
}

EntryTimes::Kept AuditMemory::times() const { return must_have<EntryTimes::Kept>(row_key(Table::kBrackets)); }

Status AuditMemory::structure(const std::function<bool(ByteView entry)>& visit) const {
  const Bytes end{static_cast<std::uint8_t>(Table::kStructure) + 1};
  return kv_->scan(row_key(Table::kStructure), end, {}, [&](ByteView, ByteView entry) { return visit(entry); });
}

const std::vector<Instant>& AuditMemory::times_from(std::uint64_t block) const {
  auto& times = recorded_[block];
  if (times.empty()) {
    times = must_have<std::vector<Instant>>(row_key(Table::kRecorded, block));
    if (times.empty()) times.emplace_back();
  }
  return times;
}

class AuditMemory::KeptPast final : public projections::Past {
 public:
  explicit KeptPast(const AuditMemory& memory) : memory_(memory) {}
  std::uint64_t size() const override { return memory_.head_->size; }
  Instant recorded_at(std::uint64_t index) const override {
    const auto& times = memory_.times_from(index / kTimesInBlock);
    return times[std::min<std::size_t>(index % kTimesInBlock, times.size() - 1)];
  }
  std::uint64_t recorded_before(Instant at) const override {
    std::uint64_t from = 0, to = size();
    while (from < to) {
      const std::uint64_t middle = from + (to - from) / 2;
      if (recorded_at(middle) < at)
        from = middle + 1;
      else
        to = middle;
    }
    return from;
  }
  std::optional<Bytes> row(ByteView key) const override { return memory_.row(key_under(Table::kState, key)); }
  void damaged(ByteView key) const override { memory_.damaged(key_under(Table::kState, key)); }

 private:
  const AuditMemory& memory_;
};

std::shared_ptr<const projections::Past> AuditMemory::past() const { return std::make_shared<KeptPast>(*this); }

// --- Keeping -------------------------------------------------------------------------------------------------------------------

// More than a batch holds: what was there stops being a memory before the first of it goes.
void AuditMemory::Keeping::flush() {
  if (!status_) return;
  if (!begun_) batch_.remove(row_key(Table::kHead));
  begun_ = true;
  status_ = memory_.kv_->commit(batch_, ledger::Durability::kNoSync);
  batch_.operations.clear();
}

void AuditMemory::Keeping::put(Bytes key, Bytes value) {
  batch_.put(std::move(key), std::move(value));
  if (batch_.operations.size() >= kBatchRows) flush();
}

void AuditMemory::Keeping::tree(const AuditTree& tree, std::uint64_t from) {
  for (unsigned level = 0; level < 64 && (tree.size() >> level) != 0; level += kTileHeight) {
    const std::uint64_t end = tree.size() >> level;
    for (std::uint64_t tile = (from >> level) / kTileWidth; tile * kTileWidth < end; ++tile) {
      std::vector<Hash> hashes;
      for (std::uint64_t i = tile * kTileWidth; i < std::min(end, (tile + 1) * kTileWidth); ++i)
        hashes.push_back(tree.node(level, i));
      put(row_key(Table::kTile, static_cast<std::uint8_t>(level), tile), to_row(hashes));
    }
  }
}

void AuditMemory::Keeping::recorded(const projections::SchoolState& state, std::uint64_t from) {
  for (std::uint64_t block = from / kTimesInBlock; block * kTimesInBlock < state.size(); ++block) {
    std::vector<Instant> times;
    for (std::uint64_t i = block * kTimesInBlock; i < std::min(state.size(), (block + 1) * kTimesInBlock); ++i)
      times.push_back(state.recorded_at(i));
    put(row_key(Table::kRecorded, block), to_row(times));
  }
}

void AuditMemory::Keeping::chain(const ChainTable::Chain& chain) {
  put(row_key(Table::kChain, chain.key, chain.chain), to_row(ChainRow{chain.number, chain.newest, chain.whole}));
}
void AuditMemory::Keeping::code(const Id& invitation, const PublicKey& key) {
  put(row_key(Table::kCode, invitation), to_row(key));
}
void AuditMemory::Keeping::structure(std::uint64_t index, ByteView entry) {
  put(row_key(Table::kStructure, index), Bytes(entry.begin(), entry.end()));
}
void AuditMemory::Keeping::times(const EntryTimes::Kept& times) { put(row_key(Table::kBrackets), to_row(times)); }

void AuditMemory::Keeping::state(const projections::SchoolState& state) {
  state.rows([this](const Bytes& key, Bytes value) { put(key_under(Table::kState, key), std::move(value)); });
}
void AuditMemory::Keeping::shards(KeptShards& shards) {
  shards.rows([this](const Bytes& key, Bytes value) { put(key_under(Table::kShards, key), std::move(value)); });
}

Status AuditMemory::Keeping::finish(AuditHead head) {
  TRY_STATUS(status_);
  const std::string note = head.checkpoint;
  batch_.put(row_key(Table::kHead), to_row(HeadRow{kVersion, head}));
  TRY_STATUS(memory_.kv_->commit(batch_, ledger::Durability::kSync));
  // So many rows are put in order now, or every audit that goes on from them would begin with that.
  if (begun_) TRY_STATUS(memory_.kv_->flush());
  if (begun_) TRY_STATUS(memory_.kv_->compact());
  memory_.head_ = std::move(head);
  memory_.tiles_.clear();  // the last of them have grown
  memory_.recorded_.clear();
  // Beside the rows for people, and for whoever else wants to hold a log against it; the rows have their own.
  return posix_file_system().write_atomically(memory_.directory_ + "/" + std::string(kCheckpointFile), as_bytes(note),
                                              0600);
}

}  // namespace letopis::audit
