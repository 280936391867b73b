// A week proof: one spelling.

#include "ledger/week_proof.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto week = ledger::parse_week_proof(text))
    fuzz::expect(week->encode() == text, "a week proof has one spelling");
  return 0;
}
