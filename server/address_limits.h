#pragma once
// What one address may take: open connections, and requests per second by a token bucket. Thread-safe.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "signing/base/time.h"

namespace letopis::server {

// An IPv4 address mapped into IPv6, or the first 64 bits of an IPv6 address: one household, one key.
using AddressKey = std::array<std::uint8_t, 16>;
AddressKey address_key(const std::array<std::uint8_t, 16>& ipv6_or_mapped);

class AddressLimits {
 public:
  struct Limits {
    std::size_t connections_max = 256;
    double requests_per_second = 0;  // 0: no limit
  };
  static constexpr double kBurstSeconds = 10;

  AddressLimits(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  bool open(const AddressKey& address);  // false: too many connections; then close is not called
  void close(const AddressKey& address);
  // Takes one request from the bucket: 0, or the whole seconds after which to try again.
  std::int64_t take(const AddressKey& address);
  std::size_t addresses() const;  // that are remembered

 private:
  struct Entry {
    std::size_t connections = 0;
    double tokens = 0;
    std::int64_t filled_micros = 0;
  };
  double burst() const { return limits_.requests_per_second * kBurstSeconds; }
  void refill(Entry& entry) const;
  Entry& entry_of(const AddressKey& address);
  void forget_idle();

  const Limits limits_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<AddressKey, Entry> entries_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace letopis::server
