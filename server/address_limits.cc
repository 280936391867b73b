#include "server/address_limits.h"

#include <algorithm>
#include <cmath>

#include "signing/base/result.h"

namespace letopis::server {

AddressKey address_key(const std::array<std::uint8_t, 16>& ipv6_or_mapped) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  AddressKey key = ipv6_or_mapped;
  if (!std::equal(kMapped.begin(), kMapped.end(), key.begin())) std::fill(key.begin() + 8, key.end(), std::uint8_t{0});
  return key;
}

void AddressLimits::refill(Entry& entry) const {
  const std::int64_t now = clock_.monotonic().micros;
  const double seconds = static_cast<double>(now - entry.filled_micros) / kMicrosPerSecond;
  entry.tokens = std::min(burst(), entry.tokens + seconds * limits_.requests_per_second);
  entry.filled_micros = now;
}

AddressLimits::Entry& AddressLimits::entry_of(const AddressKey& address) {
  const auto [at, added] = entries_.try_emplace(address);
  if (added) {
    at->second.tokens = burst();
    at->second.filled_micros = clock_.monotonic().micros;
  }
  return at->second;
}

// An address without connections is remembered only while its bucket is not full; the sweep costs what it frees.
void AddressLimits::forget_idle() {
  if (entries_.size() < sweep_at_) return;
  for (auto at = entries_.begin(); at != entries_.end();) {
    refill(at->second);
    at = at->second.connections == 0 && at->second.tokens >= burst() ? entries_.erase(at) : std::next(at);
  }
  sweep_at_ = std::max<std::size_t>(1024, entries_.size() * 2);
}

bool AddressLimits::open(const AddressKey& address) {
  const std::lock_guard lock(mutex_);
  forget_idle();
  Entry& entry = entry_of(address);
  if (entry.connections >= limits_.connections_max) return false;
  ++entry.connections;
  return true;
}

void AddressLimits::close(const AddressKey& address) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(address);
  LETOPIS_ASSERT(at != entries_.end() && at->second.connections > 0);
  --at->second.connections;
  if (at->second.connections == 0 && limits_.requests_per_second <= 0) entries_.erase(at);
}

std::int64_t AddressLimits::take(const AddressKey& address) {
  if (limits_.requests_per_second <= 0) return 0;
  const std::lock_guard lock(mutex_);
  Entry& entry = entry_of(address);
  refill(entry);
  if (entry.tokens < 1) {
    const double wait = (1 - entry.tokens) / limits_.requests_per_second;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(std::min(wait, 3600.0))));
  }
  entry.tokens -= 1;
  return 0;
}

std::size_t AddressLimits::addresses() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace letopis::server
