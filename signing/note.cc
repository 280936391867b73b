#include "signing/note.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "signing/base/utf8.h"
#include "signing/sha256.h"

namespace letopis::signing {
namespace {

constexpr std::string_view kSignatureStart = "\u2014 ";  // em dash, space
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimestampBytes = 8;
constexpr std::uint64_t kTimestampMax = std::numeric_limits<std::int64_t>::max();

// Valid UTF-8 without control characters but LF.
bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const auto c = take_code_point(text);
    if (!c || (*c < 0x20 && *c != '\n')) return false;
  }
  return true;
}

std::uint32_t note_key_id(std::string_view name, std::uint8_t type, const PublicKey& key) {
  static constexpr std::uint8_t kLineFeed = '\n';
  const Hash digest = sha256({as_bytes(name), {&kLineFeed, 1}, {&type, 1}, key.view()});
  return static_cast<std::uint32_t>(get_big_endian(digest.view().first(kKeyIdBytes)));
}

Bytes big_endian(std::uint32_t value) {
  Bytes bytes;
  put_u32(bytes, value);
  return bytes;
}

std::string cosignature_message(std::string_view text, std::uint64_t unix_seconds) {
  return "cosignature/v1\ntime " + std::to_string(unix_seconds) + "\n" + std::string(text);
}

// `line` without its LF.
Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kSignatureStart)) return fail("malformed", "a signature line begins with a dash and a space");
  line.remove_prefix(kSignatureStart.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return fail("malformed", "a signature line has a name and a signature");
  const auto name = line.substr(0, space);
  if (!valid_note_name(name)) return fail("malformed", "not a name of a key");
  TRY(const Bytes blob, from_base64(line.substr(space + 1)));
  if (blob.size() <= kKeyIdBytes) return fail("malformed", "a signature of no bytes");
  const ByteView view(blob);
  const auto id = static_cast<std::uint32_t>(get_big_endian(view.first(kKeyIdBytes)));
  const auto signature = view.subspan(kKeyIdBytes);
  return NoteSignature{std::string(name), id, Bytes(signature.begin(), signature.end())};
}

// The time of a cosignature, 0 for a plain signature; nullopt when it does not verify.
std::optional<std::int64_t> check(const VerifierKey& key, std::string_view text, ByteView signature) {
  const std::size_t stamp_bytes = key.type == kNoteTypeCosignature ? kTimestampBytes : 0;
  if (signature.size() != stamp_bytes + Signature::kSize) return std::nullopt;
  const auto plain = Signature::copy_of(signature.subspan(stamp_bytes));
  if (key.type == kNoteTypeEd25519) {
    if (!verify(key.key, as_bytes(text), plain)) return std::nullopt;
    return 0;
  }
  if (key.type != kNoteTypeCosignature) return std::nullopt;
  const std::uint64_t time = get_big_endian(signature.first(kTimestampBytes));
  if (time > kTimestampMax) return std::nullopt;
  if (!verify(key.key, as_bytes(cosignature_message(text, time)), plain)) return std::nullopt;
  return static_cast<std::int64_t>(time);
}

bool already_counted(const std::vector<Verified>& verified, std::size_t key_index) {
  return std::any_of(verified.begin(), verified.end(), [&](const Verified& v) { return v.key_index == key_index; });
}

Purpose purpose_of(std::uint8_t type) {
  LETOPIS_ASSERT(type == kNoteTypeEd25519 || type == kNoteTypeCosignature);
  return type == kNoteTypeEd25519 ? Purpose::kLog : Purpose::kWitness;
}

void assert_can_sign(std::string_view text, std::string_view name, std::uint8_t type, const KeyPair& key) {
  LETOPIS_ASSERT(key.purpose() == purpose_of(type));
  LETOPIS_ASSERT(valid_note_name(name));
  LETOPIS_ASSERT(text.ends_with('\n') && is_note_text(text));
}

}  // namespace

bool valid_note_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto c = take_code_point(name);
    if (!c || *c < 0x20 || *c == '+' || is_unicode_space(*c)) return false;
  }
  return true;
}

std::uint32_t VerifierKey::id() const { return note_key_id(name, type, key); }

std::string VerifierKey::text() const {
  Bytes material{type};
  append(material, key.view());
  return name + "+" + to_hex(big_endian(id())) + "+" + to_base64(material);
}

