#pragma once
// One month of entries, and some days of the year around it, as a school makes them: judged by whatever regulation it keeps.
// Five schools are told the same; what the log makes of it differs. Every line is one question and its answer, in words short
// enough for a table.

#include <string>
#include <vector>

namespace letopis::five_schools {

struct Line {
  std::string asked;     // "an answer marked in the evening"
  std::string answered;  // "late, due 23.11.2026 16:00 (5.5)"
};

// `toml` is the text of the profile the school adopts before its year. It must parse.
std::vector<Line> month(const std::string& toml);

}  // namespace letopis::five_schools
