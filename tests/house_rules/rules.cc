#include "tests/house_rules/rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace letopis::house_rules {
namespace {

constexpr std::array<std::string_view, 6> kRooms = {"signing",  "ledger", "projections",
                                                    "commands", "server", "replay-tools"};
constexpr std::uintmax_t kFileMaxBytes = 3'000'000;

struct Place {
  std::string_view header;                // how the name in #include begins
  std::vector<std::string_view> allowed;  // how the path of a file may begin that includes it
};

const std::vector<Place>& places() {
  static const std::vector<Place> kPlaces = {
      {"sodium", {"signing/"}},
      {"openssl/",
       {"signing/sha256.cc", "signing/rfc3161", "server/", "tests/unit/server/", "tests/support/time_authority"}},
      {"rocksdb/", {"ledger/kv_rocksdb.cc", "tests/fault/"}},
      {"flatbuffers/", {"ledger/schema/", "tests/unit/ledger/schema/"}},
      {"boost/beast", {"server/http", "server/beast.h", "tests/bench/bare_beast.cc"}},
  };
  return kPlaces;
}

struct Ban {
  std::string_view word;
  std::string_view instead;
  std::string_view only_in;  // how a path begins for which the ban holds
  std::vector<std::string_view> allowed_in;
};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> kBans = {
      {"system_clock", "a Clock argument (signing/base/time.h)", "", {"signing/base/time.cc"}},
      {"gettimeofday", "a Clock argument (signing/base/time.h)", "", {}},
      {"time(nullptr)", "a Clock argument (signing/base/time.h)", "", {}},
      {"time(NULL)", "a Clock argument (signing/base/time.h)", "", {}},
      {"localtime", "an offset from an event", "", {}},
      {"localtime_r", "an offset from an event", "", {}},
      {"mktime", "an offset from an event", "", {}},
      {"zoned_time", "an offset from an event", "", {}},
      {"std::rand", "a Random argument (signing/base/random.h)", "", {}},
      {"srand", "a Random argument (signing/base/random.h)", "", {}},
      {"random_device", "a Random argument (signing/base/random.h)", "", {}},
      {"mt19937", "a Random argument (signing/base/random.h)", "", {}},
      {"sleep_for", "a condition to wait for", "tests/", {"tests/bench/"}},
      {"sleep_until", "a condition to wait for", "tests/", {"tests/bench/"}},
      {"usleep", "a condition to wait for", "tests/", {}},
      {"nanosleep", "a condition to wait for", "tests/", {}},
      {"std::regex", "a strict parser", "", {}},
      {"sprintf", "snprintf or fmt", "", {}},
      {"vsprintf", "vsnprintf or fmt", "", {}},
      {"strcpy", "std::string", "", {}},
      {"strcat", "std::string", "", {}},
      {"<cassert>", "LETOPIS_ASSERT, which is always on", "", {}},
      {"<assert.h>", "LETOPIS_ASSERT, which is always on", "", {}},
  };
  return kBans;
}

std::string_view extension_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == path.npos || path.find('/', dot) != path.npos ? std::string_view() : path.substr(dot + 1);
}
std::string_view folder_of(std::string_view path) { return path.substr(0, std::min(path.rfind('/'), path.size())); }
bool is_header(const File& file) { return extension_of(file.path) == "h"; }
bool is_cpp(const File& file) { return is_header(file) || extension_of(file.path) == "cc"; }
bool is_cmake_list(const File& file) {
  return file.path.ends_with("CMakeLists.txt") || extension_of(file.path) == "cmake";
}
// What people write by hand, as against data, licences and lock files.
bool is_written_by_hand(const File& file) {
  static const std::set<std::string_view> kExtensions = {"h",  "cc", "fbs",  "cmake", "md",   "sh",     "go",
                                                         "ts", "js", "html", "css",   "toml", "svelte", "py"};
  return file.path == "dev" || file.path.starts_with(".ci/") || is_cmake_list(file) ||
         kExtensions.contains(extension_of(file.path));
}

bool begins_with_any(std::string_view text, const std::vector<std::string_view>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](auto beginning) { return text.starts_with(beginning); });
}

std::optional<std::size_t> room_of(std::string_view path) {
  const auto top = path.substr(0, path.find('/'));
  const auto* const found = std::find(kRooms.begin(), kRooms.end(), top);
  if (found == kRooms.end() || top.size() == path.size()) return std::nullopt;
  return static_cast<std::size_t>(found - kRooms.begin());
}

struct Include {
  std::size_t line;
  std::string_view name;
  bool quoted;
};

bool is_generated(const Include& include) { return include.name.ends_with("_generated.h"); }

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (auto line : lines_of(file.text)) {
    ++number;
    constexpr std::string_view kDirective = "#include ";
    if (!line.starts_with(kDirective)) continue;
    line.remove_prefix(kDirective.size());
    const bool quoted = line.starts_with('"');
    const auto end = line.find(quoted ? '"' : '>', 1);
    if (end != line.npos) includes.push_back({number, line.substr(1, end - 1), quoted});
  }
  return includes;
}

