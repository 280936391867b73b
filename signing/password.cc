#include <algorithm>

#include "signing/keys.h"
#include "signing/secrets.h"

namespace letopis::signing {
namespace {

static_assert(Id::kSize == crypto_pwhash_argon2id_SALTBYTES);
static_assert(kPassphraseOps == crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE);
static_assert(kPassphraseMemBytes == crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE);
static_assert(kPassphraseMemMinBytes == crypto_pwhash_argon2id_MEMLIMIT_MIN);

// Part of the protocol between browser, command line and server: never to change.
constexpr std::uint64_t kPasswordOps = 3;
constexpr std::uint64_t kPasswordMemBytes = 64 * 1024 * 1024;

constexpr std::string_view kWrappedTag = "letopis/wrapped-key/v1";

std::string wrapped_about(const PublicKey& key) {
  std::string about(kWrappedTag);
  about.push_back('\0');
  about += as_text(key.view());
  return about;
}

}  // namespace

bool passphrase_length_allowed(std::string_view passphrase) {
  return !passphrase.empty() && passphrase.size() <= kPasswordMaxBytes;
}

bool passphrase_costs_allowed(std::uint64_t ops, std::uint64_t mem) {
  return ops >= 1 && ops <= kPassphraseOpsMax && mem >= kPassphraseMemMinBytes && mem <= kPassphraseMemMaxBytes;
}

Status argon2id(std::span<std::uint8_t> out, std::string_view secret, const Id& salt, std::uint64_t ops,
                std::uint64_t mem) {
  if (!passphrase_length_allowed(secret))
    return fail("malformed", "a password has 1 to " + std::to_string(kPasswordMaxBytes) + " bytes");
  if (!passphrase_costs_allowed(ops, mem)) return fail("malformed", "costs of Argon2id out of bounds");
  LETOPIS_ASSERT(sodium_ready());
  if (crypto_pwhash(out.data(), out.size(), secret.data(), secret.size(), salt.bytes.data(), ops,
                    static_cast<std::size_t>(mem), crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail("no_memory", "Argon2id needs " + std::to_string(mem) + " bytes");
  return {};
}

Result<KeyPair> key_of_seed(Bytes opened, Purpose purpose, const PublicKey& expected) {
  const Wiper opened_wiper(opened);
  LETOPIS_ASSERT(opened.size() == Hash::kSize);
  Hash seed = Hash::copy_of(opened);
  const Wiper seed_wiper(seed.bytes);
  auto key = KeyPair::from_seed(purpose, seed.bytes);
  if (key.public_key() != expected) return fail("malformed", "the seed inside is that of another key");
  return key;
}

Result<PasswordKeys> stretch_password(std::string_view password, const Id& salt) {
  std::array<std::uint8_t, 64> stretched{};
  const Wiper wiper(stretched);
  TRY_STATUS(argon2id(stretched, password, salt, kPasswordOps, kPasswordMemBytes));
  PasswordKeys keys{};
  const Wiper proof_wiper(keys.login_proof);
  const Wiper key_wiper(keys.wrapping_key);
  std::copy_n(stretched.begin(), 32, keys.login_proof.begin());
  std::copy_n(stretched.begin() + 32, 32, keys.wrapping_key.begin());
  return keys;
}

Result<std::array<std::uint8_t, 32>> stretch_passphrase(std::string_view passphrase, const Id& salt, std::uint64_t ops,
                                                        std::uint64_t mem) {
  std::array<std::uint8_t, 32> key{};
  const Wiper wiper(key);
  TRY_STATUS(argon2id(key, passphrase, salt, ops, mem));
  return key;
}

Bytes wrap_key(const KeyPair& key, const std::array<std::uint8_t, 32>& wrapping_key, Random& random) {
  auto seed = key.seed();
  const Wiper wiper(seed);
  return seal(wrapping_key, as_bytes(wrapped_about(key.public_key())), seed, random);
}

Result<KeyPair> unwrap_key(ByteView wrapped, Purpose purpose, const PublicKey& expected,
                           const std::array<std::uint8_t, 32>& wrapping_key) {
  if (wrapped.size() != kWrappedKeyBytes) return fail("malformed", "a wrapped key has 72 bytes");
  TRY(Bytes opened, unseal(wrapping_key, as_bytes(wrapped_about(expected)), wrapped));
  return key_of_seed(std::move(opened), purpose, expected);
}

}  // namespace letopis::signing
