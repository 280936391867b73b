#include "ledger/fork_file.h"

#include "ledger/limits.h"
#include "ledger/lines.h"
#include "ledger/merkle.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kTag = "letopis/fork@v1";
constexpr std::string_view kRoot = "root ", kProof = "proof ";

Result<Hash> hash_of(std::string_view base64) {
  TRY(const Bytes bytes, from_base64(base64));
  if (bytes.size() != Hash::kSize) return fail("malformed", "a hash that is not 32 bytes");
  return Hash::copy_of(bytes);
}

// Takes a signed checkpoint off the front: its text and its signatures have one empty line between them, and another ends them
// unless it is the last.
Result<std::string> take_note(std::string_view& text, bool last) {
  const std::size_t middle = text.find("\n\n");
  const std::size_t end = middle == std::string_view::npos ? middle : text.find("\n\n", middle + 2);
  if (middle == std::string_view::npos || (end == std::string_view::npos) != last)
    return fail("malformed", "a fork file holds two signed checkpoints");
  std::string note(text.substr(0, last ? text.size() : end + 1));
  text.remove_prefix(last ? text.size() : end + 2);
  TRY_STATUS(parse_checkpoint_note(note));
  return note;
}

}  // namespace

std::string ForkFile::encode() const {
  std::string text(kTag);
  text += '\n';
  const auto line = [&](std::string_view word, const Hash& hash) {
    text += word;
    append_base64(text, hash.view());
    text += '\n';
  };
  if (other_root) line(kRoot, *other_root);
  for (const auto& hash : proof) line(kProof, hash);
  return text + "\n" + smaller + "\n" + larger;
}

Result<ForkFile> parse_fork_file(std::string_view text) {
  if (text.size() > kForkFileSizeMaxBytes) return fail("too_large", "larger than a fork file may be");
  const std::string_view whole = text;
  ForkFile file;
  TRY(std::string_view line, take_line(text));
  if (line != kTag)
    return fail("malformed",
                "not a fork file, which a monitor writes when a log showed two histories: its first line is " +
                    std::string(kTag));
  TRY(line, take_line(text));
  if (line.starts_with(kRoot)) {
    TRY(file.other_root, hash_of(line.substr(kRoot.size())));
    TRY(line, take_line(text));
  }
  while (line.starts_with(kProof)) {
    if (file.proof.size() == kInclusionProofLengthMax) return fail("malformed", "a proof that is too long");
    TRY(file.proof.emplace_back(), hash_of(line.substr(kProof.size())));
    TRY(line, take_line(text));
  }
  if (!line.empty()) return fail("malformed", "an unknown line before the checkpoints");
  TRY(file.smaller, take_note(text, false));
  TRY(file.larger, take_note(text, true));
  if (file.encode() != whole) return fail("malformed", "not spelt as it was written");
  return file;
}

Result<JudgedFork> judge_fork(const ForkFile& file, const signing::VerifierKey& log) {
  JudgedFork judged;
  TRY(const auto smaller, open_checkpoint(file.smaller, log));
  TRY(const auto larger, open_checkpoint(file.larger, log));
  judged.smaller = smaller.checkpoint;
  judged.larger = larger.checkpoint;
  const Checkpoint &a = judged.smaller, &b = judged.larger;
  if (a.size > b.size) return fail("malformed", "the larger checkpoint stands first");
  if (a.size == b.size) {
    judged.verdict = a.root == b.root ? ForkVerdict::kOneHistory : ForkVerdict::kForked;
  } else if (file.other_root && a.size > 0 &&
             verify_consistency(a.size, *file.other_root, b.size, b.root, file.proof)) {
    judged.verdict = *file.other_root == a.root ? ForkVerdict::kOneHistory : ForkVerdict::kForked;
  }
  return judged;
}

}  // namespace letopis::ledger
