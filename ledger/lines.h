#pragma once
// The lines of the text formats here: every one of them ends in a line feed.

#include <string_view>
#include <vector>

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

// What stands between single blanks; two of them in a row have an empty word between.
inline std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t blank = line.find(' ');
    words.push_back(line.substr(0, blank));
    line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
  }
  return words;
}

}  // namespace letopis::ledger
