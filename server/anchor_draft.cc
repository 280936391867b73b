#include "server/anchor_draft.h"

#include <algorithm>

#include "ledger/limits.h"
#include "signing/rfc3161.h"

namespace letopis::server {

namespace {

// Of one anchor: a statement holds 32 KiB, its checkpoint and envelope included, and the files it names (a hundred bytes each).
constexpr std::size_t kEvidenceMaxBytes = 20 * 1024;
constexpr std::size_t kFilesMax = 16;
static_assert(kFilesMax <= ledger::kBlobsPerRequestMax);

// By authority: as many tokens as fit, and then with their lists in them as many of those as still do.
std::vector<const Bytes*> tokens_that_fit(const std::vector<std::optional<StampedToken>>& tokens, std::size_t room) {
  std::vector<const Bytes*> fit(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i] || tokens[i]->alone.size() > room) continue;
    fit[i] = &tokens[i]->alone;
    room -= fit[i]->size();
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (fit[i] == nullptr || !tokens[i]->listed || tokens[i]->listed->size() > room + fit[i]->size()) continue;
    room = room + fit[i]->size() - tokens[i]->listed->size();
    fit[i] = &*tokens[i]->listed;
  }
  return fit;
}

}  // namespace

void AnchorDraft::add_cosignature(const signing::NoteSignature& line) {
  constexpr std::string_view kText = "x\n";
  const std::string note = signing::Note{std::string(kText), {line}}.encode();
  add(ledger::kCosignature, as_bytes(std::string_view(note).substr(kText.size() + 1, note.size() - kText.size() - 2)));
  ++cosignatures_;
}

std::vector<AnchorDraft::LeftOut> AnchorDraft::add_tokens(const std::vector<std::optional<StampedToken>>& tokens) {
  const auto fit = tokens_that_fit(tokens, kEvidenceMaxBytes - std::min(bytes_, kEvidenceMaxBytes));
  std::vector<LeftOut> left_out;
  std::vector<std::size_t> unlisted;
  for (std::size_t i = 0; i < fit.size(); ++i) {
    if (!tokens[i]) continue;
    const auto& [alone, lists, listed] = *tokens[i];
    const Bytes& token = fit[i] != nullptr ? *fit[i] : listed ? *listed : alone;
    if (fit[i] != nullptr) {
      add(ledger::kTimestamp, token);
    } else if (!name(ledger::kTimestampFile, signing::token_text(token))) {
      left_out.push_back({i, true});
      continue;
    }
    ++tokens_;
    if (!listed || &token != &*listed) unlisted.push_back(i);
  }
  for (const std::size_t i : unlisted)
    for (const auto& list : tokens[i]->lists)
      if (!name(ledger::kRevocationListFile, signing::list_text(list))) left_out.push_back({i, false});
  return left_out;
}

void AnchorDraft::add(std::string_view kind, ByteView evidence) {
  const Bytes& kept = evidence_.emplace_back(evidence.begin(), evidence.end());
  anchor_.evidence.push_back({kind, kept});
  bytes_ += kept.size();
}

// Once each, whoever's it is; false: it names as many as it may.
bool AnchorDraft::name(std::string_view kind, std::string_view file) {
  const Bytes reference = ledger::EvidenceFile::of(as_bytes(file)).encode();
  if (std::find(evidence_.begin(), evidence_.end(), reference) != evidence_.end()) return true;
  if (files_.size() == kFilesMax) return false;
  const ByteView text = as_bytes(file);
  files_.emplace_back(text.begin(), text.end());
  add(kind, reference);
  return true;
}

}  // namespace letopis::server
