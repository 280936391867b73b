#pragma once
// How often something may be tried: a token bucket for every name (a login, an address). Asking whether one may try
// costs nothing; only what is taken counts, so that a right password never locks anybody out. Thread-safe.

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "signing/base/time.h"

namespace letopis::server {

class Attempts {
 public:
  struct Limits {
    double capacity = 10;
    double per_second = 1.0 / 60;
    std::size_t names_max = 100'000;  // beyond: those with the fullest buckets are forgotten
  };
  Attempts(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // 0 when a try (of so many tokens, up to the capacity) is allowed, else the whole seconds to wait.
  std::int64_t wait(std::string_view name, double tokens = 1) const;
  void take(std::string_view name, double tokens = 1);
  std::size_t names() const;

 private:
  struct Bucket {
    double tokens;
    std::int64_t filled_micros;
  };
  double tokens_now(const Bucket& bucket, std::int64_t now) const;
  void forget(std::int64_t now);

  const Limits limits_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace letopis::server
