#include "ledger/checkpoint.h"

#include <algorithm>

#include "ledger/decimal.h"
#include "ledger/limits.h"
#include "ledger/lines.h"
#include "ledger/merkle.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kProofFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtraStart = "extra ";
constexpr std::string_view kIndexStart = "index ";

Result<Hash> parse_hash(std::string_view line) {
  TRY(const Bytes bytes, from_base64(line));
  if (bytes.size() != Hash::kSize) return fail("malformed", "a hash of " + std::to_string(bytes.size()) + " bytes");
  return Hash::copy_of(bytes);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// The lines from the index's to the empty one after the proof.
Result<std::vector<Hash>> parse_proof_lines(std::string_view& rest) {
  std::vector<Hash> proof;
  while (true) {
    TRY(const std::string_view line, take_line(rest));
    if (line.empty()) return proof;
    if (proof.size() == kInclusionProofLengthMax) return fail("malformed", "more hashes than any proof has");
    TRY(const Hash hash, parse_hash(line));
    proof.push_back(hash);
  }
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root.view()) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  if (text.size() > signing::kNoteSizeMaxBytes) return fail("too_large", "longer than a note may be");
  Checkpoint checkpoint;
  TRY(const std::string_view origin, take_line(text));
  if (origin.empty() || std::any_of(origin.begin(), origin.end(), is_control))
    return fail("malformed", "not an origin");
  checkpoint.origin = origin;
  TRY(const std::string_view size, take_line(text));
  TRY(checkpoint.size, parse_decimal(size));
  TRY(const std::string_view root, take_line(text));
  TRY(checkpoint.root, parse_hash(root));
  if (!text.empty()) return fail("malformed", "a checkpoint with extension lines");
  return checkpoint;
}

Result<Checkpoint> parse_checkpoint_note(std::string_view note) {
  TRY(const signing::Note parsed, signing::parse_note(note));
  return parse_checkpoint_text(parsed.text);
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const signing::KeyPair& log_key) {
  signing::Note note;
  note.text = checkpoint.text();
  note.signatures.push_back(signing::sign_note(note.text, checkpoint.origin, log_key));
  return note.encode();
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, const signing::VerifierKey& log) {
  SignedCheckpoint opened;
  TRY(opened.note, signing::parse_note(note));
  TRY(opened.checkpoint, parse_checkpoint_text(opened.note.text));
  if (opened.checkpoint.origin != log.name) return fail("other_origin", "the checkpoint of another log");
  TRY_STATUS(signing::verify_note(opened.note, {log}));
  return opened;
}

std::string ProofFile::encode() const {
  constexpr std::size_t kHashLine = 45;
  std::string text(kProofFirstLine);
  text.reserve(256 + (extra ? extra->size() / 3 * 4 : 0) + proof.size() * kHashLine + checkpoint.size());
  text += '\n';
  if (extra) {
    text += kExtraStart;
    append_base64(text, *extra);
    text += '\n';
  }
  text += kIndexStart;
  text += std::to_string(index);
  text += '\n';
  for (const auto& hash : proof) {
    append_base64(text, hash.view());
    text += '\n';
  }
  text += '\n';
  return text += checkpoint;
}

Result<ProofFile> parse_proof_file(std::string_view text) {
  if (text.size() > kProofFileSizeMaxBytes) return fail("too_large", "longer than a proof file may be");
  ProofFile file;
  TRY(const std::string_view first, take_line(text));
  if (first != kProofFirstLine) return fail("malformed", "not a proof file of version 1");
  TRY(std::string_view line, take_line(text));
  if (line.starts_with(kExtraStart)) {
    TRY(file.extra, from_base64(line.substr(kExtraStart.size())));
    TRY(line, take_line(text));
  }
  if (!line.starts_with(kIndexStart)) return fail("malformed", "a proof file without an index");
  TRY(file.index, parse_decimal(line.substr(kIndexStart.size())));
  TRY(file.proof, parse_proof_lines(text));
  TRY_STATUS(parse_checkpoint_note(text));
  file.checkpoint = text;
  return file;
}

Result<SignedCheckpoint> verify_proof_file(const ProofFile& file, const Hash& leaf, const signing::VerifierKey& log) {
  TRY(SignedCheckpoint opened, open_checkpoint(file.checkpoint, log));
  TRY_STATUS(verify_inclusion(leaf, file.index, opened.checkpoint.size, file.proof, opened.checkpoint.root));
  return opened;
}

}  // namespace letopis::ledger
