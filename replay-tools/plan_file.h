#pragma once
// A lesson plan (КТП) as teachers keep it: a table in CSV or XLSX, a row a topic. Columns by name, in Russian or English, in any
// order; others are tolerated:
//
//   number    №, № п/п, номер                    rows are numbered where there is none
//   topic     тема, тема урока
//   hours     часы, кол-во часов, количество часов
//   kind      вид, тип, вид урока, тип урока     may be missing
//   homework  домашнее задание, д/з              may be missing

#include <string>
#include <vector>

#include "replay-tools/csv.h"

namespace letopis::replay_tools {

struct PlanRow {
  std::string number, topic;
  int hours = 0;
  std::string kind, homework;
};

// Every fault is named by row and column; nullopt when there was one. XLSX is told by its first bytes.
std::optional<std::vector<PlanRow>> read_plan(ByteView bytes, std::string_view file, Problems& problems);

}  // namespace letopis::replay_tools
