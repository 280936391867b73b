// A regulation profile.

#include "commands/profile.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto profile = commands::parse_profile(fuzz::text_of(data, size), "fuzz");
  if (profile) {
    for (const auto& spec : commands::rule_specs())
      fuzz::expect(!profile->rule(spec.id).message_ru.empty(), "every rule has its message");
  } else {
    fuzz::expect(profile.error().code == "bad_profile", "a refusal is one of ours");
  }
  return 0;
}
