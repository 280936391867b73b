#include "projections/shards.h"

#include "signing/sha256.h"

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

Hash shard_tree_key(const ShardKey& key) {
  Bytes bytes;
  bytes.push_back(static_cast<std::uint8_t>(key.view));
  append(bytes, key.subject.view());
  put_u32(bytes, static_cast<std::uint32_t>(key.week.days));
  return signing::tagged_hash("letopis/shard-key/v1", {bytes});
}

Hash next_shard_digest(const Hash& digest, std::uint64_t index, const Hash& leaf) {
  std::array<std::uint8_t, 8> number;
  for (int i = 0; i < 8; ++i) number[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(index >> (56 - 8 * i));
  return signing::tagged_hash("letopis/shard/v1", {digest.view(), number, leaf.view()});
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
