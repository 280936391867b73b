#pragma once
// The row keys of the ledger's database, for those who write them (sequencer) and those who read (store, scrub).
// docs/formats/store.md describes the rows.

#include <optional>
#include <string_view>

#include "signing/base/bytes.h"

namespace letopis::ledger::rows {

enum class Kind : std::uint8_t {
  kStatement = 'C',
  kEntry = 'E',
  kChain = 'K',
  kLeaf = 'L',
  kCheckpoint = 'P',
  kSchool = 'S',
  kTile = 'T',
};

inline constexpr std::uint32_t kSchoolNumberMax = 0xffff'fffe;  // the next one must exist: it ends the range of rows

Bytes school(std::string_view slug);
Bytes entry(std::uint32_t school, std::uint64_t index);
Bytes leaf(std::uint32_t school, std::uint64_t index);
Bytes tile(std::uint32_t school, unsigned level, std::uint64_t index);
Bytes statement(std::uint32_t school, std::uint32_t chain, std::uint64_t number);
Bytes chain(std::uint32_t school, const Id& key, const Id& chain);
Bytes checkpoint(std::uint32_t school);

// An entry or leaf row's key, given its kind.
Bytes indexed(Kind kind, std::uint32_t school, std::uint64_t index);

// All rows of a kind of one school lie in [first, end).
Bytes first(Kind kind, std::uint32_t school);
Bytes end(Kind kind, std::uint32_t school);
// All school rows.
Bytes first_school();
Bytes end_of_schools();

// The index of an entry or leaf row; nullopt when it is not the key of one.
std::optional<std::uint64_t> index_of(ByteView key);
struct StatementKey {
  std::uint32_t chain;
  std::uint64_t number;
};
std::optional<StatementKey> statement_of(ByteView key);

Bytes u64_value(std::uint64_t value);
Bytes u32_value(std::uint32_t value);

}  // namespace letopis::ledger::rows
