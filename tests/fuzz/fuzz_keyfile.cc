// A key file and an invitation code, as somebody may hand them to us.

#include "signing/keys.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  (void)signing::inspect_key(text);
  (void)signing::key_from_invitation_code(text);
  return 0;
}
