#pragma once
// What every fuzz target shares. A target promises: no input makes it crash, and what it accepts has one spelling.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "signing/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace letopis::fuzz {

inline void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return as_text(ByteView(data, size)); }

}  // namespace letopis::fuzz
