// The body of add-checkpoint, as any neighbour sends it: one spelling.

#include "ledger/witness_protocol.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto body = ledger::parse_add_checkpoint(text))
    fuzz::expect(body->encode() == text, "an add-checkpoint body has one spelling");
  return 0;
}
