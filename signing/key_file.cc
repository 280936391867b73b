#include <charconv>

#include "signing/keys.h"
#include "signing/secrets.h"

namespace letopis::signing {
namespace {

// The file is one line of JSON with these members in this order and no spaces. Reading the one spelling that seal_key
// writes needs no JSON library, and letopis-verify links none.
struct KeyFile {
  KeyFileInfo info;
  Id salt;
  std::uint64_t ops = 0;
  std::uint64_t mem = 0;
  Bytes sealed;
};

std::string encode(const KeyFile& file) {
  std::string text = R"({"letopis":"key/v1","purpose":")";
  text += purpose_name(file.info.purpose);
  text += R"(","id":")" + to_hex(file.info.id.view());
  text += R"(","public":")" + to_hex(file.info.public_key.view());
  text += R"(","salt":")" + to_hex(file.salt.view());
  text += R"(","ops":)" + std::to_string(file.ops);
  text += R"(,"mem":)" + std::to_string(file.mem);
  text += R"(,"sealed":")" + to_base64(file.sealed) + "\"}\n";
  return text;
}

// Takes the file apart from the front.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  Status expect(std::string_view literal) {
    if (!left_.starts_with(literal))
      return fail("malformed", "a damaged key file: it would go on with " + std::string(literal));
    left_.remove_prefix(literal.size());
    return {};
  }
  Result<std::string_view> until_quote() {
    const auto end = left_.find('"');
    if (end == std::string_view::npos) return fail("malformed", "a string that does not end");
    const auto value = left_.substr(0, end);
    left_.remove_prefix(end);
    return value;
  }
  Result<std::uint64_t> number() {
    std::uint64_t value = 0;
    const auto* end = left_.data() + left_.size();
    const auto [after, error] = std::from_chars(left_.data(), end, value);
    const auto digits = left_.substr(0, static_cast<std::size_t>(after - left_.data()));
    if (error != std::errc() || (digits.size() > 1 && digits[0] == '0')) return fail("malformed", "not a number");
    left_.remove_prefix(digits.size());
    return value;
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

Result<KeyFile> parse(std::string_view text) {
  if (text.size() > kKeyFileMaxBytes) return fail("malformed", "longer than a key file");
  Reader reader(text);
  KeyFile file;
  if (!reader.expect(R"({"letopis":"key/v1","purpose":")")) return fail("malformed", "no key file of Letopis");
  TRY(const auto purpose_text, reader.until_quote());
  const auto purpose = purpose_from_name(purpose_text);
  if (!purpose) return fail("malformed", "a purpose no key has");
  file.info.purpose = *purpose;
  TRY_STATUS(reader.expect(R"(","id":")"));
  TRY(const auto id, reader.until_quote());
  TRY(file.info.id, fixed_from_hex<Id>(id));
  TRY_STATUS(reader.expect(R"(","public":")"));
  TRY(const auto public_key, reader.until_quote());
  TRY(file.info.public_key, fixed_from_hex<PublicKey>(public_key));
  TRY_STATUS(reader.expect(R"(","salt":")"));
  TRY(const auto salt, reader.until_quote());
  TRY(file.salt, fixed_from_hex<Id>(salt));
  TRY_STATUS(reader.expect(R"(","ops":)"));
  TRY(file.ops, reader.number());
  TRY_STATUS(reader.expect(R"(,"mem":)"));
  TRY(file.mem, reader.number());
  TRY_STATUS(reader.expect(R"(,"sealed":")"));
  TRY(const auto sealed, reader.until_quote());
  TRY(file.sealed, from_base64(sealed));
  TRY_STATUS(reader.expect("\"}\n"));
  if (!reader.at_end()) return fail("malformed", "something after the key");
  if (!passphrase_costs_allowed(file.ops, file.mem)) return fail("malformed", "costs of Argon2id out of bounds");
  if (file.sealed.size() != kWrappedKeyBytes) return fail("malformed", "a sealed seed has 72 bytes");
  if (file.info.id != key_id(file.info.purpose, file.info.public_key))
    return fail("malformed", "the id is not that of this key");
  return file;
}

Bytes file_about(Purpose purpose, const PublicKey& key) {
  Bytes about;
  append(about, as_bytes(purpose_name(purpose)));
  append(about, key.view());
  return about;
}

}  // namespace

Result<std::string> seal_key(const KeyPair& key, std::string_view passphrase, Random& random) {
  KeyFile file;
  file.info = {key.purpose(), key.id(), key.public_key()};
  file.salt = random.id();
  file.ops = kPassphraseOps;
  file.mem = kPassphraseMemBytes;
  std::array<std::uint8_t, 32> sealing_key{};
  const Wiper sealing_wiper(sealing_key);
  TRY_STATUS(argon2id(sealing_key, passphrase, file.salt, file.ops, file.mem));
  auto seed = key.seed();
  const Wiper seed_wiper(seed);
  file.sealed = seal(sealing_key, file_about(key.purpose(), key.public_key()), seed, random);
  return encode(file);
}

Result<KeyPair> open_key(std::string_view text, Purpose expected, std::string_view passphrase) {
  TRY(const KeyFile file, parse(text));
  if (file.info.purpose != expected)
    return fail("wrong_purpose", "a key of purpose " + std::string(purpose_name(file.info.purpose)) + ", needed is " +
                                     std::string(purpose_name(expected)));
  if (!passphrase_length_allowed(passphrase))
    return fail("wrong_passphrase", "no key is sealed with such a passphrase");
  std::array<std::uint8_t, 32> sealing_key{};
  const Wiper sealing_wiper(sealing_key);
  TRY_STATUS(argon2id(sealing_key, passphrase, file.salt, file.ops, file.mem));
  auto opened = unseal(sealing_key, file_about(file.info.purpose, file.info.public_key), file.sealed);
  if (!opened) return fail("wrong_passphrase", "or a damaged file");
  return key_of_seed(*std::move(opened), file.info.purpose, file.info.public_key);
}

Result<KeyFileInfo> inspect_key(std::string_view text) {
  TRY(const KeyFile file, parse(text));
  return file.info;
}

}  // namespace letopis::signing
