#pragma once
// Nonces for signing in by key. A nonce carries its own end and a tag only this process can make, so that asking for
// nonces costs no memory; what is remembered are those that were used, until they end. Thread-safe.

#include <array>
#include <map>
#include <mutex>
#include <string_view>

#include "signing/base/bytes.h"
#include "signing/base/random.h"
#include "signing/base/time.h"

namespace letopis::server {

class Challenges {
 public:
  static constexpr std::size_t kNonceBytes = 16 + 8 + 16;
  using Nonce = FixedBytes<kNonceBytes, struct NonceTag>;
  static constexpr std::int64_t kLifeSeconds = 120;

  Challenges(const Clock& clock, Random& random);

  Nonce make(std::string_view origin);
  Instant expires(const Nonce& nonce) const;  // wall clock
  // Whether the nonce is ours, for that origin, in time, and was not used before; then it is used.
  bool use(std::string_view origin, const Nonce& nonce);
  std::size_t used() const;

 private:
  Id tag(std::string_view origin, ByteView random, std::int64_t end) const;

  const Clock& clock_;
  Random& random_;
  Hash secret_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::int64_t, Nonce>, bool> used_;  // by their end
};

}  // namespace letopis::server
