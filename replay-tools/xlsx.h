#pragma once
// The first sheet of an Office Open XML workbook (ECMA-376, .xlsx) as a table, as parse_csv gives one: first row the header,
// every cell a text. Cells are as they are shown where that is plain: texts, whole numbers, true and false; a formula by its
// kept value. Styles are not read, so a date is the number it is kept as.
//
// The archive is opened by libzip and its parts are parsed by pugixml, which loads no entity and no other file. What is
// unpacked is capped: a small file that swells is refused.

#include "replay-tools/csv.h"

namespace letopis::replay_tools {

inline constexpr std::size_t kXlsxPartMaxBytes = 32 * 1024 * 1024;  // one part of the archive, unpacked

// A text as one line, without the spaces around it: those are the typist's.
std::string tidy(std::string text);

// Rows shorter than the header are filled up with empty cells; empty rows are left out, and a row longer than the header is a
// problem. Places are rows and columns of the sheet. nullopt when any problem was added.
std::optional<CsvTable> parse_xlsx(ByteView bytes, std::string_view file, const CsvLimits& limits, Problems& problems,
                                   const IsHeader& is_header = nullptr);

}  // namespace letopis::replay_tools
