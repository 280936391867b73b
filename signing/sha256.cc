#include "signing/sha256.h"

// The plain SHA-256 functions rather than EVP: the same code with the processor's instructions for it, without some 70 ns of
// contexts and providers around each digest, which is half of a short one. OpenSSL 3 calls them deprecated and keeps them.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace letopis::signing {
namespace {

class Hasher {
 public:
  Hasher() { LETOPIS_ASSERT(SHA256_Init(&context_) == 1); }
  void add(ByteView bytes) { LETOPIS_ASSERT(SHA256_Update(&context_, bytes.data(), bytes.size()) == 1); }
  Hash end() {
    Hash digest;
    LETOPIS_ASSERT(SHA256_Final(digest.bytes.data(), &context_) == 1);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

}  // namespace

Hash sha256(ByteView bytes) { return sha256({bytes}); }

Hash sha256(std::initializer_list<ByteView> parts) {
  Hasher hasher;
  for (const auto part : parts) hasher.add(part);
  return hasher.end();
}

// Most messages are short: laid out on the stack they cost one update instead of one for each part.
Hash tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) {
  std::array<std::uint8_t, 256> message;
  std::size_t size = tag.size() + 1;
  for (const auto part : parts) size += part.size();
  if (size <= message.size()) {
    std::uint8_t* end = std::copy(tag.begin(), tag.end(), message.begin());
    *end++ = 0;
    for (const auto part : parts) end = std::copy(part.begin(), part.end(), end);
    return sha256(ByteView(message.data(), size));
  }
  static constexpr std::uint8_t kZero = 0;
  Hasher hasher;
  hasher.add(as_bytes(tag));
  hasher.add({&kZero, 1});
  for (const auto part : parts) hasher.add(part);
  return hasher.end();
}

}  // namespace letopis::signing
