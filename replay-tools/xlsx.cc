#include "replay-tools/xlsx.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>

#include <zip.h>
#include <pugixml.hpp>

namespace letopis::replay_tools {

std::string tidy(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

namespace {

constexpr std::size_t kLettersInAlphabet = 26;

struct Refused {
  std::string reason;
  std::size_t line = 0, column = 0;
};
[[noreturn]] void refuse(std::string reason, std::size_t line = 0, std::size_t column = 1) {
  throw Refused{std::move(reason), line, line == 0 ? 0 : column};
}

// The parts of an archive that lies in memory.
class Archive {
 public:
  explicit Archive(ByteView bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    zip_t* opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (opened == nullptr && source != nullptr) zip_source_free(source);
    zip_error_fini(&error);
    if (opened == nullptr) refuse("this is no .xlsx workbook");
    zip_.reset(opened);
  }
  bool has(const std::string& name) const { return zip_name_locate(zip_.get(), name.c_str(), 0) >= 0; }
  pugi::xml_document part(const std::string& name) const {
    const std::string text = read(name);
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size())) refuse("its part " + name + " is no XML");
    return document;
  }

 private:
  std::string read(const std::string& name) const {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(zip_.get(), name.c_str(), 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0)
      refuse("its part " + name + " is missing");
    if (stat.size > kXlsxPartMaxBytes)
      refuse("its part " + name + " unpacks to more than " + std::to_string(kXlsxPartMaxBytes) + " bytes");
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(zip_.get(), name.c_str(), 0), zip_fclose);
    std::string text(stat.size, '\0');
    // The size is what the archive claims: libzip gives no more of it than it is asked for, and checks the sum at its end.
    if (file == nullptr || zip_fread(file.get(), text.data(), text.size()) != static_cast<zip_int64_t>(text.size()))
      refuse("its part " + name + " cannot be unpacked");
    return text;
  }

  struct Close {
    void operator()(zip_t* zip) const { zip_discard(zip); }
  };
  std::unique_ptr<zip_t, Close> zip_;
};

// The text of <si> or <is>: its runs without phonetic hints.
std::string text_of(const pugi::xml_node& item) {
  std::string text;
  for (const auto& node : item.children()) {
    if (std::strcmp(node.name(), "t") == 0) text += node.child_value();
    if (std::strcmp(node.name(), "r") == 0) text += node.child("t").child_value();
  }
  return text;
}

std::vector<std::string> shared_texts(const Archive& archive) {
  std::vector<std::string> texts;
  if (!archive.has("xl/sharedStrings.xml")) return texts;
  const auto document = archive.part("xl/sharedStrings.xml");
  for (const auto& item : document.child("sst").children("si")) texts.push_back(text_of(item));
  return texts;
}

// The part of the first sheet: by the workbook's list and the relation it names.
std::string first_sheet(const Archive& archive) {
  const auto workbook = archive.part("xl/workbook.xml");
  const std::string relation = workbook.child("workbook").child("sheets").child("sheet").attribute("r:id").value();
  const auto relations = archive.part("xl/_rels/workbook.xml.rels");
  for (const auto& item : relations.child("Relationships").children("Relationship")) {
    if (relation.empty() || relation != item.attribute("Id").value()) continue;
    const std::string target = item.attribute("Target").value();
    return target.starts_with("/") ? target.substr(1) : "xl/" + target;
  }
  refuse("it names no sheet");
}

// "B12" → column 2; 0 for none.
std::size_t column_of(std::string_view reference, std::size_t most) {
  std::size_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * kLettersInAlphabet + static_cast<std::size_t>(c - 'A') + 1;
    if (column > most) return most + 1;
  }
  return column;
}

// A number as a sheet keeps it ("34", "34.0", "1.5"): whole ones without a point.
std::string number_text(const std::string& kept) {
  double value = 0;
  const auto [end, error] = std::from_chars(kept.data(), kept.data() + kept.size(), value);
  constexpr double kWholeMax = 1e15;
  if (error != std::errc() || end != kept.data() + kept.size() || std::floor(value) != value ||
      std::abs(value) > kWholeMax)
    return kept;
  return std::to_string(static_cast<std::int64_t>(value));
}

