#pragma once
// A strict reader of RFC 4180 comma-separated values, for files that somebody else wrote.
//
// UTF-8 only, with or without a byte order mark; lines end in CRLF or LF, the last one may have no end. The first line is
// the header. What RFC 4180 leaves open is refused rather than guessed: a quote inside an unquoted field, text after a
// closing quote, a lone CR, a row with more or fewer fields than the header, an empty line, a control character, a header
// with an empty or repeated name. Everything wrong is named by file, line and column.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/file.h"

namespace letopis::replay_tools {

inline constexpr std::size_t kProblemsMax = 50;
inline constexpr std::string_view kNoHeader = "no row names the columns that are needed";

// Something wrong with outside data. line and column count from 1, the column in characters; 0: the file as a whole.
struct Problem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string reason;
  bool operator==(const Problem&) const = default;
  std::string text() const;  // "users.csv:12:7: no user has this sourcedId"
};

// Collects problems in the order they are found. One a place: what else is said of a field is mostly a consequence of the
// first. Those after the first kProblemsMax are dropped.
class Problems {
 public:
  void add(Problem problem);
  bool empty() const { return problems_.empty(); }
  bool full() const { return problems_.size() == kProblemsMax; }
  const std::vector<Problem>& list() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

struct CsvLimits {
  std::size_t file_max_bytes = 64 * 1024 * 1024;
  std::size_t field_max_bytes = 16 * 1024;
  std::size_t columns_max = 256;
  std::size_t rows_max = 2'000'000;
};

struct CsvField {
  std::string text;        // unquoted, doubled quotes undone
  std::uint32_t line = 0;  // where the field begins, its opening quote included
  std::uint32_t column = 0;
};

struct CsvTable {
  std::string file;
  std::vector<CsvField> header;
  std::vector<std::vector<CsvField>> rows;  // each as long as the header

  std::optional<std::size_t> column(std::string_view name) const;
};

// Whether a row is the header. Rows above the first that is are left out: a title, a date, an approval.
using IsHeader = std::function<bool(const std::vector<CsvField>& row)>;

// How tables are written that people make by hand: another separator, rows above the header, columns nobody named.
struct CsvForm {
  char separator = ',';
  IsHeader is_header = nullptr;  // null: the first row is the header, and every column of it has a name of its own
};

// Reads a whole file's bytes; `file` is what problems call it. Rows of the wrong length are reported and left out; after
// any other fault the rest of the file cannot be trusted, so reading stops there. nullopt when any problem was added.
std::optional<CsvTable> parse_csv(ByteView bytes, std::string_view file, const CsvLimits& limits, Problems& problems,
                                  const CsvForm& form = {});

// The same for the file `name` in `directory`; a file that cannot be read is a problem like any other.
std::optional<CsvTable> read_csv(FileSystem& files, const std::string& directory, const std::string& name,
                                 const CsvLimits& limits, Problems& problems);

// A field as RFC 4180 writes it: in quotes where it holds a quote, a comma or the end of a line.
std::string csv_field(std::string_view text);

}  // namespace letopis::replay_tools
