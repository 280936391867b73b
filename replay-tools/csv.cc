#include "replay-tools/csv.h"

#include "signing/base/utf8.h"

namespace letopis::replay_tools {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Thrown and caught in this file: what makes the rest of the file unreadable.
struct Fatal {
  std::size_t line;
  std::size_t column;
  std::string reason;
};

// Printable ASCII that means nothing to the format, whichever separator it has.
bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != ',' && c != ';' && c != '"'; }

std::string file_encoding_hint(ByteView bytes) {
  const bool utf16 =
      bytes.size() >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff));
  return utf16 ? "the file is UTF-16; save it as UTF-8" : "not UTF-8 (Windows-1251 perhaps); save the file as UTF-8";
}

class Parser {
 public:
  Parser(ByteView bytes, std::string_view file, const CsvLimits& limits, Problems& problems, const CsvForm& form)
      : bytes_(bytes), text_(as_text(bytes)), limits_(limits), problems_(problems), form_(form) {
    table_.file = file;
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  CsvTable run() {
    if (text_.empty()) throw Fatal{1, 1, "the file is empty: a header is required"};
    read_header();
    while (!text_.empty()) {
      const std::size_t line = line_;
      std::vector<CsvField> row = read_row();
      if (table_.rows.size() == limits_.rows_max)
        throw Fatal{line, 1, "more than " + std::to_string(limits_.rows_max) + " rows"};
      keep(std::move(row), line);
    }
    return std::move(table_);
  }

 private:
  void read_header() {
    table_.header = read_row();
    if (form_.is_header == nullptr) return check_header();
    while (!form_.is_header(table_.header)) {
      if (text_.empty()) throw Fatal{0, 0, std::string(kNoHeader)};
      table_.header = read_row();
    }
  }
  void check_header() {
    for (std::size_t i = 0; i < table_.header.size(); ++i) {
      const CsvField& name = table_.header[i];
      if (name.text.empty()) throw Fatal{name.line, name.column, "a column without a name"};
      if (table_.column(name.text) != i) throw Fatal{name.line, name.column, "two columns are called " + name.text};
    }
  }

  void keep(std::vector<CsvField> row, std::size_t line) {
    if (row.size() == table_.header.size()) {
      table_.rows.push_back(std::move(row));
      return;
    }
    const bool blank = row.size() == 1 && row[0].text.empty();
    const std::size_t column = row.size() > table_.header.size() ? row[table_.header.size()].column : row.back().column;
    problems_.add({table_.file, line, column,
                   blank ? "an empty line"
                         : "the header has " + std::to_string(table_.header.size()) + " fields, this row " +
                               std::to_string(row.size())});
  }

  // One row and the end of its line.
  std::vector<CsvField> read_row() {
    std::vector<CsvField> row;
    while (true) {
      if (row.size() == limits_.columns_max)
        throw Fatal{line_, column_, "more than " + std::to_string(limits_.columns_max) + " columns"};
      CsvField field{{}, static_cast<std::uint32_t>(line_), static_cast<std::uint32_t>(column_)};
      if (text_.starts_with('"')) {
        read_quoted(field);
      } else {
        read_unquoted(field);
      }
      row.push_back(std::move(field));
      if (text_.starts_with(form_.separator)) {
        take();
      } else {
        take_line_end();
        return row;
      }
    }
  }

  void read_unquoted(CsvField& field) {
    while (!text_.empty() && text_[0] != form_.separator && text_[0] != '\n' && text_[0] != '\r') {
      if (text_[0] == '"') throw Fatal{line_, column_, "a quote inside a field that does not begin with one"};
      take_into(field);
    }
  }

  void read_quoted(CsvField& field) {
    take();
    while (true) {
      if (text_.empty()) throw Fatal{field.line, field.column, "a quote that is never closed"};
      if (text_.starts_with("\"\"")) {
        take();
        take_into(field);
      } else if (text_[0] == '"') {
        take();
        break;
      } else {
        take_into(field);
      }
    }
    if (!text_.empty() && text_[0] != form_.separator && text_[0] != '\n' && text_[0] != '\r')
      throw Fatal{line_, column_, "text after a closing quote"};
  }

  void take_line_end() {
    if (text_.empty()) return;
    if (text_[0] == '\r') {
      if (!text_.starts_with("\r\n")) throw Fatal{line_, column_, "a carriage return without a line feed"};
      text_.remove_prefix(1);
    }
    text_.remove_prefix(1);
    ++line_;
    column_ = 1;
  }

  // One character, or as many plain ones as follow each other: most of every file.
  void take_into(CsvField& field) {
    std::size_t plain = 0;
    while (plain < text_.size() && is_plain(text_[plain])) ++plain;
    const std::string_view taken = plain > 0 ? text_.substr(0, plain) : take();
    if (plain > 0) text_.remove_prefix(plain);
    column_ += plain;
    if (field.text.size() + taken.size() > limits_.field_max_bytes)
      throw Fatal{field.line, field.column,
                  "a field of more than " + std::to_string(limits_.field_max_bytes) + " bytes"};
    field.text += taken;
  }

  // One character off the front. Inside quotes a field may hold line ends and tabs, and no other control character.
  std::string_view take() {
    std::string_view rest = text_;
    const auto c = take_code_point(rest);
    if (!c) throw Fatal{line_, column_, file_encoding_hint(bytes_)};
    const bool allowed =
        *c == '\t' || *c == '\n' || *c == '\r' || (*c >= 0x20 && *c != 0x7f && !(*c >= 0x80 && *c < 0xa0));
    if (!allowed) throw Fatal{line_, column_, "a control character"};
    const std::string_view taken = text_.substr(0, text_.size() - rest.size());
    text_ = rest;
    column_ = *c == '\n' ? 1 : column_ + 1;
    line_ += *c == '\n' ? 1 : 0;
    return taken;
  }

  ByteView bytes_;
  std::string_view text_;  // what is left to read
  const CsvLimits& limits_;
  Problems& problems_;
  const CsvForm& form_;
  CsvTable table_;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
};

}  // namespace

std::string Problem::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  return out + ": " + reason;
}

void Problems::add(Problem problem) {
  if (full()) return;
  for (const Problem& known : problems_)
    if (problem.line > 0 && known.file == problem.file && known.line == problem.line && known.column == problem.column)
      return;
  problems_.push_back(std::move(problem));
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i].text == name) return i;
  return std::nullopt;
}

std::optional<CsvTable> parse_csv(ByteView bytes, std::string_view file, const CsvLimits& limits, Problems& problems,
                                  const CsvForm& form) {
  const std::size_t before = problems.list().size();
  if (bytes.size() > limits.file_max_bytes) {
    problems.add({std::string(file), 0, 0, "larger than " + std::to_string(limits.file_max_bytes) + " bytes"});
    return std::nullopt;
  }
  try {
    CsvTable table = Parser(bytes, file, limits, problems, form).run();
    if (problems.list().size() > before || problems.full()) return std::nullopt;
    return table;
  } catch (Fatal& fatal) {
    problems.add({std::string(file), fatal.line, fatal.column, std::move(fatal.reason)});
    return std::nullopt;
  }
}

std::optional<CsvTable> read_csv(FileSystem& files, const std::string& directory, const std::string& name,
                                 const CsvLimits& limits, Problems& problems) {
  const auto bytes = files.read(directory + "/" + name, limits.file_max_bytes);
  if (!bytes) {
    problems.add({name, 0, 0, bytes.error().code == "not_found" ? "the file is missing" : bytes.error().text()});
    return std::nullopt;
  }
  return parse_csv(*bytes, name, limits, problems);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace letopis::replay_tools
