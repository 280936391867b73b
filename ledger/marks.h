#pragma once
// Marks: small text files of a data directory, one a school and kind (hold_mark.h, copy_mark.h). Internal to the ledger.

#include <map>
#include <string>
#include <string_view>

#include "signing/base/file.h"

namespace letopis::ledger {

// Takes "<word> <value>\n" off the front; false, leaving `text` as it was, when it begins otherwise.
inline bool take_mark_line(std::string_view& text, std::string_view word, std::string_view& value) {
  const auto end = text.find('\n');
  if (!text.starts_with(word) || text.substr(word.size(), 1) != " " || end == std::string_view::npos) return false;
  value = text.substr(word.size() + 1, end - word.size() - 1);
  text.remove_prefix(end + 1);
  return true;
}

// Those of a directory by school: the files whose names are a school's and the ending. A directory that is not there has none.
// "damaged" names the one that cannot be read.
template <class Mark>
Result<std::map<std::string, Mark>> read_marks(FileSystem& files, const std::string& directory, std::string_view ending,
                                               std::size_t size_max, Result<Mark> (*parse)(std::string_view)) {
  std::map<std::string, Mark> marks;
  if (!files.exists(directory)) return marks;
  TRY(const auto names, files.list(directory));
  for (const auto& name : names) {
    if (!name.ends_with(ending) || name.size() == ending.size()) continue;
    const auto bytes = files.read(directory + "/" + name, size_max);
    auto mark = bytes ? parse(as_text(*bytes)) : Result<Mark>(tl::unexpected(bytes.error()));
    if (!mark) return fail("damaged", directory + "/" + name + ": " + mark.error().text());
    marks.emplace(name.substr(0, name.size() - ending.size()), *std::move(mark));
  }
  return marks;
}

}  // namespace letopis::ledger
