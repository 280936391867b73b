// Which clause of which regulation is kept by what, and which test shows it. The table is tests/data/regulations/coverage.tsv;
// docs/coverage.md is written from it by this program (--write-docs) and held against it here.
//
// Complete both ways: every clause of the five texts has a row, every row names tests that exist or says why there are none,
// and every test that names a clause is named by a row.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "commands/profile.h"

namespace letopis::coverage {
namespace {

namespace fs = std::filesystem;

const std::string kRoot = LETOPIS_SOURCE_DIR;
constexpr std::string_view kPeople = "binds people: ";
constexpr std::string_view kNotYet = "not yet: ";

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}
std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(by, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + by.size();
  }
  return parts;
}
bool starts(const std::string& text, std::string_view with) { return text.starts_with(with); }

struct Row {
  std::string clause, asked, kept_by;
  bool has_tests() const { return !starts(kept_by, kPeople) && !starts(kept_by, kNotYet); }
  std::string regulation() const { return clause.substr(0, 4); }
  std::vector<std::string> tests() const { return has_tests() ? split(kept_by, "; ") : std::vector<std::string>{}; }
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> read_rows;
    std::istringstream in(read(fs::path(kRoot) / "tests/data/regulations/coverage.tsv"));
    std::string line;
    std::getline(in, line);  // the header
    while (std::getline(in, line)) {
      const auto cells = split(line, "\t");
      EXPECT_EQ(cells.size(), 3U) << line;
      if (cells.size() == 3) read_rows.push_back({cells[0], cells[1], cells[2]});
    }
    return read_rows;
  }();
  return all;
}

// "TEST_F(Suite, Name) {" → "Suite.Name".
std::optional<std::string> declared(const std::string& line) {
  for (const std::string_view macro : {"TEST(", "TEST_F(", "TEST_P("}) {
    if (!starts(line, macro)) continue;
    const auto comma = line.find(", "), close = line.find(')');
    if (comma == std::string::npos || close == std::string::npos || close < comma) return std::nullopt;
    return line.substr(macro.size(), comma - macro.size()) + "." + line.substr(comma + 2, close - comma - 2);
  }
  return std::nullopt;
}

// "Suite.Name" of every test in the tree.
const std::set<std::string>& tests() {
  static const std::set<std::string> all = [] {
    std::set<std::string> names;
    for (const auto& file : fs::recursive_directory_iterator(fs::path(kRoot) / "tests")) {
      if (file.path().extension() != ".cc") continue;
      std::istringstream lines(read(file.path()));
      for (std::string line; std::getline(lines, line);)
        if (const auto name = declared(line)) names.insert(*name);
    }
    return names;
  }();
  return all;
}

// "Suite.Clause5_5*" stands for all that begin so, "Suite.Name/*" for the cases of one.
bool means(const std::string& named, const std::string& test) {
  if (named.ends_with("/*")) return named.substr(0, named.size() - 2) == test;
  return named.ends_with("*") ? starts(test, named.substr(0, named.size() - 1)) : named == test;
}
bool exists(const std::string& named) {
  return std::any_of(tests().begin(), tests().end(), [&](const std::string& test) { return means(named, test); });
}

// Tests that a reason mentions: words like Suite.Name.
std::vector<std::string> named_in(const std::string& reason) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto of_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; };
  std::vector<std::string> names;
  for (std::size_t at = 0; at < reason.size();) {
    std::size_t end = at;
    while (end < reason.size() && of_name(reason[end])) ++end;
    const std::string word = reason.substr(at, end - at);
    const auto dot = word.find('.');
    if (dot != std::string::npos && dot + 1 < word.size() && capital(word.front()) && capital(word[dot + 1]))
      names.push_back(word);
    at = end + 1;
  }
  return names;
}

// A row for "r001 4.3" may say which of two clauses of that number, "r001 4.3 (2)"; "r003 3" is any clause of that section.
bool has_row(const std::string& clause) {
  return std::any_of(rows().begin(), rows().end(), [&](const Row& row) {
    return row.clause == clause || starts(row.clause, clause + " (") || starts(row.clause, clause + ".");
  });
}

