#pragma once
// Rows of a CSV table read by column name, each value checked as it is taken. A bad value is reported with its place and
// replaced by a neutral one, so that one reading finds every fault; what was read is used only if no problem was added.

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "replay-tools/csv.h"
#include "signing/base/time.h"

namespace letopis::replay_tools {

inline constexpr std::size_t kTextMaxBytes = 1000;  // of one value: names, titles, ids

class Row;

// A table of which the required columns are there. Others are tolerated.
class Sheet {
 public:
  static std::optional<Sheet> open(FileSystem& files, const std::string& directory, const std::string& name,
                                   std::initializer_list<std::string_view> required, Problems& problems);
  // Of a table that was read already.
  static std::optional<Sheet> of(CsvTable table, std::initializer_list<std::string_view> required, Problems& problems);
  std::size_t size() const { return table_.rows.size(); }
  Row row(std::size_t index) const;  // valid as long as the sheet

 private:
  Sheet(CsvTable table, Problems& problems) : table_(std::move(table)), problems_(&problems) {}
  CsvTable table_;
  Problems* problems_;
};

// The rows of one file by their id, for references between files. `loaded` is false when the file itself could not be
// read: then nothing can be said about references to it, and nothing is.
struct IdIndex {
  std::string file;
  bool loaded = false;
  struct Place {
    std::size_t index;
    std::uint32_t line;
  };
  std::map<std::string, Place, std::less<>> places;
};

class Row {
 public:
  Row(const CsvTable& table, std::size_t index, Problems& problems)
      : table_(table), index_(index), problems_(problems) {}

  // Text of one line, 1 to kTextMaxBytes bytes, no spaces around it. A column that must be there (Sheet::open).
  std::string text(std::string_view column) const;
  // The same, or "" where the field is empty or the table has no such column.
  std::string optional_text(std::string_view column) const;
  bool blank(std::string_view column) const;

  Date date(std::string_view column) const;
  int minute_of_day(std::string_view column) const;
  int number(std::string_view column, int least, int most) const;
  bool boolean(std::string_view column) const;  // "true" or "false"
  // The place of the value among the words; 0 where it is none of them.
  std::size_t choice(std::string_view column, std::initializer_list<std::string_view> words) const;

  // Enters the row under its id as element `index`; an id seen before is a problem.
  std::string id(std::string_view column, IdIndex& into, std::size_t index) const;
  // The element an id refers to; nullopt when there is none (reported), or the other file was not read (not reported).
  std::optional<std::size_t> reference(std::string_view column, const IdIndex& to) const;
  // The same for ids separated by commas; an empty field is an empty list, an id named twice a problem.
  std::vector<std::size_t> references(std::string_view column, const IdIndex& to) const;

  std::uint32_t line() const;
  void problem(std::string_view column, std::string reason) const;  // at the field of that column

 private:
  const CsvField* find(std::string_view column) const;
  const CsvField& field(std::string_view column) const;
  std::optional<std::size_t> resolve(std::string_view column, std::string_view id, const IdIndex& to) const;

  const CsvTable& table_;
  std::size_t index_;
  Problems& problems_;
};

}  // namespace letopis::replay_tools
