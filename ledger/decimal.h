#pragma once
// The one spelling of a non-negative number in every text format here: ASCII digits, no leading zero unless the number is 0.

#include <charconv>
#include <cstdint>
#include <string_view>

#include "signing/base/result.h"

namespace letopis::ledger {

// Errors: "malformed" (not that spelling), "out_of_range" (more than 64 bits).
inline Result<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return fail("malformed", "expected a decimal number");
  if (text.size() > 1 && text.front() == '0') return fail("malformed", "a decimal number with a leading zero");
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{}) return fail("out_of_range", "a number of more than 64 bits");
  return value;
}

}  // namespace letopis::ledger
