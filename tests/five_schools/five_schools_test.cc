// Five schools, one for each regulation, side by side in one process, told the same month: what each made of it is a table in
// docs/five-schools.md, written by this program (--write-docs) and held against it here.
//
// The same month shows that every parameter of every profile matters: change any one, and the school's column is another.

#include <gtest/gtest.h>

#include <toml++/toml.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "commands/profile.h"
#include "tests/five_schools/month.h"

namespace letopis::five_schools {
namespace {

const std::string kPage = std::string(LETOPIS_SOURCE_DIR) + "/docs/five-schools.md";

std::vector<std::string> schools() {
  std::vector<std::string> ids;
  for (const auto id : commands::builtin_profile_ids()) ids.emplace_back(id);
  return ids;
}
std::string text_of(const std::string& id) { return std::string(*commands::builtin_profile(id)); }

// Every school's month, each in a thread of its own: they share nothing.
std::map<std::string, std::vector<Line>> five_months() {
  std::map<std::string, std::vector<Line>> months;
  for (const auto& id : schools()) months[id];
  std::vector<std::thread> told;
  for (auto& [id, lines] : months) told.emplace_back([&lines, text = text_of(id)] { lines = month(text); });
  for (auto& thread : told) thread.join();
  return months;
}

std::string page() {
  const auto months = five_months();
  // What some schools are never asked (duties they do not have) is a dash in their column; order as first told.
  std::vector<std::string> asked;
  std::set<std::string> seen;
  std::map<std::string, std::map<std::string, std::string>> answers;
  for (const auto& [id, lines] : months) {
    std::string before;
    for (const auto& line : lines) {
      // "… by a commission" goes with what it follows.
      std::string key = line.asked;
      if (seen.insert(key).second) asked.push_back(key);
      answers[key][id] = line.answered;
    }
  }
  std::string out =
      "# Five schools, one month\n\n"
      "Five schools, one for each regulation, were told the same: a month of entries by the same people in the same "
      "lessons, and "
      "the\ndays of the year on which something is due. Each cell is what that school's log made of it: the verdict, "
      "the rule, "
      "its clause,\nthe term, whose second signature it awaits (`+`), or what was still to do. Written by "
      "`test_five_schools "
      "--write-docs`;\nctest fails when it is no longer what happens, and when a parameter of a profile could be "
      "changed "
      "without any cell changing.\n\n| |";
  for (const auto& id : schools()) out += " " + id + " |";
  out += "\n|---|";
  for (std::size_t i = 0; i < schools().size(); ++i) out += "---|";
  out += "\n";
  for (const auto& key : asked) {
    out += "| " + key + " |";
    for (const auto& id : schools()) out += " " + (answers[key].contains(id) ? answers[key][id] : "—") + " |";
    out += "\n";
  }
  return out;
}

std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(FiveSchools, JudgeTheSameMonthAsTheTableSays) {
  const bool as_told = page() == read(kPage);
  EXPECT_TRUE(as_told) << "write it anew: test_five_schools --write-docs";
}

TEST(FiveSchools, DifferFromOneAnother) {
  const auto months = five_months();
  std::set<std::string> columns;
  for (const auto& [id, lines] : months) {
    std::string column;
    for (const auto& line : lines) column += line.asked + line.answered;
    EXPECT_TRUE(columns.insert(column).second) << id;
    EXPECT_GT(lines.size(), 100U);
  }
}

// --- Every parameter matters

std::string column_of(const std::string& toml) {
  std::string column;
  for (const auto& line : month(toml)) column += line.asked + "\t" + line.answered + "\n";
  return column;
}

// Every way to change one value of a profile that leaves it a profile.
struct Mutation {
  std::string where, toml;
};
class Mutations {
 public:
  explicit Mutations(std::string toml) : text_(std::move(toml)), table_(toml::parse(text_)) {}
  std::vector<Mutation> all() {
    walk(table_, "");
    return std::move(found_);
  }

