#include "signing/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace letopis::signing {
namespace {

// One context a thread: EVP_MD_CTX_new and the fetch of the algorithm cost more than a short hash.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new()), algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    LETOPIS_ASSERT(context_ != nullptr && algorithm_ != nullptr);
  }
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void begin() { LETOPIS_ASSERT(EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1); }
  void add(ByteView bytes) { LETOPIS_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  Hash end() {
    Hash digest;
    LETOPIS_ASSERT(EVP_DigestFinal_ex(context_, digest.bytes.data(), nullptr) == 1);
    return digest;
  }

 private:
  EVP_MD_CTX* context_;
  EVP_MD* algorithm_;
};

Hasher& hasher() {
  thread_local Hasher instance;
  return instance;
}

}  // namespace

Hash sha256(ByteView bytes) {
  auto& h = hasher();
  h.begin();
  h.add(bytes);
  return h.end();
}

Hash sha256(std::initializer_list<ByteView> parts) {
  auto& h = hasher();
  h.begin();
  for (const auto part : parts) h.add(part);
  return h.end();
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
  auto& h = hasher();
  h.begin();
  h.add(as_bytes(tag));
  h.add({&kZero, 1});
  for (const auto part : parts) h.add(part);
  return h.end();
}

}  // namespace letopis::signing
