#pragma once
// For the .cc files of this folder: libsodium, initialised before its guarded memory or Argon2id is first used.

#include <sodium.h>

#include "signing/base/bytes.h"

namespace letopis::signing {

// sodium_init once; thread-safe. False when the machine has no usable source of randomness.
bool sodium_ready();

// Wipes a secret when it goes out of scope, on every path out.
class Wiper {
 public:
  explicit Wiper(std::span<std::uint8_t> secret) : secret_(secret) {}
  ~Wiper() { sodium_memzero(secret_.data(), secret_.size()); }
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;

 private:
  std::span<std::uint8_t> secret_;
};

}  // namespace letopis::signing
