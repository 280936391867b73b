#include "server/challenges.h"

#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::server {

Challenges::Challenges(const Clock& clock, Random& random)
    : clock_(clock), random_(random), secret_(random.fixed<Hash>()) {}

// The outer hash takes the inner one away from whoever would extend it.
Id Challenges::tag(std::string_view origin, ByteView random, std::int64_t end) const {
  Bytes numbers;
  put_u64(numbers, static_cast<std::uint64_t>(end));
  const Hash inner = signing::tagged_hash("letopis/challenge/v1", {secret_.view(), random, numbers, as_bytes(origin)});
  return Id::copy_of(signing::sha256({secret_.view(), inner.view()}).view());
}

Challenges::Nonce Challenges::make(std::string_view origin) {
  const Id random = random_.id();
  const std::int64_t end = clock_.now().micros + kLifeSeconds * kMicrosPerSecond;
  Bytes bytes;
  append(bytes, random.view());
  put_u64(bytes, static_cast<std::uint64_t>(end));
  append(bytes, tag(origin, random.view(), end).view());
  return Nonce::copy_of(bytes);
}

Instant Challenges::expires(const Nonce& nonce) const {
  return {static_cast<std::int64_t>(get_big_endian(nonce.view().subspan(16, 8)))};
}

bool Challenges::use(std::string_view origin, const Nonce& nonce) {
  const Instant end = expires(nonce);
  const Id expected = tag(origin, nonce.view().first(16), end.micros);
  if (!signing::equal_in_constant_time(expected.view(), nonce.view().last(16))) return false;
  const Instant now = clock_.now();
  if (now >= end) return false;
  const std::lock_guard lock(mutex_);
  used_.erase(used_.begin(), used_.lower_bound({now.micros, Nonce{}}));
  return used_.try_emplace({end.micros, nonce}, true).second;
}

std::size_t Challenges::used() const {
  const std::lock_guard lock(mutex_);
  return used_.size();
}

}  // namespace letopis::server
