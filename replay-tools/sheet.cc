#include "replay-tools/sheet.h"

#include <algorithm>
#include <charconv>

namespace letopis::replay_tools {

std::optional<Sheet> Sheet::open(FileSystem& files, const std::string& directory, const std::string& name,
                                 std::initializer_list<std::string_view> required, Problems& problems) {
  auto table = read_csv(files, directory, name, {}, problems);
  if (!table) return std::nullopt;
  return of(*std::move(table), required, problems);
}

std::optional<Sheet> Sheet::of(CsvTable table, std::initializer_list<std::string_view> required, Problems& problems) {
  bool complete = true;
  for (const std::string_view column : required) {
    if (table.column(column)) continue;
    problems.add({table.file, 1, 1, "the column " + std::string(column) + " is missing"});
    complete = false;
  }
  if (!complete) return std::nullopt;
  return Sheet(std::move(table), problems);
}

Row Sheet::row(std::size_t index) const { return {table_, index, *problems_}; }

const CsvField* Row::find(std::string_view column) const {
  const auto place = table_.column(column);
  return place ? &table_.rows[index_][*place] : nullptr;
}

const CsvField& Row::field(std::string_view column) const {
  const CsvField* field = find(column);
  LETOPIS_ASSERT(field != nullptr);  // the reader demanded the column when it opened the sheet
  return *field;
}

bool Row::blank(std::string_view column) const {
  const CsvField* field = find(column);
  return field == nullptr || field->text.empty();
}

std::uint32_t Row::line() const { return table_.rows[index_][0].line; }

void Row::problem(std::string_view column, std::string reason) const {
  const CsvField& at = field(column);
  problems_.add({table_.file, at.line, at.column, std::string(column) + ": " + std::move(reason)});
}

std::string Row::text(std::string_view column) const {
  if (!field(column).text.empty()) return optional_text(column);
  problem(column, "must not be empty");
  return "";
}

std::string Row::optional_text(std::string_view column) const {
  const CsvField* value = find(column);
  if (value == nullptr || value->text.empty()) return "";
  if (value->text.size() > kTextMaxBytes) problem(column, "longer than " + std::to_string(kTextMaxBytes) + " bytes");
  if (value->text.front() == ' ' || value->text.back() == ' ') problem(column, "begins or ends with a space");
  if (value->text.find_first_of("\r\n\t") != std::string::npos) problem(column, "holds a line end or a tab");
  return value->text;
}

Date Row::date(std::string_view column) const {
  const auto date = parse_date(field(column).text);
  if (date) return *date;
  problem(column, date.error().detail);
  return {};
}

int Row::minute_of_day(std::string_view column) const {
  const auto minute = parse_minute(field(column).text);
  if (minute) return *minute;
  problem(column, minute.error().detail);
  return 0;
}

int Row::number(std::string_view column, int least, int most) const {
  const std::string& text = field(column).text;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool one_spelling = error == std::errc() && end == text.data() + text.size() && std::to_string(value) == text;
  if (one_spelling && value >= least && value <= most) return value;
  problem(column, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

bool Row::boolean(std::string_view column) const { return choice(column, {"false", "true"}) == 1; }

std::size_t Row::choice(std::string_view column, std::initializer_list<std::string_view> words) const {
  const std::string& text = field(column).text;
  std::string known;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words.begin()[i] == text) return i;
    known += (i == 0 ? "" : ", ") + std::string(words.begin()[i]);
  }
  problem(column, "must be one of: " + known);
  return 0;
}

std::string Row::id(std::string_view column, IdIndex& into, std::size_t index) const {
  std::string id = text(column);
  if (id.find_first_of(", ") != std::string::npos) problem(column, "an id holds no spaces and no commas");
  const auto [place, is_new] = into.places.try_emplace(id, IdIndex::Place{index, line()});
  if (!is_new && !id.empty()) problem(column, "the same id as on line " + std::to_string(place->second.line));
  return id;
}

std::optional<std::size_t> Row::resolve(std::string_view column, std::string_view id, const IdIndex& to) const {
  if (!to.loaded) return std::nullopt;
  const auto place = to.places.find(id);
  if (place != to.places.end()) return place->second.index;
  problem(column, to.file + " has no row " + std::string(id.substr(0, 64)));
  return std::nullopt;
}

std::optional<std::size_t> Row::reference(std::string_view column, const IdIndex& to) const {
  const std::string id = text(column);
  return id.empty() ? std::nullopt : resolve(column, id, to);
}

std::vector<std::size_t> Row::references(std::string_view column, const IdIndex& to) const {
  std::vector<std::size_t> out;
  std::string_view rest = field(column).text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const auto found = resolve(column, rest.substr(0, comma), to);
    if (found && std::find(out.begin(), out.end(), *found) != out.end()) problem(column, "names one row twice");
    if (found) out.push_back(*found);
    if (comma + 1 == rest.size()) problem(column, "ends with a comma");
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

}  // namespace letopis::replay_tools
