#pragma once
// What a state commitment commits to (docs/formats/state.md): shards, lists of the entries that speak of one thing for one week. Of
// each the sparse tree holds, under its key, a digest that names every entry of it, in the order of the log. Pure.

#include <cstdint>

#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::ledger {

enum class ShardView : std::uint8_t {
  kSchool = 1,    // structure: one shard (subject and week zero)
  kJournal = 2,   // teaching group × week
  kDiary = 3,     // student × week
  kRefusals = 4,  // week in which they were recorded (subject zero)
};

struct ShardKey {
  ShardView view = ShardView::kSchool;
  Id subject;  // group or student
  Date week;   // Monday
  auto operator<=>(const ShardKey&) const = default;
};

// Key in the sparse tree: SHA-256("letopis/shard-key/v1" ‖ 0 ‖ view (1) ‖ subject (16) ‖ week (i32 big-endian)).
Hash shard_tree_key(const ShardKey& key);
// SHA-256("letopis/shard/v1" ‖ 0 ‖ digest so far (zero at first) ‖ index (u64 big-endian) ‖ leaf hash).
Hash next_shard_digest(const Hash& digest, std::uint64_t index, const Hash& leaf);

}  // namespace letopis::ledger
