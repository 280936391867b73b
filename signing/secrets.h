#pragma once
// For the .cc files of this folder: how secrets are handled between libsodium and the public headers.

#include <sodium.h>

#include "signing/base/bytes.h"
#include "signing/keys.h"

namespace letopis::signing {

// sodium_init once, before guarded memory or Argon2id is first used; thread-safe. False when the machine has no usable
// source of randomness.
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

// Bounds of what argon2id accepts.
bool passphrase_length_allowed(std::string_view passphrase);
bool passphrase_costs_allowed(std::uint64_t ops, std::uint64_t mem);

// Fills `out`, leaving no other copy behind. "malformed", "no_memory".
Status argon2id(std::span<std::uint8_t> out, std::string_view secret, const Id& salt, std::uint64_t ops,
                std::uint64_t mem);

// The pair whose 32-byte seed was just unsealed; wipes it. "malformed" when it is not the seed of `expected`.
Result<KeyPair> key_of_seed(Bytes opened, Purpose purpose, const PublicKey& expected);

}  // namespace letopis::signing
