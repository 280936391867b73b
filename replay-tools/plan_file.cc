#include "replay-tools/plan_file.h"

#include <iconv.h>

#include <algorithm>
#include <memory>
#include <set>

#include "replay-tools/sheet.h"
#include "replay-tools/xlsx.h"
#include "signing/base/utf8.h"

namespace letopis::replay_tools {
namespace {

constexpr int kHoursMax = 255;  // of one row, as a statement holds them
constexpr int kTotalMax = 255 * 1000;
constexpr CsvLimits kLimits{
    .file_max_bytes = 4 * 1024 * 1024, .field_max_bytes = kTextMaxBytes, .columns_max = 64, .rows_max = 1000};
constexpr std::string_view kZip = "PK\x03\x04";

struct Column {
  std::string_view name;
  std::initializer_list<std::string_view> also;
};
constexpr std::string_view kNumber = "number", kTopic = "topic", kHours = "hours", kKind = "kind",
                           kHomework = "homework";
const Column kColumns[] = {
    {kNumber, {"№", "№ п/п", "№п/п", "номер"}},
    {kTopic, {"тема", "тема урока"}},
    {kHours, {"часы", "кол-во часов", "количество часов"}},
    {kKind, {"вид", "тип", "вид урока", "тип урока"}},
    {kHomework, {"домашнее задание", "д/з"}},
};

// Latin and Russian letters alone: the words of headers are of no others.
std::string lower_case(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] - 'A' + 'a');
    if (text[i] != '\xD0' || i + 1 == text.size()) continue;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (second >= 0x90 && second <= 0x9f) text[i + 1] = static_cast<char>(second + 0x20);  // А–П
    if (second >= 0xa0 && second <= 0xaf)                                                  // Р–Я
      text[i] = '\xD1', text[i + 1] = static_cast<char>(second - 0x20);
    ++i;
  }
  return text;
}

// The name that statements use for a column; empty for another column. Russian names are written in either case.
std::string_view column_called(const CsvField& field) {
  const std::string text = lower_case(tidy(field.text));
  for (const Column& column : kColumns)
    if (text == column.name || std::find(column.also.begin(), column.also.end(), text) != column.also.end())
      return column.name;
  return {};
}

bool is_header(const std::vector<CsvField>& row) {
  const auto names = [&](std::string_view name) {
    return std::any_of(row.begin(), row.end(), [&](const CsvField& field) { return column_called(field) == name; });
  };
  return names(kTopic) && names(kHours);
}

// Columns under the names that statements use.
void rename(CsvTable& table, Problems& problems) {
  std::set<std::string_view> seen;
  for (CsvField& field : table.header) {
    const std::string_view name = column_called(field);
    if (name.empty()) continue;
    if (!seen.insert(name).second)
      problems.add({table.file, field.line, field.column, "a second column for the same: " + field.text});
    field.text = name;
  }
}

