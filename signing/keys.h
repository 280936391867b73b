#pragma once
// Ed25519 keys (RFC 8032, plain; libsodium). A key has one purpose for ever, because notes, cosignatures and minisign
// carry no domain tag of their own. Seeds are stored, pairs are derived: a file with a damaged public half cannot leak
// the key.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "signing/base/bytes.h"
#include "signing/base/random.h"
#include "signing/base/result.h"

namespace letopis::signing {

// Append only; the number is written in events.
enum class Purpose : std::uint8_t {
  kRoot = 1,
  kAuthor = 2,
  kInvitation = 3,
  kLog = 4,
  kWitness = 5,
  kService = 6,
  kArchive = 7
};
std::string_view purpose_name(Purpose purpose);  // "root", "author", …
std::optional<Purpose> purpose_from_name(std::string_view name);

// SHA-256("letopis/key/v1" ‖ 0 ‖ purpose name ‖ 0 ‖ public key)[:16]
Id key_id(Purpose purpose, const PublicKey& key);

// Ed25519 verification as libsodium 1.0.18 does it (the accepted set of the CCTV vectors is pinned by a test).
// Thread-safe. Any length of message.
bool verify(const PublicKey& key, ByteView message, const Signature& signature);

// A secret key in guarded memory (sodium_malloc, no core dumps of it). Immutable after construction, thread-safe.
class KeyPair {
 public:
  static KeyPair from_seed(Purpose purpose, const std::array<std::uint8_t, 32>& seed);
  static KeyPair generate(Purpose purpose, Random& random);
  KeyPair(KeyPair&&) noexcept;
  KeyPair& operator=(KeyPair&&) noexcept;
  ~KeyPair();

  Purpose purpose() const;
  const PublicKey& public_key() const;
  const Id& id() const;
  Signature sign(ByteView message) const;
  // The seed, for wrapping and sealing only; the caller wipes its copy (wipe()).
  std::array<std::uint8_t, 32> seed() const;

 private:
  struct Impl;
  explicit KeyPair(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// An invitation code: 128 random bits as 26 characters of Crockford base32, high bits first, the last two bits zero, in
// groups ("7K3QF-…"; five, the last one six). Its seed is tagged_hash("letopis/invitation-code/v1", the 16 bytes); the
// key pair has purpose kInvitation. Parsing ignores case and dashes and maps the letters Crockford maps (O→0, I and
// L→1); anything else is "malformed".
std::string new_invitation_code(Random& random);
Result<KeyPair> key_from_invitation_code(std::string_view code);

// What a passphrase or password costs to try (Argon2id): the interactive limits of libsodium by default; the bounds
// keep a hostile file from taking all memory or time.
inline constexpr std::uint64_t kPassphraseOps = 2;
inline constexpr std::uint64_t kPassphraseMemBytes = 64 * 1024 * 1024;
inline constexpr std::uint64_t kPassphraseOpsMax = 32;
inline constexpr std::uint64_t kPassphraseMemMinBytes = 8 * 1024;
inline constexpr std::uint64_t kPassphraseMemMaxBytes = 1024 * 1024 * 1024;
inline constexpr std::size_t kPasswordMaxBytes = 1024;  // of UTF-8, whose Unicode form is the caller's affair
inline constexpr std::size_t kKeyFileMaxBytes = 1024;
inline constexpr std::size_t kWrappedKeyBytes = 24 + 32 + 16;  // nonce, seed, tag

// A key file: one line of JSON, {"letopis":"key/v1","purpose":…,"id":…,"public":…,"salt":…,"ops":…,"mem":…,"sealed":…},
// ids, keys and salt in hexadecimal, sealed in base64: the seed under XChaCha20-Poly1305, key = Argon2id(passphrase,
// salt), associated data = purpose name ‖ public key. One spelling is accepted, the one seal_key writes.
// Errors: "malformed" (sealing: an empty or overlong passphrase), "wrong_purpose" (the file's purpose is not the one
// asked for), "wrong_passphrase" (or a damaged file), "no_memory".
Result<std::string> seal_key(const KeyPair& key, std::string_view passphrase, Random& random);
Result<KeyPair> open_key(std::string_view file, Purpose expected, std::string_view passphrase);
// Reads purpose, id and public key without the passphrase; whether they belong to the sealed seed only open_key can
// tell.
struct KeyFileInfo {
  Purpose purpose;
  Id id;
  PublicKey public_key;
};
Result<KeyFileInfo> inspect_key(std::string_view file);

// What a browser does with a password, and the command line likewise: Argon2id (libsodium, 64 MiB, 3 passes) of the
// password under the account's salt gives 64 bytes: login proof (sent to the server, which keeps its hash) ‖ wrapping
// key (never sent).
struct PasswordKeys {
  std::array<std::uint8_t, 32> login_proof;
  std::array<std::uint8_t, 32> wrapping_key;
};
// Errors: "malformed" (an empty or overlong password), "no_memory". The caller wipes both.
Result<PasswordKeys> stretch_password(std::string_view password, const Id& salt);
// nonce24 ‖ XChaCha20-Poly1305(seed), associated data = "letopis/wrapped-key/v1" ‖ 0 ‖ public key.
// Unwrapping: "malformed", "not_authentic" (another wrapping key or public key, or damaged).
Bytes wrap_key(const KeyPair& key, const std::array<std::uint8_t, 32>& wrapping_key, Random& random);
Result<KeyPair> unwrap_key(ByteView wrapped, Purpose purpose, const PublicKey& expected,
                           const std::array<std::uint8_t, 32>& wrapping_key);

// Authenticated encryption for the vault: XChaCha20-Poly1305-IETF, fresh 24-byte nonce in front: 40 bytes more than
// `plain`. Errors: "malformed" (too short to be sealed), "not_authentic" (another key, other associated data, or
// damaged).
Bytes seal(const std::array<std::uint8_t, 32>& key, ByteView associated, ByteView plain, Random& random);
Result<Bytes> unseal(const std::array<std::uint8_t, 32>& key, ByteView associated, ByteView sealed);

// Argon2id of a passphrase for key files and the vault's master key. "malformed" (passphrase or costs out of the bounds
// above), "no_memory". The caller wipes it.
Result<std::array<std::uint8_t, 32>> stretch_passphrase(std::string_view passphrase, const Id& salt, std::uint64_t ops,
                                                        std::uint64_t mem);

bool equal_in_constant_time(ByteView a, ByteView b);
void wipe(std::span<std::uint8_t> secret);
// sodium_init, no core dumps; refuses with "no_sodium". Call first in main.
Status initialise();

}  // namespace letopis::signing
