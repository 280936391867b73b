// A proof file: one spelling.

#include "ledger/checkpoint.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto file = ledger::parse_proof_file(text))
    fuzz::expect(file->encode() == text, "a proof file has one spelling");
  return 0;
}
