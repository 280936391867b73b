// Where the vault's master key comes from.

#include <charconv>
#include <cstdlib>

#include "ledger/vault.h"
#include "signing/base/file.h"
#include "signing/keys.h"

namespace letopis::ledger {
namespace {

using MasterKey = std::array<std::uint8_t, 32>;

constexpr std::size_t kKeyFileSizeMaxBytes = 65;  // 64 digits and a line feed
constexpr std::string_view kSaltFileTag = "letopis/vault-salt/v1";
// Once a start, so more than a login costs; less than a small server has.
constexpr std::uint64_t kArgonPasses = 3;
constexpr std::uint64_t kArgonMemoryBytes = 64u << 20;
constexpr std::uint64_t kArgonPassesMax = 32;
constexpr std::uint64_t kArgonMemoryMaxBytes = 1u << 30;

// "letopis/vault-salt/v1 argon2id <passes> <bytes of memory> <salt in hexadecimal>" LF
struct Stretching {
  Id salt;
  std::uint64_t passes = kArgonPasses;
  std::uint64_t memory_bytes = kArgonMemoryBytes;
  std::string text() const {
    return std::string(kSaltFileTag) + " argon2id " + std::to_string(passes) + " " + std::to_string(memory_bytes) +
           " " + to_hex(salt.view()) + "\n";
  }
};

Result<std::uint64_t> parse_cost(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > max)
    return fail("malformed", "a cost of stretching in the salt's file");
  return value;
}

Result<Stretching> parse_stretching(std::string_view text) {
  std::string_view rest = text;
  const auto word = [&rest] {
    const auto space = rest.find(' ');
    const auto taken = rest.substr(0, space);
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
    return taken;
  };
  if (word() != kSaltFileTag || word() != "argon2id") return fail("malformed", "the salt's file");
  Stretching out;
  TRY(out.passes, parse_cost(word(), kArgonPassesMax));
  TRY(out.memory_bytes, parse_cost(word(), kArgonMemoryMaxBytes));
  TRY(out.salt, fixed_from_hex<Id>(rest.substr(0, rest.find('\n'))));
  if (out.text() != text) return fail("malformed", "the salt's file is not spelt as it was written");
  return out;
}

Result<Stretching> stretching_of(const std::string& directory, Random& random, VaultAccess access) {
  auto& files = posix_file_system();
  const std::string path = directory + "/" + std::string(kVaultSaltFile);
  const auto bytes = files.read(path, kVaultSaltSizeMaxBytes);
  if (bytes) return parse_stretching(as_text(*bytes));
  if (bytes.error().code != "not_found") return tl::unexpected(bytes.error());
  // A new salt beside an old vault would only make every passphrase look wrong.
  if (files.exists(directory + "/CURRENT"))
    return fail("damaged",
                path +
                    " is missing beside a vault: a vault that was made with a key file or a credential is not "
                    "opened by a passphrase; one that was made with a passphrase needs that file back");
  if (access == VaultAccess::kReadOnly) return fail("not_found", "no vault in " + directory);
  Stretching fresh;
  fresh.salt = random.id();
  TRY_STATUS(files.make_directories(directory));
  TRY_STATUS(files.write_atomically(path, as_bytes(fresh.text()), 0600));
  return fresh;
}

Result<MasterKey> key_of_passphrase(const std::string& directory, std::string_view passphrase, Random& random,
                                    VaultAccess access) {
  if (passphrase.empty()) return fail("no_master_key", "the passphrase is empty");
  TRY(const auto stretching, stretching_of(directory, random, access));
  return signing::stretch_passphrase(passphrase, stretching.salt, stretching.passes, stretching.memory_bytes);
}

// 32 bytes as they are, or 64 lower-case hexadecimal digits with or without a final line feed: the sizes tell them apart.
Result<MasterKey> parse_key_file(ByteView bytes) {
  MasterKey key{};
  if (bytes.size() == key.size()) {
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
  }
  auto digits = as_text(bytes);
  if (digits.size() == 2 * key.size() + 1 && digits.back() == '\n') digits.remove_suffix(1);
  const auto parsed = fixed_from_hex<Hash>(digits);
  if (!parsed) return fail("malformed", "a key file holds 32 bytes or 64 lower-case hexadecimal digits");
  return parsed->bytes;
}

Result<MasterKey> key_from_file(const std::string& path) {
  TRY(auto bytes, posix_file_system().read(path, kKeyFileSizeMaxBytes));
  auto key = parse_key_file(bytes);
  signing::wipe(bytes);
  if (!key) return fail(key.error().code, path + ": " + key.error().detail);
  return key;
}

std::optional<std::string> from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace

MasterKeySource master_key_source_from_environment() {
  return {from_environment("LETOPIS_VAULT_KEY_FILE"), from_environment("CREDENTIALS_DIRECTORY"),
          from_environment("LETOPIS_PASSPHRASE")};
}

Result<std::array<std::uint8_t, 32>> load_master_key(const std::string& directory, const MasterKeySource& source,
                                                     Random& random, VaultAccess access) {
  if (source.key_file) return key_from_file(*source.key_file);
  if (source.credentials_directory) {
    // systemd sets the directory for any credential; ours may not be among them.
    auto key = key_from_file(*source.credentials_directory + "/vault-key");
    if (key || key.error().code != "not_found") return key;
  }
  if (source.passphrase) return key_of_passphrase(directory, *source.passphrase, random, access);
  return fail("no_master_key", "give a key file, a credential named vault-key, or a passphrase");
}

}  // namespace letopis::ledger