// --- The clauses of the texts, by the numbers they begin with

// What a line says, without spaces and what a word processor left before it.
std::string trimmed(std::string line) {
  constexpr std::string_view kMark = "[bookmark: _GoBack]";
  if (const auto mark = line.find(kMark); mark != std::string::npos) line.erase(mark, kMark.size());
  const auto first = line.find_first_not_of(" \t\u00a0");
  return first == std::string::npos ? std::string() : line.substr(first);
}

// "3.2.1 …" → "3.2.1"; "7. …" → "7"; empty where a line begins with no number.
std::string number_of(const std::string& line) {
  std::size_t end = 0;
  while (end < line.size() && ((line[end] >= '0' && line[end] <= '9') || line[end] == '.')) ++end;
  std::string number = line.substr(0, end);
  if (end == line.size() || number.empty() || number.front() == '.') return {};
  if (number.ends_with('.'))
    number.pop_back();
  else if (number.find('.') == std::string::npos)
    return {};
  return number;
}

// Numbering that restarts: r003 in every section, r002 once more in section 8, r004 by appendix.
struct Numbering {
  std::string regulation;
  std::string section = {};  // r003
  int appendix = 0;          // r004
  bool last_section = false;

  std::optional<std::string> clause(const std::string& line) {
    if (regulation == "r004" && starts(line, "Приложение №")) ++appendix;
    if (regulation == "r002" && starts(line, "8. ")) last_section = true;
    const std::string number = number_of(line);
    if (number.empty()) return std::nullopt;
    if (number.find('.') != std::string::npos) return prefix() + number;
    if (regulation == "r003") return of_section(number, line);
    if (regulation == "r004" && appendix == 3) return regulation + " п3 " + number;
    return std::nullopt;
  }
  std::optional<std::string> of_section(const std::string& number, const std::string& line) {
    const std::string words = trimmed(line.substr(number.size() + 1));
    for (const std::string_view title : {"Общие", "Задачи", "Правила", "Обязанности", "Права"})
      if (starts(words, title)) {
        section = number;
        return std::nullopt;
      }
    return regulation + " " + section + "." + number;
  }
  std::string prefix() const {
    if (regulation == "r004") return regulation + " п" + std::to_string(appendix) + " ";
    return regulation + (last_section ? " 8/" : " ");
  }
};

std::vector<std::string> clauses_of(const std::string& regulation) {
  std::vector<std::string> clauses;
  Numbering numbering{regulation};
  std::istringstream in(read(fs::path(kRoot) / "tests/data/regulations" / (regulation + ".txt")));
  for (std::string line; std::getline(in, line);)
    if (const auto clause = numbering.clause(trimmed(line))) clauses.push_back(*clause);
  return clauses;
}

TEST(Coverage, EveryClauseOfTheTextsHasARow) {
  const std::map<std::string, std::size_t> fewest = {
      {"r000", 18}, {"r001", 42}, {"r002", 38}, {"r003", 33}, {"r004", 36}};
  for (const auto& [regulation, count] : fewest) {
    const auto clauses = clauses_of(regulation);
    EXPECT_GE(clauses.size(), count) << regulation << ": its numbers are not found";
    for (const auto& clause : clauses) EXPECT_TRUE(has_row(clause)) << clause << " has no row";
  }
}

namespace {

// "r002 3.2, 4.2" stands for two clauses, "r000 3.1–3.4" for its first.
std::vector<std::string> clauses_in(const std::string& cited) {
  const std::string regulation = cited.substr(0, cited.find(' ') + 1);
  std::vector<std::string> clauses;
  for (std::size_t at = regulation.size(); at < cited.size();) {
    const std::size_t end = std::min(cited.find(", ", at), cited.size());
    const std::string one = cited.substr(at, end - at);
    clauses.push_back(regulation + one.substr(0, one.find("–")));
    at = end + 2;
  }
  return clauses;
}

}  // namespace