// Calls visit(file, line number, line) for every line of every file that `wanted` takes.
template <class Wanted, class Visit>
void each_line(const Tree& tree, Wanted wanted, Visit visit) {
  for (const auto& file : tree) {
    if (!wanted(file)) continue;
    std::size_t number = 0;
    for (const auto line : lines_of(file.text)) visit(file, ++number, line);
  }
}

// As each_line, over C++ without its comments and strings.
template <class Visit>
void each_line_of_code(const Tree& tree, Visit visit) {
  for (const auto& file : tree) {
    if (!is_cpp(file)) continue;
    const auto code = code_only(file.text);
    std::size_t number = 0;
    for (const auto line : lines_of(code)) visit(file, ++number, line);
  }
}

bool contains_path_of_a_machine(std::string_view line, std::string_view folder) {
  constexpr std::string_view kPathCharacters = "._-/";
  for (auto at = line.find(folder); at != line.npos; at = line.find(folder, at + 1)) {
    if (at == 0) return true;
    const char before = line[at - 1];
    const bool in_a_path = (before >= '0' && before <= '9') || (before >= 'A' && before <= 'Z') ||
                           (before >= 'a' && before <= 'z') || kPathCharacters.find(before) != kPathCharacters.npos;
    if (!in_a_path) return true;
  }
  return false;
}

// letopis_fuzz(note …) builds fuzz_note.cc.
bool is_registered_fuzz_target(std::string_view list, std::string_view path) {
  constexpr std::string_view kPrefix = "fuzz_";
  constexpr std::string_view kSuffix = ".cc";
  if (!path.starts_with(kPrefix) || !path.ends_with(kSuffix)) return false;
  path.remove_prefix(kPrefix.size());
  path.remove_suffix(kSuffix.size());
  return has_word(list, "letopis_fuzz(" + std::string(path));
}

}  // namespace

Findings includes_run_one_way(const Tree& tree) {
  Findings findings;
  for (const auto& file : tree) {
    if (!is_cpp(file)) continue;
    const auto from = room_of(file.path);
    for (const auto& include : includes_of(file)) {
      if (!include.quoted) continue;
      const auto to = room_of(include.name);
      if (from && to && *to > *from)
        findings.push_back(
            {file.path, include.line, std::string(kRooms[*from]) + " must not know " + std::string(include.name)});
      else if (from && include.name.starts_with("tests/"))
        findings.push_back({file.path, include.line, "only tests include tests"});
      else if (!to && !include.name.starts_with("tests/") && !is_generated(include))
        findings.push_back({file.path, include.line, "an include starts at the repository's root"});
    }
  }
  return findings;
}

Findings libraries_have_one_place(const Tree& tree) {
  Findings findings;
  for (const auto& file : tree) {
    if (!is_cpp(file)) continue;
    for (const auto& include : includes_of(file)) {
      for (const auto& place : places())
        if (!include.quoted && include.name.starts_with(place.header) && !begins_with_any(file.path, place.allowed))
          findings.push_back({file.path, include.line,
                              std::string(include.name) + " belongs in " + std::string(place.allowed.front())});
      if (is_generated(include) && !begins_with_any(file.path, {"ledger/schema/", "tests/unit/ledger/schema/"}))
        findings.push_back({file.path, include.line, "generated code belongs in ledger/schema/"});
    }
  }
  return findings;
}

Findings banned_calls(const Tree& tree) {
  Findings findings;
  each_line_of_code(tree, [&](const File& file, std::size_t number, std::string_view line) {
    for (const auto& ban : bans())
      if (file.path.starts_with(ban.only_in) && !begins_with_any(file.path, ban.allowed_in) && has_word(line, ban.word))
        findings.push_back({file.path, number, std::string(ban.word) + ": use " + std::string(ban.instead)});
    if (is_header(file) && has_word(line, "using namespace"))
      findings.push_back({file.path, number, "a header spills a namespace into everyone who includes it"});
  });
  return findings;
}

Findings leftover_markers(const Tree& tree) {
  static const std::vector<std::string> kMarkers = {halves("TO", "DO"), halves("FIX", "ME"), halves("XX", "X"),
                                                    halves("HA", "CK")};
  Findings findings;
  each_line(tree, is_written_by_hand, [&](const File& file, std::size_t number, std::string_view line) {
    for (const auto& marker : kMarkers)
      if (has_word(line, marker)) findings.push_back({file.path, number, marker + ": do it or drop it"});
  });
  return findings;
}

