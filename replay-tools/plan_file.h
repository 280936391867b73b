#pragma once
// A lesson plan (КТП) as teachers keep it: a table in CSV or XLSX, a row a topic. Columns by name, in Russian or English, in any
// order and in either case; others are tolerated:
//
//   number    №, № п/п, номер                    rows are numbered where there is none
//   topic     тема, тема урока
//   hours     часы, кол-во часов, количество часов
//   kind      вид, тип, вид урока, тип урока     may be missing
//   homework  домашнее задание, д/з              may be missing
//
// As such tables are: rows above the header (a title, an approval) are passed over; a row with one text alone is the heading of a
// section, and a row that begins with «Итого» or «Всего» a total, whose hours must be those of the rows above it since the last
// total or of all of them. CSV has commas or semicolons, and is UTF-8 or Windows-1251, as spreadsheets of a Russian Windows write.

#include <string>
#include <vector>

#include "replay-tools/csv.h"

namespace letopis::replay_tools {

struct PlanRow {
  std::string number, topic;
  int hours = 0;
  std::string kind, homework;
};
struct PlanTable {
  std::vector<PlanRow> rows;
  std::vector<std::string> passed_over;  // headings and totals, as "12: Раздел 2. Оптика"
};

// Every fault is named by row and column; nullopt when there was one. XLSX is told by its first bytes.
std::optional<PlanTable> read_plan(ByteView bytes, std::string_view file, Problems& problems);

}  // namespace letopis::replay_tools
