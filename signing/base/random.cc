#include "signing/base/random.h"

#include <sodium.h>

namespace letopis {

std::uint64_t Random::next_u64() {
  std::array<std::uint8_t, 8> bytes{};
  fill(bytes);
  return get_big_endian(bytes);
}

std::uint64_t Random::below(std::uint64_t bound) {
  LETOPIS_ASSERT(bound > 0);
  // Values past the largest multiple of bound would favour small results: draw again.
  const std::uint64_t usable = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const std::uint64_t value = next_u64();
    if (value < usable) return value % bound;
  }
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  static const bool kReady = sodium_init() >= 0;
  LETOPIS_ASSERT(kReady);
  randombytes_buf(out.data(), out.size());
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) {
      state_ += 0x9e3779b97f4a7c15ULL;
      word = state_;
      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
      word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
      word ^= word >> 31;
    }
    out[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
  }
}

}  // namespace letopis
