#pragma once
// The lines of the text formats here: every one of them ends in a line feed.

#include <string_view>

#include "signing/base/result.h"

namespace letopis::ledger {

// Takes a line off the front of `text`, without its line feed. "malformed": there is none, or it does not end.
inline Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return fail("malformed", "a line that is missing or does not end");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace letopis::ledger
