#include "projections/shards.h"

namespace letopis::projections {

std::string_view view_name(View view) {
  switch (view) {
    case View::kSchool: return "school";
    case View::kJournal: return "journal";
    case View::kDiary: return "diary";
    case View::kRefusals: return "refusals";
  }
  return "";
}

void Shards::add(const ShardKey& key, std::uint64_t index, const Hash& leaf) {
  Shard& shard = shards_[key];
  if (!shard.entries.empty() && shard.entries.back() == index) return;  // named twice by one entry
  shard.digest = next_shard_digest(shard.digest, index, leaf);
  shard.entries.push_back(index);
  if (!shard.changed) changed_.push_back(key);
  shard.changed = true;
}

const Shard* Shards::find(const ShardKey& key) const {
  const auto it = shards_.find(key);
  return it == shards_.end() ? nullptr : &it->second;
}

void Shards::flush() {
  for (const auto& key : changed_) {
    Shard& shard = shards_.find(key)->second;
    tree_.set(shard_tree_key(key), shard.digest);
    shard.changed = false;
  }
  changed_.clear();
}

Hash Shards::root() {
  flush();
  return tree_.root();
}

}  // namespace letopis::projections
