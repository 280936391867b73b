#pragma once
// Randomness is an argument. SystemRandom is for keys, salts and ids in life; SeededRandom for simulations and tests,
// whose seed is printed so that a run can be repeated.

#include <cstdint>
#include <span>

#include "signing/base/bytes.h"

namespace letopis {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0
  bool chance(std::uint32_t per_million) { return below(1'000'000) < per_million; }
  template <class Fixed>
  Fixed fixed() {
    Fixed out;
    fill(out.bytes);
    return out;
  }
  Id id() { return fixed<Id>(); }
};

// The kernel's generator, through libsodium. Thread-safe.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// splitmix64. Not for secrets. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace letopis
