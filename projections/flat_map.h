#pragma once
// The hash tables of the read models.

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>

#include "projections/huge_pages.h"

namespace letopis::projections {

template <class K, class V>
using FlatMap = boost::unordered_flat_map<K, V, std::hash<K>>;
// For what grows with the log.
template <class K, class V>
using LargeMap = boost::unordered_flat_map<K, V, std::hash<K>, std::equal_to<K>, HugePages<std::pair<const K, V>>>;

// Where a key's value lies; null when there is none.
template <class Map, class K>
auto lookup(const Map& map, const K& key) -> const typename Map::mapped_type* {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace letopis::projections
