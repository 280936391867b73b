#pragma once
// The entries behind a view.

#include "commands/engine.h"
#include "ledger/schema/codec.h"
#include "projections/shards.h"

namespace letopis::server {

// `entries` refer to `bytes`, which a move keeps where they are.
struct ShardEntries {
  std::vector<Bytes> bytes;
  std::vector<ledger::Entry> entries;
};
// Those of all these shards below `size`, each once, ascending. Any thread.
Result<ShardEntries> read_shards(const commands::School& school, const std::vector<projections::ShardKey>& keys,
                                 std::uint64_t size);

// The shards of a group's journal between two days.
std::vector<projections::ShardKey> journal_weeks(const Id& group, Date from, Date to);

}  // namespace letopis::server
