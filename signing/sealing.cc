#include "signing/keys.h"
#include "signing/secrets.h"

namespace letopis::signing {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);
static_assert(kNonceBytes == 24);

}  // namespace

Bytes seal(const std::array<std::uint8_t, 32>& key, ByteView associated, ByteView plain, Random& random) {
  Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  const auto nonce = std::span(sealed).first(kNonceBytes);
  random.fill(nonce);
  unsigned long long written = 0;
  LETOPIS_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, &written, plain.data(),
                                                            plain.size(), associated.data(), associated.size(), nullptr,
                                                            nonce.data(), key.data()) == 0);
  LETOPIS_ASSERT(written == plain.size() + kTagBytes);
  return sealed;
}

Result<Bytes> unseal(const std::array<std::uint8_t, 32>& key, ByteView associated, ByteView sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes) return fail("malformed", "shorter than a nonce and a tag");
  const auto nonce = sealed.first(kNonceBytes);
  const auto cipher = sealed.subspan(kNonceBytes);
  Bytes plain(cipher.size() - kTagBytes);
  unsigned long long written = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), &written, nullptr, cipher.data(), cipher.size(),
                                                 associated.data(), associated.size(), nonce.data(), key.data()) != 0)
    return fail("not_authentic", "another key, other associated data, or damaged bytes");
  LETOPIS_ASSERT(written == plain.size());
  return plain;
}

}  // namespace letopis::signing