Result<VerifierKey> parse_vkey(std::string_view text) {
  if (text.size() > kVerifierKeyMaxBytes) return fail("malformed", "longer than any verifier key");
  // Base64 has plus signs of its own: only the first two separate.
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return fail("malformed", "a verifier key is written name+id+key");
  const auto name = text.substr(0, first);
  if (!valid_note_name(name)) return fail("malformed", "not a name of a key");
  const auto id_text = text.substr(first + 1, second - first - 1);
  if (id_text.size() != kKeyIdBytes * 2) return fail("malformed", "a key id has eight hexadecimal digits");
  TRY(const Bytes id, from_hex(id_text));
  TRY(const Bytes material, from_base64(text.substr(second + 1)));
  if (material.empty()) return fail("malformed", "a verifier key without a key");
  if (material[0] != kNoteTypeEd25519 && material[0] != kNoteTypeCosignature)
    return fail("unsupported",
                "a key of type " + to_hex(ByteView(material).first(1)) + ", only 01 and 04 are known here");
  if (material.size() != 1 + PublicKey::kSize) return fail("malformed", "an Ed25519 key has 32 bytes");
  VerifierKey key{std::string(name), material[0], PublicKey::copy_of(ByteView(material).subspan(1))};
  if (get_big_endian(id) != key.id()) return fail("malformed", "the id is not that of this name and key");
  return key;
}

VerifierKey vkey_of(std::string_view name, std::uint8_t type, const KeyPair& key) {
  LETOPIS_ASSERT(valid_note_name(name));
  LETOPIS_ASSERT(key.purpose() == purpose_of(type));
  return {std::string(name), type, key.public_key()};
}

std::string Note::encode() const {
  std::string out = text + "\n";
  for (const auto& signature : signatures) {
    Bytes blob = big_endian(signature.key_id);
    append(blob, signature.signature);
    out += std::string(kSignatureStart) + signature.name + " " + to_base64(blob) + "\n";
  }
  return out;
}

Result<Note> parse_note(std::string_view note) {
  if (note.size() > kNoteSizeMaxBytes) return fail("too_large", "longer than a note may be");
  if (!is_note_text(note)) return fail("malformed", "not UTF-8, or a control character");
  const auto split = note.rfind("\n\n");
  if (split == std::string_view::npos) return fail("malformed", "no empty line before the signatures");
  Note parsed;
  parsed.text = std::string(note.substr(0, split + 1));
  auto lines = note.substr(split + 2);
  if (lines.empty()) return fail("malformed", "a note without signatures");
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (end == std::string_view::npos) return fail("malformed", "the last line does not end");
    if (parsed.signatures.size() == kNoteSignaturesMax)
      return fail("malformed", "more signatures than a note may have");
    TRY(NoteSignature signature, parse_signature_line(lines.substr(0, end)));
    parsed.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

Result<std::vector<Verified>> verify_note(const Note& note, const std::vector<VerifierKey>& known) {
  std::vector<Verified> verified;
  for (const auto& signature : note.signatures) {
    const auto match = std::find_if(known.begin(), known.end(), [&](const VerifierKey& key) {
      return key.name == signature.name && key.id() == signature.key_id;
    });
    if (match == known.end()) continue;
    const auto time = check(*match, note.text, signature.signature);
    if (!time) return fail("bad_signature", "the signature of " + match->name + " does not verify");
    const auto index = static_cast<std::size_t>(match - known.begin());
    if (!already_counted(verified, index)) verified.push_back({index, *time});
  }
  if (verified.empty()) return fail("no_known_signature", "signed by nobody trusted here");
  return verified;
}

NoteSignature sign_note(std::string_view text, std::string_view name, const KeyPair& key) {
  assert_can_sign(text, name, kNoteTypeEd25519, key);
  const Signature signature = key.sign(as_bytes(text));
  return {std::string(name), note_key_id(name, kNoteTypeEd25519, key.public_key()),
          Bytes(signature.bytes.begin(), signature.bytes.end())};
}

NoteSignature cosign(std::string_view checkpoint_text, std::string_view name, const KeyPair& key,
                     std::int64_t unix_seconds) {
  assert_can_sign(checkpoint_text, name, kNoteTypeCosignature, key);
  LETOPIS_ASSERT(unix_seconds >= 0);
  const auto time = static_cast<std::uint64_t>(unix_seconds);
  Bytes stamped;
  put_u64(stamped, time);
  append(stamped, key.sign(as_bytes(cosignature_message(checkpoint_text, time))).view());
  return {std::string(name), note_key_id(name, kNoteTypeCosignature, key.public_key()), std::move(stamped)};
}

}  // namespace letopis::signing
