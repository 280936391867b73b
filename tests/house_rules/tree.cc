#include "tests/house_rules/tree.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace letopis::house_rules {
namespace {

namespace fs = std::filesystem;

// Larger files are data; their size alone is judged.
constexpr std::uintmax_t kTextMaxBytes = 4'000'000;

// The answer of `git ls-files`, empty when there is no git or no repository.
std::vector<std::string> paths_known_to_git(const std::string& root) {
  // The folder may belong to another user (a container): it is read, not trusted.
  const std::string command =
      "git -c safe.directory='*' -C '" + root + "' ls-files -z --cached --others --exclude-standard 2>/dev/null";
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(command.c_str(), "r"), close);
  std::vector<std::string> paths;
  std::string path;
  for (int c = 0; pipe && (c = std::fgetc(pipe.get())) != EOF;) {
    if (c != 0) {
      path.push_back(static_cast<char>(c));
    } else {
      paths.push_back(std::move(path));
      path.clear();
    }
  }
  return paths;
}

std::vector<std::string> paths_on_disk(const std::string& root) {
  std::vector<std::string> paths;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    const auto path = it->path().lexically_relative(root).generic_string();
    if (it->is_directory() && (path == "build" || path.front() == '.')) it.disable_recursion_pending();
    if (it->is_regular_file()) paths.push_back(path);
  }
  return paths;
}

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where the token that starts at `from` ends: a comment, a string, a character, or one character of code.
std::size_t end_of_token(std::string_view text, std::size_t from) {
  const auto after = [&](std::size_t at, std::size_t length) { return at == text.npos ? text.size() : at + length; };
  const auto rest = text.substr(from);
  if (rest.starts_with("//")) return after(text.find('\n', from), 0);
  if (rest.starts_with("/*")) return after(text.find("*/", from + 2), 2);
  const bool starts_word = from == 0 || !is_word_character(text[from - 1]);
  if (starts_word && rest.starts_with("R\"")) {
    const auto open = text.find('(', from);
    if (open == text.npos) return text.size();
    const std::string close = ")" + std::string(text.substr(from + 2, open - from - 2)) + "\"";
    return after(text.find(close, open), close.size());
  }
  // A quote inside a number separates its digits.
  if (text[from] != '"' && !(text[from] == '\'' && starts_word)) return from + 1;
  std::size_t at = from + 1;
  while (at < text.size() && text[at] != text[from] && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

}  // namespace

Tree read_tree(const std::string& root) {
  auto paths = paths_known_to_git(root);
  if (paths.empty()) paths = paths_on_disk(root);
  std::sort(paths.begin(), paths.end());
  Tree tree;
  for (const auto& path : paths) {
    std::error_code gone;  // deleted and not yet committed, or deleted while we look
    const auto size = fs::file_size(root + "/" + path, gone);
    if (gone) continue;
    std::string text;
    if (size <= kTextMaxBytes) {
      std::ifstream in(root + "/" + path, std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(in), {});
    }
    tree.push_back({path, std::move(text), size});
  }
  return tree;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = end_of_token(text, at);
    if (end > at + 1)
      for (auto i = at; i < end; ++i)
        if (code[i] != '\n') code[i] = ' ';
    at = end;
  }
  return code;
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || !is_word_character(text[at - 1]) || !is_word_character(word.front());
    const bool ends = end == text.size() || !is_word_character(text[end]) || !is_word_character(word.back());
    if (starts && ends) return true;
  }
  return false;
}

}  // namespace letopis::house_rules
