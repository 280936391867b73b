// Fails on purpose: a fuzzing set-up that does not report this one reports nothing.

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  letopis::fuzz::expect(letopis::fuzz::text_of(data, size) != "canary", "the canary sings");
  return 0;
}