TEST(Coverage, EveryClauseAProfileStandsOnHasARow) {
  constexpr std::string_view kCited = "clause = \"";
  for (const auto id : commands::builtin_profile_ids()) {
    const std::string toml(*commands::builtin_profile(id));
    std::size_t cited = 0;
    for (std::size_t at = toml.find(kCited); at != std::string::npos; at = toml.find(kCited, at + 1), ++cited) {
      const auto from = at + kCited.size();
      const std::string clause = toml.substr(from, toml.find('"', from) - from);
      for (const auto& one : clauses_in(clause)) EXPECT_TRUE(has_row(one)) << clause;
    }
    EXPECT_GT(cited, 10U) << id;
  }
}

TEST(Coverage, EveryTestThatIsNamedExists) {
  for (const Row& row : rows()) {
    for (const auto& test : row.tests()) EXPECT_TRUE(exists(test)) << row.clause << ": " << test;
    if (row.has_tests()) continue;
    EXPECT_GT(row.kept_by.size(), std::max(kPeople.size(), kNotYet.size()) + 3) << row.clause << " gives no reason";
    for (const auto& test : named_in(row.kept_by)) EXPECT_TRUE(exists(test)) << row.clause << ": " << test;
  }
}

TEST(Coverage, EveryTestThatNamesAClauseIsNamed) {
  std::string everything;
  for (const Row& row : rows()) everything += row.kept_by + "; ";
  for (const auto& test : tests()) {
    if (test.find(".Clause") == std::string::npos) continue;
    const bool named = std::any_of(rows().begin(), rows().end(), [&](const Row& row) {
      const auto of_row = row.tests();
      return std::any_of(of_row.begin(), of_row.end(), [&](const std::string& name) { return means(name, test); });
    });
    EXPECT_TRUE(named || everything.find(test) != std::string::npos) << test << " is in no row";
  }
}

TEST(Coverage, NoClauseHasTwoRows) {
  std::set<std::string> seen;
  for (const Row& row : rows()) EXPECT_TRUE(seen.insert(row.clause).second) << row.clause;
}

// --- The page

std::string shown(const Row& row) {
  if (!row.has_tests()) return row.kept_by;
  std::string out;
  for (const auto& test : row.tests()) out += (out.empty() ? "`" : " `") + test + "`";
  return out;
}
std::string page() {
  std::size_t tested = 0, people = 0, later = 0;
  for (const Row& row : rows()) {
    tested += row.has_tests();
    people += starts(row.kept_by, kPeople);
    later += starts(row.kept_by, kNotYet);
  }
  std::string out =
      "# Which clause is kept by what\n\n"
      "Every clause of the five regulations, what it asks of a journal, and the tests that show it kept. "
      "`Suite.Clause5_5*` "
      "stands\nfor every test that begins so. A clause without tests binds people rather than software, or is not "
      "built yet: "
      "the row says which.\nWritten by `test_coverage --write-docs` from `tests/data/regulations/coverage.tsv`; ctest "
      "fails "
      "when a row names a test that is\nnot there, when a test that names a clause is in no row, or when a clause of "
      "the texts "
      "has none.\n\n" +
      std::to_string(rows().size()) + " clauses: " + std::to_string(tested) + " kept and tested, " +
      std::to_string(people) + " bind people, " + std::to_string(later) + " not yet in whole.\n";
  std::string regulation;
  for (const Row& row : rows()) {
    if (row.regulation() != regulation) {
      regulation = row.regulation();
      out += "\n## " + regulation + "\n\n| clause | asks | kept by |\n|---|---|---|\n";
    }
    out += "| " + row.clause.substr(5) + " | " + row.asked + " | " + shown(row) + " |\n";
  }
  return out;
}

TEST(Coverage, IsToldInTheDocs) {
  EXPECT_EQ(page(), read(fs::path(kRoot) / "docs/coverage.md")) << "write it anew: test_coverage --write-docs";
}

}  // namespace

void write_page() { std::ofstream(fs::path(kRoot) / "docs/coverage.md", std::ios::binary) << page(); }

}  // namespace letopis::coverage

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc == 2 && std::string_view(argv[1]) == "--write-docs") {
    letopis::coverage::write_page();
    return 0;
  }
  return RUN_ALL_TESTS();
}
