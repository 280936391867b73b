#include "replay-tools/audit_note.h"

#include <charconv>

#include "signing/base/utf8.h"
#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::audit {
namespace {

constexpr std::size_t kNoteMaxBytes = 128 * 1024;
constexpr std::size_t kReceiptMaxBytes = 2 * 1024 * 1024;
constexpr std::string_view kDash = "\u2014 ";

tl::unexpected<Error> malformed(const char* why) { return fail("malformed", why); }

// Decimal without leading zeros.
Result<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(value) != text)
    return malformed("a number in another spelling");
  return value;
}

// Takes the text up to the next LF off the front, without it.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<OpenedCheckpoint> read_body(std::string_view text) {
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  if (!origin || !size || !root || !text.empty() || origin->empty()) return malformed("a checkpoint has three lines");
  OpenedCheckpoint checkpoint;
  checkpoint.origin = *origin;
  TRY(checkpoint.size, read_number(*size));
  TRY(const Bytes bytes, from_base64(*root));
  if (bytes.size() != Hash::kSize) return malformed("a root of another length");
  checkpoint.root = Hash::copy_of(bytes);
  return checkpoint;
}

bool clean(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return false;
  return is_utf8(text);
}

// Whether a signature line is the log's; an error when it is and does not verify.
Result<bool> check_line(std::string_view line, std::string_view text, const LogKey& log) {
  if (!line.starts_with(kDash)) return malformed("a signature line begins with a dash");
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return malformed("a signature line without a name");
  TRY(const Bytes blob, from_base64(line.substr(space + 1)));
  if (blob.size() < 5) return malformed("a signature line without a signature");
  const ByteView view(blob);
  if (line.substr(0, space) != log.name || !equal(view.first(4), log.id)) return false;
  if (blob.size() != 4 + Signature::kSize ||
      !signing::verify(log.key, as_bytes(text), Signature::copy_of(view.subspan(4))))
    return fail("bad_signature");
  return true;
}

}  // namespace

Result<LogKey> read_log_key(std::string_view vkey) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos || first == 0) return malformed("a vkey has three parts");
  TRY(const Bytes id, from_hex(vkey.substr(first + 1, second - first - 1)));
  TRY(const Bytes blob, from_base64(vkey.substr(second + 1)));
  if (blob.size() != 1 + PublicKey::kSize || blob[0] != 1) return malformed("not the key of a log");
  const std::string_view name = vkey.substr(0, first);
  if (!clean(name) || name.find_first_of(" \n") != std::string_view::npos) return malformed("not a name of a log");
  const Hash digest = signing::sha256({as_bytes(name), as_bytes("\n"), blob});
  if (!equal(id, digest.view().first(4))) return malformed("the key id does not belong to the key");
  return LogKey{std::string(name), PublicKey::copy_of(ByteView(blob).subspan(1)), id};
}

Result<OpenedCheckpoint> open_note(std::string_view note, const LogKey& log) {
  if (note.size() > kNoteMaxBytes || !clean(note) || !note.ends_with('\n')) return malformed("not a note");
  const auto split = note.rfind("\n\n");
  if (split == std::string_view::npos) return malformed("a note without signatures");
  const std::string_view text = note.substr(0, split + 1);
  std::string_view lines = note.substr(split + 2);
  if (lines.empty()) return malformed("a note without signatures");
  TRY(OpenedCheckpoint checkpoint, read_body(text));
  if (checkpoint.origin != log.name) return fail("other_origin", checkpoint.origin);
  bool is_signed = false;
  while (const auto line = take_line(lines)) {
    TRY(const bool is_the_logs, check_line(*line, text, log));
    is_signed = is_signed || is_the_logs;
  }
  if (!is_signed) return fail("other_key", "no line of the log's key");
  return checkpoint;
}

Result<std::int64_t> read_cosignature(std::string_view line, std::string_view note, std::string_view name,
                                      const PublicKey& key) {
  const auto split = note.rfind("\n\n");
  if (split == std::string_view::npos || !line.starts_with(kDash)) return malformed("not a signature line of a note");
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line without a name");
  TRY(const Bytes blob, from_base64(line.substr(space + 1)));
  const ByteView view(blob);
  Bytes material{0x04};
  append(material, key.view());
  const Hash id = signing::sha256({as_bytes(name), as_bytes("\n"), material});
  if (line.substr(0, space) != name || blob.size() < 4 || !equal(view.first(4), id.view().first(4)))
    return fail("other_key", std::string(name));
  if (blob.size() != 4 + 8 + Signature::kSize) return fail("bad_signature", std::string(name));
  std::uint64_t seconds = 0;
  for (const std::uint8_t byte : view.subspan(4, 8)) seconds = seconds << 8 | byte;
  const std::string message =
      "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(note.substr(0, split + 1));
  if (seconds > INT64_MAX || !signing::verify(key, as_bytes(message), Signature::copy_of(view.subspan(12))))
    return fail("bad_signature", std::string(name));
  return static_cast<std::int64_t>(seconds);
}

Result<ReadReceipt> read_receipt(std::string_view file) {
  if (file.size() > kReceiptMaxBytes) return malformed("a receipt that long");
  if (take_line(file) != "c2sp.org/tlog-proof@v1") return malformed("not a proof file");
  ReadReceipt receipt;
  auto line = take_line(file);
  if (line && line->starts_with("extra ")) {
    TRY(receipt.extra, from_base64(line->substr(6)));
    line = take_line(file);
  }
  if (!line || !line->starts_with("index ")) return malformed("a proof file names an index");
  TRY(receipt.index, read_number(line->substr(6)));
  for (;;) {
    line = take_line(file);
    if (!line) return malformed("a proof file holds a checkpoint");
    if (line->empty()) break;
    TRY(const Bytes hash, from_base64(*line));
    if (hash.size() != Hash::kSize) return malformed("a hash of another length");
    receipt.proof.push_back(Hash::copy_of(hash));
  }
  receipt.note = file;
  return receipt;
}

}  // namespace letopis::audit
