#include "ledger/log_store.h"

#include <algorithm>

#include "ledger/limits.h"
#include "ledger/store_rows.h"
#include "ledger/tile_reader.h"
#include "signing/note.h"

namespace letopis::ledger {

constexpr std::size_t kSlugMaxBytes = 40;

Status check_slug(std::string_view slug) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (slug.empty() || slug.size() > kSlugMaxBytes || !std::all_of(slug.begin(), slug.end(), allowed))
    return fail("malformed", "a school's name in addresses is 1 to 40 of a-z, 0-9 and '-'");
  return {};
}

namespace {

Result<SchoolRecord> school_from(std::string_view slug, ByteView value) {
  if (value.size() <= 4) return fail("damaged", "the row of school " + std::string(slug));
  return SchoolRecord{static_cast<std::uint32_t>(get_big_endian(value.first(4))), std::string(slug),
                      std::string(as_text(value.subspan(4)))};
}

// One past the highest index among the rows of a kind.
Result<std::uint64_t> end_index(const KvStore& kv, rows::Kind kind, std::uint32_t school) {
  std::optional<std::uint64_t> last;
  bool strange = false;
  TRY_STATUS(
      kv.scan(rows::first(kind, school), rows::end(kind, school), {.reverse = true}, [&](ByteView key, ByteView) {
        last = rows::index_of(key);
        strange = !last;
        return false;
      }));
  if (strange) return fail("damaged", "a row with a key of another length among the entries");
  return last ? *last + 1 : 0;
}

std::string name_of(rows::Kind kind, std::uint64_t index) {
  return (kind == rows::Kind::kEntry ? "entry " : "leaf ") + std::to_string(index);
}

Status each_row(const KvStore& kv, rows::Kind kind, std::uint32_t school, std::uint64_t from, std::uint64_t to,
                bool from_disk, const std::function<bool(std::uint64_t, ByteView)>& visit) {
  if (from >= to) return {};
  std::uint64_t expected = from;
  bool gap = false, left = false;
  TRY_STATUS(kv.scan(rows::indexed(kind, school, from), rows::indexed(kind, school, to), {.from_disk = from_disk},
                     [&](ByteView key, ByteView value) {
                       gap = rows::index_of(key) != expected;
                       left = gap || !visit(expected, value);
                       if (!gap) ++expected;
                       return !left;
                     }));
  if (gap || (!left && expected != to)) return fail("damaged", name_of(kind, expected) + " is missing");
  return {};
}

Result<std::uint64_t> integer_of(const Bytes& value, std::size_t width) {
  if (value.size() != width) return fail("damaged", "a chain row of another length");
  return get_big_endian(value);
}

}  // namespace

Result<std::vector<SchoolRecord>> LogStore::schools() const {
  std::vector<SchoolRecord> found;
  Status status;
  TRY_STATUS(kv_->scan(rows::first_school(), rows::end_of_schools(), {}, [&](ByteView key, ByteView value) {
    auto record = school_from(as_text(key.subspan(1)), value);
    if (record)
      found.push_back(*std::move(record));
    else
      status = tl::unexpected(record.error());
    return status.has_value();
  }));
  TRY_STATUS(status);
  return found;
}

Result<SchoolRecord> LogStore::school(std::string_view slug) const {
  TRY(const auto value, kv_->get(rows::school(slug)));
  if (value) return school_from(slug, *value);
  TRY(const auto known, schools());
  std::string others;
  for (const auto& other : known) others += (others.empty() ? "; there is " : ", ") + other.slug;
  return fail("not_found", "no school " + std::string(slug) + others);
}