 private:
  static bool is_words(std::string_view key) {
    static const std::set<std::string_view> kNoParameters = {
        "ru", "en", "id", "title_ru", "title_en", "format", "regulation_sha256", "clause", "silent", "name"};
    return kNoParameters.contains(key);
  }
  void walk(const toml::table& table, const std::string& path) {
    for (const auto& [key, node] : table) {
      const std::string here = path.empty() ? std::string(key.str()) : path + "." + std::string(key.str());
      if (here.starts_with("rules.") || is_words(key.str())) continue;
      if (const auto* inner = node.as_table()) walk(*inner, here);
      if (const auto* list = node.as_array()) walk(*list, here);
      value(node, here);
    }
  }
  void walk(const toml::array& list, const std::string& here) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = here + "[" + std::to_string(i) + "]";
      if (const auto* inner = list[i].as_table()) walk(*inner, at);
    }
    if (list.empty() || list[0].is_table()) return;
    // One fewer: the last is taken away.
    const auto from = offset(list[list.size() - 1].source().begin);
    const auto before = list.size() == 1 ? offset(list.source().begin) + 1 : text_.rfind(',', from);
    const auto to = offset(list[list.size() - 1].source().end);
    add(here + " less one", before, to, "");
  }
  void value(const toml::node& node, const std::string& here) {
    const auto from = offset(node.source().begin), to = offset(node.source().end);
    if (const auto* flag = node.as_boolean()) add(here, from, to, flag->get() ? "false" : "true");
    if (const auto* number = node.as_integer())
      for (const int step : {-1, 1}) add(here, from, to, std::to_string(number->get() + step));
    if (const auto* words = node.as_string())
      for (const auto& other : others(words->get())) add(here, from, to, "\"" + other + "\"");
  }
  static std::vector<std::string> others(const std::string& value) {
    static const std::vector<std::vector<std::string>> kChoices = {
        {"mark_late", "needs_basis", "refuse"},
        {"forbidden", "reason_and_approval"},
        {"with_teacher", "by_class_teacher"},
        {"last_days", "set_dates"},
        {"shown", "strict"},
        {"any", "russian"},
        {"any_time", "period_end_only"},
        {"deputy_head", "director", "head_of_studies"},
        {"day", "week", "month", "quarter", "period", "year"},
        {"2-5", "0-100"}};
    std::vector<std::string> out;
    if (value == "midnight" || value == "school_day_end") return {"12:34"};
    if (value.size() == 5 && value[2] == ':')
      return {value.substr(0, 3) + (value.substr(3) == "59" ? "58"
                                    : value[4] == '9'       ? "01"
                                                            : value.substr(3, 1) + "9")};
    if (value.size() == 5 && value[2] == '-' && value[0] <= '1')
      return {value.substr(0, 3) + (value.substr(3) == "09" ? "08" : "09")};
    for (const auto& choice : kChoices)
      if (std::find(choice.begin(), choice.end(), value) != choice.end())
        for (const auto& other : choice)
          if (other != value) out.push_back(other);
    return out;
  }
  std::size_t offset(toml::source_position place) const {
    std::size_t at = 0;
    for (toml::source_index line = 1; line < place.line; ++line) at = text_.find('\n', at) + 1;
    for (toml::source_index column = 1; column < place.column; ++column) {  // columns are characters
      ++at;
      while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80) ++at;
    }
    return at;
  }
  void add(const std::string& where, std::size_t from, std::size_t to, const std::string& with) {
    std::string toml = text_;
    toml.replace(from, to - from, with);
    found_.push_back({where + " = " + with, std::move(toml)});
  }

  std::string text_;
  toml::table table_;
  std::vector<Mutation> found_;
};

// Read and checked, shown with the profile, and without anything to judge yet: what they say is for the yearly archive.
bool is_for_the_archive(const std::string& where) {
  return where.starts_with("retention.") || where.starts_with("copies.signed");
}

class EveryParameter : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryParameter, ChangedChangesTheColumn) {
  const std::string toml = text_of(GetParam());
  const std::string whole = column_of(toml);
  std::size_t tried = 0, refused = 0;
  for (const auto& mutation : Mutations(toml).all()) {
    if (is_for_the_archive(mutation.where)) continue;
    ++tried;
    if (!commands::parse_profile(mutation.toml, "mutated")) {
      ++refused;  // a contradiction, which every test of the profile sees
      continue;
    }
    const bool changed = column_of(mutation.toml) != whole;
    EXPECT_TRUE(changed) << GetParam() << ": " << mutation.where << " changes nothing";
  }
  EXPECT_GT(tried, 80U);
  EXPECT_LT(refused, tried / 3) << "most changes are to be judged by what they do";
}
INSTANTIATE_TEST_SUITE_P(FiveSchools, EveryParameter, ::testing::ValuesIn(schools()),
                         [](const auto& school) { return school.param; });

}  // namespace

void write_page() { std::ofstream(kPage, std::ios::binary) << page(); }

}  // namespace letopis::five_schools

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc == 2 && std::string_view(argv[1]) == "--write-docs") {
    letopis::five_schools::write_page();
    return 0;
  }
  return RUN_ALL_TESTS();
}
