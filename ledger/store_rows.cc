#include "ledger/store_rows.h"

namespace letopis::ledger::rows {
namespace {

constexpr std::size_t kPrefixBytes = 1 + 4;
constexpr std::size_t kIndexedBytes = kPrefixBytes + 8;
constexpr std::size_t kStatementBytes = kPrefixBytes + 4 + 8;
constexpr std::size_t kChainBytes = kPrefixBytes + 2 * Id::kSize;

Bytes prefix(Kind kind, std::uint32_t school, std::size_t capacity) {
  Bytes key;
  key.reserve(capacity);
  key.push_back(static_cast<std::uint8_t>(kind));
  put_u32(key, school);
  return key;
}

}  // namespace

Bytes school(std::string_view slug) {
  Bytes key = first_school();
  append(key, as_bytes(slug));
  return key;
}

Bytes indexed(Kind kind, std::uint32_t school, std::uint64_t index) {
  Bytes key = prefix(kind, school, kIndexedBytes);
  put_u64(key, index);
  return key;
}

Bytes entry(std::uint32_t school, std::uint64_t index) { return indexed(Kind::kEntry, school, index); }
Bytes leaf(std::uint32_t school, std::uint64_t index) { return indexed(Kind::kLeaf, school, index); }

Bytes tile(std::uint32_t school, unsigned level, std::uint64_t index) {
  Bytes key = prefix(Kind::kTile, school, kIndexedBytes + 1);
  key.push_back(static_cast<std::uint8_t>(level));
  put_u64(key, index);
  return key;
}

Bytes statement(std::uint32_t school, std::uint32_t chain, std::uint64_t number) {
  Bytes key = prefix(Kind::kStatement, school, kStatementBytes);
  put_u32(key, chain);
  put_u64(key, number);
  return key;
}

Bytes chain(std::uint32_t school, const Id& key, const Id& chain) {
  Bytes row = prefix(Kind::kChain, school, kChainBytes);
  append(row, key.view());
  append(row, chain.view());
  return row;
}

Bytes checkpoint(std::uint32_t school) { return first(Kind::kCheckpoint, school); }

Bytes first(Kind kind, std::uint32_t school) { return prefix(kind, school, kPrefixBytes); }
Bytes end(Kind kind, std::uint32_t school) { return prefix(kind, school + 1, kPrefixBytes); }

Bytes first_school() { return {static_cast<std::uint8_t>(Kind::kSchool)}; }
Bytes end_of_schools() { return {static_cast<std::uint8_t>(Kind::kSchool) + 1}; }

std::optional<std::uint64_t> index_of(ByteView key) {
  if (key.size() != kIndexedBytes) return std::nullopt;
  return get_big_endian(key.subspan(kPrefixBytes));
}

std::optional<StatementKey> statement_of(ByteView key) {
  if (key.size() != kStatementBytes) return std::nullopt;
  return StatementKey{static_cast<std::uint32_t>(get_big_endian(key.subspan(kPrefixBytes, 4))),
                      get_big_endian(key.subspan(kPrefixBytes + 4))};
}

Bytes u64_value(std::uint64_t value) {
  Bytes bytes;
  bytes.reserve(8);
  put_u64(bytes, value);
  return bytes;
}

Bytes u32_value(std::uint32_t value) {
  Bytes bytes;
  bytes.reserve(4);
  put_u32(bytes, value);
  return bytes;
}

}  // namespace letopis::ledger::rows
