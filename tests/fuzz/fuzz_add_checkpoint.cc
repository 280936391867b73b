// What a witness is asked: one spelling.

#include "ledger/witness_protocol.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto asked = ledger::parse_add_checkpoint(text)) {
    fuzz::expect(asked->encode() == text, "a request has one spelling");
    fuzz::expect(asked->proof.size() <= ledger::kConsistencyLinesMax, "a proof has a length");
  }
  return 0;
}
