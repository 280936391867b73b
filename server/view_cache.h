#pragma once
// Views that were rendered, kept as long as nothing they were made from has changed: the shards they read and the
// school's structure (names included). Bounded by bytes; the least recently read goes first. Thread-safe.

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "commands/engine.h"

namespace letopis::server {

struct Rendered {
  std::shared_ptr<const std::string> body;
  std::string etag;  // with its quotes
  std::uint64_t structure_version = 0;
  struct Read {
    projections::ShardKey shard;
    std::size_t entries = 0;
  };
  std::vector<Read> shards;  // and how many entries each had
  std::size_t bytes() const { return body->size() + etag.size() + shards.size() * sizeof(Read) + sizeof(Rendered); }
};
using RenderedPtr = std::shared_ptr<const Rendered>;

// Whether it still says what the school would say now.
bool is_fresh(const commands::School& school, const Rendered& rendered);

class ViewCache {
 public:
  explicit ViewCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  RenderedPtr find(const std::string& key);
  void put(const std::string& key, RenderedPtr rendered);

  struct Counters {
    std::atomic<std::uint64_t> hits{0}, misses{0}, stale{0}, evicted{0};
  };
  Counters& counters() { return counters_; }
  std::size_t bytes() const;
  std::size_t size() const;

 private:
  struct Item {
    std::string key;
    RenderedPtr rendered;
  };
  void drop(std::list<Item>::iterator item);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::list<Item> items_;  // the most recently read first
  std::unordered_map<std::string, std::list<Item>::iterator> by_key_;
  std::size_t bytes_ = 0;
  Counters counters_;
};

}  // namespace letopis::server
