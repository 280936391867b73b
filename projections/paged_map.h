#pragma once
// A table of the school's state that grows with the log: all of it in memory, or as much as was asked for, the rest lying in
// rows (state_rows.h) that are fetched one by one. What was fetched stays where it is: pointers hold until the map goes.
//
// Not thread-safe once it recalls: looking something up may fetch it. Before that as its Map is.

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace letopis::projections {

template <class Map>
class PagedMap {
 public:
  using key_type = typename Map::key_type;
  using mapped_type = typename Map::mapped_type;
  using Recall = std::function<std::optional<mapped_type>(const key_type&)>;

  const mapped_type* find(const key_type& key) const {
    if (recall_) return fetch(key);
    const auto it = map_.find(key);
    return it == map_.end() ? nullptr : &it->second;
  }
  mapped_type* find(const key_type& key) {
    return const_cast<mapped_type*>(
        static_cast<const PagedMap*>(this)->find(key));  // NOLINT: the map is not const here
  }
  mapped_type& operator[](const key_type& key) {
    if (!recall_) return map_[key];
    fetch(key);
    return pages_[key];
  }
  void reserve(std::size_t count) { map_.reserve(count); }

  // Forgets what it has; from now on what is not here is asked of `recall`.
  void recall_from(Recall recall) {
    map_ = Map();
    recall_ = std::move(recall);
  }
  // What is in memory.
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [key, value] : map_) visit(key, value);
    for (const auto& [key, value] : pages_) visit(key, value);
  }

 private:
  mapped_type* fetch(const key_type& key) const {
    const auto it = pages_.find(key);
    if (it != pages_.end()) return &it->second;
    auto kept = recall_(key);
    return kept ? &pages_.emplace(key, *std::move(kept)).first->second : nullptr;
  }

  Map map_;
  Recall recall_;
  mutable std::map<key_type, mapped_type> pages_;
};

template <class Map, class K>
auto lookup(const PagedMap<Map>& map, const K& key) -> const typename Map::mapped_type* {
  return map.find(key);
}

}  // namespace letopis::projections