Result<SchoolRecord> LogStore::add_school(std::string_view slug, std::string_view origin) {
  TRY_STATUS(check_slug(slug));
  if (!signing::valid_note_name(origin)) return fail("malformed", "the origin cannot stand in a checkpoint");
  const std::lock_guard guard(adding_);
  TRY(const auto known, schools());
  SchoolRecord record{1, std::string(slug), std::string(origin)};
  for (const auto& other : known) {
    if (other.slug == slug || other.origin == origin) return fail("already_exists", other.slug + ", " + other.origin);
    record.number = std::max(record.number, other.number + 1);
  }
  if (record.number > rows::kSchoolNumberMax) return fail("too_large", "no school numbers are left");
  Bytes value = rows::u32_value(record.number);
  append(value, as_bytes(origin));
  WriteBatch batch;
  batch.put(rows::school(slug), std::move(value));
  TRY_STATUS(kv_->commit(batch, Durability::kSync));
  return record;
}

Result<std::uint64_t> LogStore::size(std::uint32_t school) const {
  TRY(const std::uint64_t entries, end_index(*kv_, rows::Kind::kEntry, school));
  TRY(const std::uint64_t leaves, end_index(*kv_, rows::Kind::kLeaf, school));
  if (leaves == entries) return entries;
  // A batch may have come in between the two looks; entries and leaves are written together, so then a third agrees.
  TRY(const std::uint64_t entries_later, end_index(*kv_, rows::Kind::kEntry, school));
  if (leaves < entries || leaves > entries_later)
    return fail("damaged", std::to_string(entries_later) + " entries, but leaf hashes up to " + std::to_string(leaves));
  return entries;
}

Result<Bytes> LogStore::entry(std::uint32_t school, std::uint64_t index) const {
  TRY(auto value, kv_->get(rows::entry(school, index)));
  if (!value) return fail("not_found", "no entry " + std::to_string(index));
  return *std::move(value);
}

Result<Hash> LogStore::leaf(std::uint32_t school, std::uint64_t index) const {
  TRY(const auto value, kv_->get(rows::leaf(school, index)));
  if (!value) return fail("not_found", "no leaf " + std::to_string(index));
  if (value->size() != Hash::kSize) return fail("damaged", "leaf " + std::to_string(index) + " is not a hash");
  return Hash::copy_of(*value);
}

Status LogStore::each_entry(std::uint32_t school, std::uint64_t from, std::uint64_t to, bool from_disk,
                            const std::function<bool(std::uint64_t index, ByteView bytes)>& visit) const {
  return each_row(*kv_, rows::Kind::kEntry, school, from, to, from_disk, visit);
}

Status LogStore::each_leaf(std::uint32_t school, std::uint64_t from, std::uint64_t to, bool from_disk,
                           const std::function<bool(std::uint64_t index, const Hash& leaf)>& visit) const {
  std::optional<std::uint64_t> strange;
  TRY_STATUS(each_row(*kv_, rows::Kind::kLeaf, school, from, to, from_disk, [&](std::uint64_t index, ByteView value) {
    if (value.size() == Hash::kSize) return visit(index, Hash::copy_of(value));
    strange = index;
    return false;
  }));
  if (strange) return fail("damaged", "leaf " + std::to_string(*strange) + " is not a hash");
  return {};
}

NodeSource LogStore::nodes(std::uint32_t school, std::uint64_t size) const {
  const auto reader = std::make_shared<TileReader>(kv_, school, size);
  return [reader](unsigned level, std::uint64_t index) { return reader->node(level, index); };
}

Result<Frontier> LogStore::frontier(std::uint32_t school, std::uint64_t size) const {
  return frontier_of(size, nodes(school, size));
}

Result<Bytes> LogStore::tile(std::uint32_t school, const TileAddress& address, std::uint64_t size) const {
  const unsigned available = tile_width(size, address.level, address.index);
  if (address.width == 0 || address.width > available || (address.entries && address.level != 0))
    return fail("not_found", tile_path(address) + " is not in the tree of size " + std::to_string(size));
  Bytes out;
  if (address.entries) {
    const std::uint64_t from = address.index * kTileWidth;
    TRY_STATUS(each_entry(school, from, from + address.width, false, [&](std::uint64_t, ByteView bytes) {
      append_to_bundle(out, bytes);
      return true;
    }));
    return out;
  }
  TileReader reader(kv_, school, size);
  TRY(const auto hashes, reader.tile(address.level, address.index));
  out.reserve(address.width * Hash::kSize);
  for (unsigned i = 0; i < address.width; ++i) append(out, (*hashes)[i].view());
  return out;
}