Findings foreign_paths(const Tree& tree) {
  static const std::vector<std::string> kFolders = {halves("/wo", "rk/"), halves("/fa", "rm/"), halves("/ho", "me/")};
  static const std::string kNeighbour = halves("../sha", "red");
  Findings findings;
  each_line(tree, is_written_by_hand, [&](const File& file, std::size_t number, std::string_view line) {
    for (const auto& folder : kFolders)
      if (contains_path_of_a_machine(line, folder))
        findings.push_back({file.path, number, folder + " is a path of one machine"});
    if (line.find(kNeighbour) != line.npos)
      findings.push_back({file.path, number, kNeighbour + " lies outside the repository"});
  });
  return findings;
}

Findings sources_are_built(const Tree& tree) {
  Findings findings;
  for (const auto& file : tree) {
    if (extension_of(file.path) != "cc") continue;
    const bool named = std::any_of(tree.begin(), tree.end(), [&](const File& list) {
      if (!is_cmake_list(list)) return false;
      const auto folder = folder_of(list.path);
      if (!file.path.starts_with(std::string(folder) + "/")) return false;
      const auto path = std::string_view(file.path).substr(folder.size() + 1);
      return has_word(list.text, path) || is_registered_fuzz_target(list.text, path);
    });
    if (!named) findings.push_back({file.path, 0, "no CMake list names it"});
  }
  return findings;
}

Findings headers_have_form(const Tree& tree) {
  Findings findings;
  for (const auto& file : tree) {
    if (!is_header(file)) continue;
    const auto lines = lines_of(file.text);
    if (lines.empty() || lines[0] != "#pragma once")
      findings.push_back({file.path, 1, "a header begins with #pragma once"});
    else if (lines.size() < 2 || !lines[1].starts_with("//"))
      findings.push_back({file.path, 2, "a header's second line begins the comment that is its contract"});
  }
  return findings;
}

Findings top_level_names(const Tree& tree) {
  static const std::set<std::string_view> kAllowed = {"CMakeLists.txt",
                                                      "CMakePresets.json",
                                                      "README.md",
                                                      "README.ru.md",
                                                      "ARCHITECTURE.md",
                                                      "CONTRIBUTING.md",
                                                      "SECURITY.md",
                                                      "CHANGELOG.md",
                                                      "LICENSE",
                                                      "NOTICE",
                                                      "dev",
                                                      "signing",
                                                      "ledger",
                                                      "projections",
                                                      "commands",
                                                      "server",
                                                      "replay-tools",
                                                      "tests",
                                                      "docs",
                                                      "cmake",
                                                      "packaging"};
  Findings findings;
  std::set<std::string_view> seen;
  for (const auto& file : tree) {
    const auto top = std::string_view(file.path).substr(0, file.path.find('/'));
    if (!top.starts_with('.') && !kAllowed.contains(top) && seen.insert(top).second)
      findings.push_back({std::string(top), 0, "does it belong in one of the rooms that are there?"});
  }
  return findings;
}

Findings files_are_small(const Tree& tree) {
  Findings findings;
  for (const auto& file : tree)
    if (file.size_bytes > kFileMaxBytes)
      findings.push_back({file.path, 0, std::to_string(file.size_bytes) + " bytes, more than 3 MB"});
  return findings;
}

Findings rules_are_given(const Tree& tree) {
  constexpr std::string_view kBooks = "commands/rules.h";
  constexpr std::string_view kConstant = "inline constexpr std::string_view ";
  std::string judges;
  for (const auto& file : tree)
    if (file.path.starts_with("commands/decide") || file.path == "commands/deadlines.cc")
      judges += code_only(file.text);
  Findings findings;
  bool inside = false;
  each_line(
      tree, [&](const File& file) { return file.path == kBooks; },
      [&](const File& file, std::size_t number, std::string_view line) {
        if (line == "namespace rule {") inside = true;
        if (line.starts_with("}  // namespace rule")) inside = false;
        if (!inside || !line.starts_with(kConstant)) return;
        line.remove_prefix(kConstant.size());
        const auto name = line.substr(0, line.find(' '));
        if (!has_word(judges, name))
          findings.push_back({file.path, number, std::string(name) + ": no rule of commands/decide*.cc gives it"});
      });
  return findings;
}

Findings skipped_tests(const Tree& tree) {
  static const std::vector<std::string> kSkips = {halves("GTEST_", "SKIP"), halves("DISA", "BLED_"),
                                                  halves("test.", "skip"), halves("it.", "skip"),
                                                  halves("describe.", "skip")};
  Findings findings;
  each_line(tree, is_written_by_hand, [&](const File& file, std::size_t number, std::string_view line) {
    if (extension_of(file.path) == "md") return;
    for (const auto& skip : kSkips)
      if (line.find(skip) != line.npos) findings.push_back({file.path, number, "a test that does not run"});
  });
  return findings;
}

}  // namespace letopis::house_rules
