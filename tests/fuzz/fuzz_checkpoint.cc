// A checkpoint's text: one spelling.

#include "ledger/checkpoint.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto checkpoint = ledger::parse_checkpoint_text(text))
    fuzz::expect(checkpoint->text() == text, "a checkpoint has one spelling");
  return 0;
}
