#include "ledger/copy_mark.h"

#include <charconv>
#include <iterator>

#include "ledger/limits.h"
#include "ledger/marks.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kTag = "letopis/copy/v1\n";
constexpr std::string_view kEnding = ".copy";
constexpr std::size_t kSourceSizeMaxBytes = 4096;

Error malformed(const std::string& what) { return {"malformed", "the mark of a copy: " + what}; }

Result<CopyKind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kCopyKindNames); ++i)
    if (kCopyKindNames[i] == name) return static_cast<CopyKind>(i + 1);
  return tl::unexpected(malformed("its kind"));
}

Result<std::uint64_t> size_of(std::string_view digits) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc() || end != digits.data() + digits.size()) return tl::unexpected(malformed("its size"));
  return size;
}

}  // namespace

std::string copy_mark_file(std::string_view slug) { return std::string(slug) + std::string(kEnding); }

std::string CopyMark::encode() const {
  std::string out(kTag);
  out += "kind " + std::string(copy_kind_name(kind)) + "\nsize " + std::to_string(size) + "\nsource " + source + "\n";
  for (const auto& hash : consistency) out += "proof " + to_base64(hash.view()) + "\n";
  for (const auto& person : erased_later) out += "erased " + to_hex(person.view()) + "\n";
  return out + "\n" + checkpoint;
}

Result<CopyMark> parse_copy_mark(std::string_view text) {
  if (text.size() > kCopyMarkSizeMaxBytes) return fail("too_large", "the mark of a copy");
  std::string_view rest = text, value;
  CopyMark mark;
  if (!rest.starts_with(kTag)) return tl::unexpected(malformed("another kind of file"));
  rest.remove_prefix(kTag.size());
  if (!take_mark_line(rest, "kind", value)) return tl::unexpected(malformed("no kind"));
  TRY(mark.kind, kind_of(value));
  if (!take_mark_line(rest, "size", value)) return tl::unexpected(malformed("no size"));
  TRY(mark.size, size_of(value));
  if (!take_mark_line(rest, "source", value)) return tl::unexpected(malformed("no source"));
  if (value.size() > kSourceSizeMaxBytes || !valid_text(value)) return tl::unexpected(malformed("its source"));
  mark.source = value;
  while (take_mark_line(rest, "proof", value)) {
    TRY(const Bytes hash, from_base64(value));
    if (hash.size() != Hash::kSize || mark.consistency.size() == kInclusionProofLengthMax)
      return tl::unexpected(malformed("its proof"));
    mark.consistency.push_back(Hash::copy_of(hash));
  }
  while (take_mark_line(rest, "erased", value)) {
    TRY(mark.erased_later.emplace_back(), fixed_from_hex<Id>(value));
  }
  if (!rest.starts_with('\n')) return tl::unexpected(malformed("an unknown line"));
  mark.checkpoint = rest.substr(1);
  if (mark.encode() != text) return tl::unexpected(malformed("not spelt as it was written"));
  return mark;
}

Result<std::map<std::string, CopyMark>> read_copy_marks(FileSystem& files, const std::string& directory) {
  return read_marks<CopyMark>(files, directory, kEnding, kCopyMarkSizeMaxBytes, parse_copy_mark);
}

Result<Checkpoint> check_copy(const CopyMark& mark, const Hash& root, const signing::VerifierKey& log) {
  TRY(const SignedCheckpoint newest, open_checkpoint(mark.checkpoint, log));
  const Checkpoint& checkpoint = newest.checkpoint;
  if (const auto leads = verify_consistency(mark.size, root, checkpoint.size, checkpoint.root, mark.consistency);
      !leads)
    return fail("log_forked", "the copy of " + std::to_string(mark.size) +
                                  " entries is no prefix of the log whose checkpoint of " +
                                  std::to_string(checkpoint.size) + " entries it names");
  return checkpoint;
}

}  // namespace letopis::ledger
