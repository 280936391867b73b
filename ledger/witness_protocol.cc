#include "ledger/witness_protocol.h"

#include "ledger/decimal.h"
#include "ledger/lines.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::size_t kAnswerLinesMax = 64;

}  // namespace

std::string AddCheckpoint::encode() const {
  std::string body = std::string(kOld) + std::to_string(old_size) + "\n";
  for (const auto& hash : proof) body += to_base64(hash.view()) + "\n";
  return body += "\n" + checkpoint;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kAddCheckpointSizeMaxBytes) return fail("too_large", "longer than a request may be");
  AddCheckpoint request;
  TRY(std::string_view line, take_line(body));
  if (!line.starts_with(kOld)) return fail("malformed", "the first line is “old <size>”");
  TRY(request.old_size, parse_decimal(line.substr(kOld.size())));
  while (true) {
    TRY(line, take_line(body));
    if (line.empty()) break;
    if (request.proof.size() == kConsistencyLinesMax) return fail("malformed", "more than 63 lines of proof");
    TRY(const Bytes hash, from_base64(line));
    if (hash.size() != Hash::kSize) return fail("malformed", "a line of proof is a hash of 32 bytes");
    request.proof.push_back(Hash::copy_of(hash));
  }
  if (body.empty()) return fail("malformed", "no checkpoint follows");
  request.checkpoint = body;
  return request;
}

std::vector<Cosigned> cosignatures_in(std::string_view answer, std::string_view checkpoint_text,
                                      const signing::VerifierKey& witness) {
  std::vector<Cosigned> good;
  for (std::size_t lines = 0; !answer.empty() && lines < kAnswerLinesMax; ++lines) {
    const auto line = take_line(answer);
    if (!line) break;
    // Each line on its own, as a note of one signature.
    const auto note = signing::parse_note(std::string(checkpoint_text) + "\n" + std::string(*line) + "\n");
    if (!note) continue;
    const auto verified = signing::verify_note(*note, {witness});
    if (verified && witness.type == signing::kNoteTypeCosignature)
      good.push_back({note->signatures.front(), verified->front().cosigned_at});
  }
  return good;
}

}  // namespace letopis::ledger
