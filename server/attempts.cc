#include "server/attempts.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace letopis::server {

double Attempts::tokens_now(const Bucket& bucket, std::int64_t now) const {
  const double passed = static_cast<double>(std::max<std::int64_t>(0, now - bucket.filled_micros)) / kMicrosPerSecond;
  return std::min(limits_.capacity, bucket.tokens + passed * limits_.per_second);
}

std::int64_t Attempts::wait(std::string_view name, double needed) const {
  const std::int64_t now = clock_.monotonic().micros;
  const std::lock_guard lock(mutex_);
  const auto it = buckets_.find(std::string(name));
  if (it == buckets_.end()) return 0;
  const double missing = std::min(needed, limits_.capacity) - tokens_now(it->second, now);
  if (missing <= 0) return 0;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(missing / limits_.per_second)));
}

void Attempts::take(std::string_view name, double tokens) {
  const std::int64_t now = clock_.monotonic().micros;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= limits_.names_max) forget(now);
  auto& bucket = buckets_.try_emplace(std::string(name), Bucket{limits_.capacity, now}).first->second;
  bucket = {std::max(0.0, tokens_now(bucket, now) - tokens), now};
}

// Full buckets say nothing and go first. Where none is full the fuller half goes: whoever floods us with names is
// mostly in it, whoever guesses at one login is in the other.
void Attempts::forget(std::int64_t now) {
  std::erase_if(buckets_, [&](const auto& item) { return tokens_now(item.second, now) >= limits_.capacity; });
  if (buckets_.size() < limits_.names_max) return;
  std::vector<double> levels;
  for (const auto& item : buckets_) levels.push_back(tokens_now(item.second, now));
  const auto middle = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 2);
  std::nth_element(levels.begin(), middle, levels.end());
  const double limit = *middle;
  std::erase_if(buckets_, [&](const auto& item) { return tokens_now(item.second, now) >= limit; });
}

std::size_t Attempts::names() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace letopis::server
