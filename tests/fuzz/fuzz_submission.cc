// The body of POST events, in both its spellings: what is accepted keeps to the limits, and means the same after it is
// written again as a buffer.

#include "ledger/limits.h"
#include "ledger/schema/codec.h"
#include "server/submit.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace letopis;
using commands::RawSubmission;

bool same(const RawSubmission& a, const RawSubmission& b) {
  const auto each = [](const auto& x, const auto& y, const auto& equal) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), equal);
  };
  return each(a.statements, b.statements,
              [](const auto& x, const auto& y) { return x.bytes == y.bytes && x.signature == y.signature; }) &&
         each(
             a.texts, b.texts,
             [](const auto& x, const auto& y) { return x.field == y.field && x.salt == y.salt && x.text == y.text; }) &&
         a.blobs == b.blobs;
}

void check(const RawSubmission& submission) {
  fuzz::expect(!submission.statements.empty(), "a request holds a statement");
  fuzz::expect(submission.statements.size() <= ledger::kStatementsPerRequestMax, "at most 500 statements");
  fuzz::expect(submission.texts.size() <= ledger::kVectorLengthMax, "at most 1024 texts");
  fuzz::expect(submission.blobs.size() <= ledger::kBlobsPerRequestMax, "at most 64 files");
  for (const auto& text : submission.texts)
    fuzz::expect(ledger::valid_text(text.field) && ledger::valid_text(text.text), "texts are clean UTF-8");
  for (const auto& statement : submission.statements) (void)ledger::decode_statement(statement.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis::server;
  if (const auto buffer = read_submission_buffer({data, size})) {
    check(*buffer);
    const auto again = read_submission_buffer(write_submission_buffer(*buffer));
    fuzz::expect(again.has_value() && same(*buffer, *again), "what we write, we read");
  }
  if (const auto json = read_submission_json(fuzz::text_of(data, size))) {
    check(*json);
    // A buffer refuses some of it at once that is refused later otherwise: empty texts, long ones, zero salts.
    const auto again = read_submission_buffer(write_submission_buffer(*json));
    fuzz::expect(!again || same(*json, *again), "the same in a buffer");
  }
  return 0;
}
