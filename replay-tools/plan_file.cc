#include "replay-tools/plan_file.h"

#include <algorithm>
#include <set>

#include "replay-tools/sheet.h"
#include "replay-tools/xlsx.h"

namespace letopis::replay_tools {
namespace {

constexpr int kHoursMax = 255;  // of one row, as a statement holds them
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
    {kNumber, {"№", "№ п/п", "№п/п", "Номер", "номер"}},
    {kTopic, {"Тема", "тема", "Тема урока", "тема урока"}},
    {kHours, {"Часы", "часы", "Кол-во часов", "кол-во часов", "Количество часов", "количество часов"}},
    {kKind, {"Вид", "вид", "Тип", "тип", "Вид урока", "вид урока", "Тип урока", "тип урока"}},
    {kHomework, {"Домашнее задание", "домашнее задание", "Д/з", "д/з", "Д/З"}},
};

// Columns under the names that statements use.
void rename(CsvTable& table, Problems& problems) {
  std::set<std::string_view> seen;
  for (CsvField& field : table.header)
    for (const Column& column : kColumns) {
      const bool named = field.text == column.name ||
                         std::find(column.also.begin(), column.also.end(), field.text) != column.also.end();
      if (!named) continue;
      if (!seen.insert(column.name).second)
        problems.add({table.file, field.line, field.column, "a second column for the same: " + field.text});
      field.text = column.name;
      break;
    }
}

}  // namespace

std::optional<std::vector<PlanRow>> read_plan(ByteView bytes, std::string_view file, Problems& problems) {
  const bool zipped = as_text(bytes).starts_with(kZip);
  auto table = zipped ? parse_xlsx(bytes, file, kLimits, problems) : parse_csv(bytes, file, kLimits, problems);
  if (!table) return std::nullopt;
  rename(*table, problems);
  const bool numbered = table->column(kNumber).has_value();
  const auto sheet = Sheet::of(*std::move(table), {kTopic, kHours}, problems);
  if (!sheet || !problems.empty()) return std::nullopt;
  std::vector<PlanRow> rows;
  std::set<std::string> numbers;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    PlanRow& plan = rows.emplace_back();
    plan.number = numbered ? row.text(kNumber) : std::to_string(i + 1);
    plan.topic = row.text(kTopic);
    plan.hours = row.number(kHours, 1, kHoursMax);
    plan.kind = row.optional_text(kKind);
    plan.homework = row.optional_text(kHomework);
    if (!plan.number.empty() && !numbers.insert(plan.number).second)
      row.problem(kNumber, "given twice: " + plan.number);
  }
  if (rows.empty()) problems.add({std::string(file), 0, 0, "there is no row under the header"});
  if (!problems.empty()) return std::nullopt;
  return rows;
}

}  // namespace letopis::replay_tools
