#include "server/view_cache.h"

namespace letopis::server {

bool is_fresh(const commands::School& school, const Rendered& rendered) {
  return school.read([&](const commands::ReadModel& model) {
    if (model.structure.structure_version() != rendered.structure_version) return false;
    for (const auto& read : rendered.shards) {
      const auto* shard = model.shards.find(read.shard);
      if ((shard == nullptr ? 0 : shard->entries.size()) != read.entries) return false;
    }
    return true;
  });
}

RenderedPtr ViewCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  items_.splice(items_.begin(), items_, it->second);
  return it->second->rendered;
}

void ViewCache::put(const std::string& key, RenderedPtr rendered) {
  const std::size_t size = rendered->bytes() + key.size();
  const std::lock_guard lock(mutex_);
  if (const auto it = by_key_.find(key); it != by_key_.end()) drop(it->second);
  if (size > bytes_max_) return;
  items_.push_front({key, std::move(rendered)});
  by_key_[key] = items_.begin();
  bytes_ += size;
  while (bytes_ > bytes_max_) {
    ++counters_.evicted;
    drop(std::prev(items_.end()));
  }
}

void ViewCache::drop(std::list<Item>::iterator item) {
  bytes_ -= item->rendered->bytes() + item->key.size();
  by_key_.erase(item->key);
  items_.erase(item);
}

std::size_t ViewCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}
std::size_t ViewCache::size() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}

}  // namespace letopis::server
