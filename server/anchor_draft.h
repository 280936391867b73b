#pragma once
// An anchor in the making: what fits of the word of others lies in it, the rest in files that it names (docs/formats/witness.md, "What an
// anchor holds"). No I/O; one thread at a time.

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/anchor_evidence.h"
#include "server/witness_client.h"

namespace letopis::server {

class AnchorDraft {
 public:
  // Over this checkpoint with the log's line, which outlives the draft.
  explicit AnchorDraft(std::string_view checkpoint) { anchor_.checkpoint = checkpoint; }

  void add_cosignature(const signing::NoteSignature& line);
  // What there was no room for: a token of the authority of that number, or, the token being there, one of its lists.
  struct LeftOut {
    std::size_t authority = 0;
    bool token = false;
  };
  // Tokens by authority, after the cosignatures and once: as many in the anchor as fit; the lists of as many of those as still do, in
  // the token; then tokens, and last lists, as files.
  std::vector<LeftOut> add_tokens(const std::vector<std::optional<StampedToken>>& tokens);

  const ledger::AnchorAdded& anchor() const { return anchor_; }  // shows what the draft owns
  const std::vector<Bytes>& files() const { return files_; }     // that it names
  std::size_t cosignatures() const { return cosignatures_; }
  std::size_t tokens() const { return tokens_; }

 private:
  void add(std::string_view kind, ByteView evidence);
  bool name(std::string_view kind, std::string_view file);
  ledger::AnchorAdded anchor_;
  std::deque<Bytes> evidence_;
  std::vector<Bytes> files_;
  std::size_t bytes_ = 0;  // of its evidence
  std::size_t cosignatures_ = 0, tokens_ = 0;
};

}  // namespace letopis::server
