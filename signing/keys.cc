#include "signing/keys.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "signing/secrets.h"
#include "signing/sha256.h"

namespace letopis::signing {
namespace {

struct PurposeName {
  Purpose purpose;
  std::string_view name;
};
constexpr std::array<PurposeName, 7> kPurposeNames{{
    {Purpose::kRoot, "root"},
    {Purpose::kAuthor, "author"},
    {Purpose::kInvitation, "invitation"},
    {Purpose::kLog, "log"},
    {Purpose::kWitness, "witness"},
    {Purpose::kService, "service"},
    {Purpose::kArchive, "archive"},
}};

static_assert(PublicKey::kSize == crypto_sign_PUBLICKEYBYTES);
static_assert(Signature::kSize == crypto_sign_BYTES);
constexpr std::size_t kSeedBytes = crypto_sign_SEEDBYTES;
constexpr std::size_t kSecretBytes = crypto_sign_SECRETKEYBYTES;  // libsodium's form: seed ‖ public key

}  // namespace

bool sodium_ready() {
  static const bool kReady = sodium_init() >= 0;
  return kReady;
}

Status initialise() {
  if (!sodium_ready()) return fail("no_sodium", "libsodium found no source of randomness");
  // Guarded pages are left out of a core dump anyway; copies on the stack and in registers are not.
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0)
    return fail("io_error", std::string("switching core dumps off: ") + std::strerror(errno));
  return {};
}

std::string_view purpose_name(Purpose purpose) {
  for (const auto& entry : kPurposeNames)
    if (entry.purpose == purpose) return entry.name;
  LETOPIS_ASSERT(!"a purpose outside its enumeration");
  return {};
}

std::optional<Purpose> purpose_from_name(std::string_view name) {
  for (const auto& entry : kPurposeNames)
    if (entry.name == name) return entry.purpose;
  return std::nullopt;
}

Id key_id(Purpose purpose, const PublicKey& key) {
  static constexpr std::uint8_t kZero = 0;
  return Id::copy_of(tagged_hash("letopis/key/v1", {as_bytes(purpose_name(purpose)), {&kZero, 1}, key.view()}).view());
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

struct KeyPair::Impl {
  Impl(Purpose for_purpose, const std::array<std::uint8_t, kSeedBytes>& seed) : purpose(for_purpose) {
    LETOPIS_ASSERT(sodium_ready());
    secret = static_cast<std::uint8_t*>(sodium_malloc(kSecretBytes));
    LETOPIS_ASSERT(secret != nullptr);
    LETOPIS_ASSERT(crypto_sign_seed_keypair(public_key.bytes.data(), secret, seed.data()) == 0);
    LETOPIS_ASSERT(sodium_mprotect_readonly(secret) == 0);
    id = key_id(purpose, public_key);
  }
  ~Impl() { sodium_free(secret); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Purpose purpose;
  PublicKey public_key;
  Id id;
  std::uint8_t* secret = nullptr;
};

KeyPair::KeyPair(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyPair::KeyPair(KeyPair&&) noexcept = default;
KeyPair& KeyPair::operator=(KeyPair&&) noexcept = default;
KeyPair::~KeyPair() = default;

KeyPair KeyPair::from_seed(Purpose purpose, const std::array<std::uint8_t, 32>& seed) {
  return KeyPair(std::make_unique<Impl>(purpose, seed));
}

KeyPair KeyPair::generate(Purpose purpose, Random& random) {
  std::array<std::uint8_t, kSeedBytes> seed{};
  const Wiper wiper(seed);
  random.fill(seed);
  return from_seed(purpose, seed);
}

Purpose KeyPair::purpose() const { return impl_->purpose; }
const PublicKey& KeyPair::public_key() const { return impl_->public_key; }
const Id& KeyPair::id() const { return impl_->id; }

Signature KeyPair::sign(ByteView message) const {
  Signature signature;
  LETOPIS_ASSERT(crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), impl_->secret) ==
                 0);
  return signature;
}

std::array<std::uint8_t, 32> KeyPair::seed() const {
  std::array<std::uint8_t, kSeedBytes> seed{};
  LETOPIS_ASSERT(crypto_sign_ed25519_sk_to_seed(seed.data(), impl_->secret) == 0);
  return seed;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  // The length of a secret is no secret.
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

void wipe(std::span<std::uint8_t> secret) { sodium_memzero(secret.data(), secret.size()); }

}  // namespace letopis::signing