Result<std::optional<std::uint64_t>> LogStore::find(std::uint32_t school, const Id& key, const Id& chain,
                                                    std::uint64_t number) const {
  TRY(const auto row, kv_->get(rows::chain(school, key, chain)));
  if (!row) return std::optional<std::uint64_t>();
  TRY(const std::uint64_t chain_number, integer_of(*row, 4));
  TRY(const auto index, kv_->get(rows::statement(school, static_cast<std::uint32_t>(chain_number), number)));
  if (!index) return std::optional<std::uint64_t>();
  TRY(const std::uint64_t value, integer_of(*index, 8));
  return std::optional<std::uint64_t>(value);
}

Result<std::optional<LogStore::ChainHead>> LogStore::chain_head(std::uint32_t school, const Id& key,
                                                                const Id& chain) const {
  TRY(const auto row, kv_->get(rows::chain(school, key, chain)));
  if (!row) return std::optional<ChainHead>();
  TRY(const std::uint64_t chain_number, integer_of(*row, 4));
  ChainHead head{key, chain, 0, 0, static_cast<std::uint32_t>(chain_number)};
  TRY_STATUS(read_newest(school, head));
  return std::optional<ChainHead>(head);
}

Status LogStore::read_newest(std::uint32_t school, ChainHead& head) const {
  bool found = false;
  TRY_STATUS(kv_->scan(rows::statement(school, head.chain_number, 0), rows::statement(school, head.chain_number + 1, 0),
                       {.reverse = true}, [&](ByteView key, ByteView value) {
                         const auto at = rows::statement_of(key);
                         found = at && value.size() == 8;
                         if (found) head.number = at->number;
                         if (found) head.index = get_big_endian(value);
                         return false;
                       }));
  if (!found) return fail("damaged", "chain " + std::to_string(head.chain_number) + " has no statements");
  return {};
}

Result<std::vector<LogStore::ChainHead>> LogStore::chain_heads(std::uint32_t school) const {
  std::vector<ChainHead> heads;
  bool strange = false;
  const Bytes first = rows::first(rows::Kind::kChain, school);
  TRY_STATUS(kv_->scan(first, rows::end(rows::Kind::kChain, school), {}, [&](ByteView key, ByteView value) {
    strange = key.size() != first.size() + 2 * Id::kSize || value.size() != 4;
    if (strange) return false;
    const ByteView ids = key.subspan(first.size());
    heads.push_back({Id::copy_of(ids), Id::copy_of(ids.subspan(Id::kSize)), 0, 0,
                     static_cast<std::uint32_t>(get_big_endian(value))});
    return true;
  }));
  if (strange) return fail("damaged", "a chain row of another length");
  for (auto& head : heads) TRY_STATUS(read_newest(school, head));
  return heads;
}

Result<std::uint32_t> LogStore::chain_count(std::uint32_t school) const {
  std::uint32_t count = 0;
  bool strange = false;
  TRY_STATUS(kv_->scan(rows::first(rows::Kind::kStatement, school), rows::end(rows::Kind::kStatement, school),
                       {.reverse = true}, [&](ByteView key, ByteView) {
                         const auto at = rows::statement_of(key);
                         strange = !at;
                         if (at) count = at->chain + 1;
                         return false;
                       }));
  if (strange) return fail("damaged", "a statement row with a key of another length");
  return count;
}

Result<std::optional<std::string>> LogStore::stored_checkpoint(std::uint32_t school) const {
  TRY(const auto value, kv_->get(rows::checkpoint(school)));
  if (!value) return std::optional<std::string>();
  return std::optional<std::string>(as_text(*value));
}

}  // namespace letopis::ledger