// The bytes as UTF-8. What is none is taken for Windows-1251: read as such, a file in another encoding has no header we know.
std::optional<std::string> as_utf8(ByteView bytes) {
  if (as_text(bytes).starts_with("\xff\xfe") || as_text(bytes).starts_with("\xfe\xff")) return std::nullopt;  // UTF-16
  if (is_utf8(as_text(bytes))) return std::string(as_text(bytes));
  const std::unique_ptr<void, int (*)(iconv_t)> converter(iconv_open("UTF-8", "WINDOWS-1251"), iconv_close);
  if (converter.get() == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string from(as_text(bytes));
  std::string to(from.size() * 3, '\0');  // no character of Windows-1251 takes more
  char* in = from.data();
  char* out = to.data();
  std::size_t in_left = from.size(), out_left = to.size();
  if (iconv(converter.get(), &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1)) return std::nullopt;
  to.resize(to.size() - out_left);
  return to;
}

std::optional<CsvTable> read_table(ByteView bytes, std::string_view file, Problems& problems) {
  if (as_text(bytes).starts_with(kZip)) return parse_xlsx(bytes, file, kLimits, problems, is_header);
  const auto text = bytes.size() > kLimits.file_max_bytes ? std::nullopt : as_utf8(bytes);
  if (!text) return parse_csv(bytes, file, kLimits, problems);  // which says what is wrong
  const std::string_view first = std::string_view(*text).substr(0, text->find('\n'));
  const bool semicolons = std::count(first.begin(), first.end(), ';') > std::count(first.begin(), first.end(), ',');
  return parse_csv(as_bytes(*text), file, kLimits, problems, {semicolons ? ';' : ',', is_header});
}

bool begins_a_total(std::string_view text) {
  const std::string lower = lower_case(std::string(text));
  return lower.starts_with("итого") || lower.starts_with("всего");
}

// A heading stands alone in its row, a total says so itself.
enum class RowKind { kLine, kHeading, kTotal, kEmpty };
RowKind kind_of(const std::vector<CsvField>& fields, std::size_t hours) {
  const auto filled = std::count_if(fields.begin(), fields.end(), [](const CsvField& f) { return !f.text.empty(); });
  if (filled == 0) return RowKind::kEmpty;
  const auto first = std::find_if(fields.begin(), fields.end(), [](const CsvField& f) { return !f.text.empty(); });
  if (begins_a_total(first->text)) return RowKind::kTotal;
  return filled == 1 && fields[hours].text.empty() ? RowKind::kHeading : RowKind::kLine;
}

class Reader {
 public:
  Reader(const CsvTable& table, const Sheet& sheet, Problems& problems)
      : table_(table), sheet_(sheet), problems_(problems), numbered_(table.column(kNumber).has_value()) {}

  PlanTable run() {
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      switch (kind_of(table_.rows[i], *table_.column(kHours))) {
        case RowKind::kLine: topic(sheet_.row(i)); break;
        case RowKind::kTotal: total(i); [[fallthrough]];
        case RowKind::kHeading: pass_over(table_.rows[i]); break;
        case RowKind::kEmpty: break;
      }
    }
    if (plan_.rows.empty()) problems_.add({table_.file, 0, 0, "there is no row under the header"});
    return std::move(plan_);
  }

 private:
  void topic(const Row& row) {
    PlanRow plan;
    plan.number = numbered_ ? row.text(kNumber) : std::to_string(plan_.rows.size() + 1);
    plan.topic = row.text(kTopic);
    plan.hours = row.number(kHours, 1, kHoursMax);
    plan.kind = row.optional_text(kKind);
    plan.homework = row.optional_text(kHomework);
    if (!plan.number.empty() && !numbers_.insert(plan.number).second)
      row.problem(kNumber, "given twice: " + plan.number);
    all_ += plan.hours;
    section_ += plan.hours;
    plan_.rows.push_back(std::move(plan));
  }
  void total(std::size_t index) {
    const Row row = sheet_.row(index);
    if (row.blank(kHours)) return;
    const int hours = row.number(kHours, 0, kTotalMax);
    if (hours != all_ && hours != section_)
      row.problem(kHours, "the rows above add up to " + std::to_string(section_) +
                              (section_ == all_ ? "" : " in this section, " + std::to_string(all_) + " in all"));
    section_ = 0;
  }
  void pass_over(const std::vector<CsvField>& fields) {
    std::string text = std::to_string(fields.front().line) + ":";
    for (const CsvField& field : fields)
      if (!field.text.empty()) text += " " + field.text;
    plan_.passed_over.push_back(std::move(text));
  }

  const CsvTable& table_;
  const Sheet& sheet_;
  Problems& problems_;
  const bool numbered_;
  PlanTable plan_;
  std::set<std::string> numbers_;
  int all_ = 0, section_ = 0;
};

}  // namespace

std::optional<PlanTable> read_plan(ByteView bytes, std::string_view file, Problems& problems) {
  auto table = read_table(bytes, file, problems);
  if (!table) return std::nullopt;
  rename(*table, problems);
  for (auto& row : table->rows)
    for (CsvField& field : row) field.text = tidy(std::move(field.text));
  const auto sheet = Sheet::of(*table, {kTopic, kHours}, problems);
  if (!sheet || !problems.empty()) return std::nullopt;
  PlanTable plan = Reader(*table, *sheet, problems).run();
  if (!problems.empty()) return std::nullopt;
  return plan;
}

}  // namespace letopis::replay_tools
