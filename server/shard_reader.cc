#include "server/shard_reader.h"

namespace letopis::server {

using projections::ShardKey;

Result<ShardEntries> read_shards(const commands::School& school, const std::vector<ShardKey>& keys,
                                 std::uint64_t size) {
  ShardEntries read;
  TRY(read.bytes, school.shard_entries(keys, size));
  read.entries.reserve(read.bytes.size());
  for (const auto& bytes : read.bytes) {
    TRY(read.entries.emplace_back(), ledger::decode_entry(bytes));
  }
  return read;
}

std::vector<ShardKey> journal_weeks(const Id& group, Date from, Date to) {
  std::vector<ShardKey> weeks;
  for (Date week = from.monday(); week <= to; week = week + 7)
    weeks.push_back({projections::View::kJournal, group, week});
  return weeks;
}

}  // namespace letopis::server