std::string cell_text(const pugi::xml_node& cell, const std::vector<std::string>& shared, std::size_t line,
                      std::size_t column) {
  const std::string_view type = cell.attribute("t").value();
  if (type == "inlineStr") return text_of(cell.child("is"));
  const std::string kept = cell.child("v").child_value();
  if (type == "e") refuse("the cell holds the error " + kept, line, column);
  if (type == "b") return kept == "1" ? "true" : "false";
  if (type == "s") {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(kept.data(), kept.data() + kept.size(), number);
    if (error != std::errc() || end != kept.data() + kept.size() || number >= shared.size())
      refuse("the cell names a text the workbook does not hold", line, column);
    return shared[number];
  }
  return type == "str" ? kept : number_text(kept);
}

std::vector<CsvField> read_row(const pugi::xml_node& row, const std::vector<std::string>& shared, std::uint32_t line,
                               const CsvLimits& limits) {
  std::vector<CsvField> fields;
  for (const auto& cell : row.children("c")) {
    const std::string_view reference = cell.attribute("r").value();
    const std::size_t column = reference.empty() ? fields.size() + 1 : column_of(reference, limits.columns_max);
    if (column == 0 || column > limits.columns_max || column <= fields.size())
      refuse("more than " + std::to_string(limits.columns_max) + " columns, or cells out of order", line);
    while (fields.size() + 1 < column) fields.push_back({{}, line, static_cast<std::uint32_t>(fields.size() + 1)});
    std::string text = tidy(cell_text(cell, shared, line, column));
    if (text.size() > limits.field_max_bytes)
      refuse("longer than " + std::to_string(limits.field_max_bytes) + " bytes", line, column);
    fields.push_back({std::move(text), line, static_cast<std::uint32_t>(column)});
  }
  while (!fields.empty() && fields.back().text.empty()) fields.pop_back();
  return fields;
}

void check_header(const std::vector<CsvField>& header) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].text.empty()) refuse("a column without a name", header[i].line, header[i].column);
    for (std::size_t j = 0; j < i; ++j)
      if (header[j].text == header[i].text) refuse("the name is given twice", header[i].line, header[i].column);
  }
}

CsvTable read_workbook(ByteView bytes, std::string_view file, const CsvLimits& limits, const IsHeader& is_header) {
  if (bytes.size() > limits.file_max_bytes) refuse("longer than " + std::to_string(limits.file_max_bytes) + " bytes");
  const Archive archive(bytes);
  const auto shared = shared_texts(archive);
  const auto sheet = archive.part(first_sheet(archive));
  CsvTable table;
  table.file = file;
  std::uint32_t line = 0;
  bool any = false;
  for (const auto& row : sheet.child("worksheet").child("sheetData").children("row")) {
    const auto named = row.attribute("r").as_uint(line + 1);
    if (named <= line) refuse("rows out of order", line);
    line = named;
    auto fields = read_row(row, shared, line, limits);
    if (fields.empty()) continue;
    if (table.header.empty()) {
      if (is_header == nullptr) check_header(fields);
      if (is_header == nullptr || is_header(fields)) table.header = std::move(fields);
      any = true;
      continue;
    }
    if (fields.size() > table.header.size()) refuse("more cells than the header has", line, table.header.size() + 1);
    while (fields.size() < table.header.size())
      fields.push_back({{}, line, static_cast<std::uint32_t>(fields.size() + 1)});
    if (table.rows.size() >= limits.rows_max) refuse("more than " + std::to_string(limits.rows_max) + " rows", line);
    table.rows.push_back(std::move(fields));
  }
  if (table.header.empty()) refuse(any ? std::string(kNoHeader) : "the first sheet is empty");
  return table;
}

}  // namespace

std::optional<CsvTable> parse_xlsx(ByteView bytes, std::string_view file, const CsvLimits& limits, Problems& problems,
                                   const IsHeader& is_header) {
  try {
    return read_workbook(bytes, file, limits, is_header);
  } catch (const Refused& refused) {
    problems.add({std::string(file), refused.line, refused.column, refused.reason});
    return std::nullopt;
  }
}

}  // namespace letopis::replay_tools
