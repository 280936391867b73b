#pragma once
// The files of the repository as the house rules see them: path and text, nothing of the file system.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace letopis::house_rules {

struct File {
  std::string path;  // from the repository's root, with '/'
  std::string text;
  std::uintmax_t size_bytes = text.size();
};
using Tree = std::vector<File>;

// What git tracks or would track in `root`; without git (a source archive) every file outside build/ and hidden folders.
Tree read_tree(const std::string& root);

std::vector<std::string_view> lines_of(std::string_view text);

// C++ with the insides of comments, strings and characters blanked out; line breaks stay, so that line numbers hold.
std::string code_only(std::string_view text);

// Is `word` in `text` with no letter, digit or underscore right before or after it?
bool has_word(std::string_view text, std::string_view word);

}  // namespace letopis::house_rules
