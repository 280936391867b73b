#pragma once
// A table of a profile while it is read: typed values, each asked for once, everything else refused with its line. For
// profile.cc and profile_layers.cc alone; the only <toml++>.

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "commands/profile.h"

namespace letopis::commands {

inline constexpr std::size_t kProfileValueMaxBytes = 1024;  // one value
inline constexpr std::size_t kSlipBytesLeast = 3;           // in shorter keys one letter makes another word

// The first thing found wrong, thrown while a profile is read: toml++ throws too, and parse_profile catches both.
struct Refusal {
  toml::source_region place;  // names the text as well: a profile may be read over another one
  std::string reason;
};
[[noreturn]] inline void refuse(const toml::source_region& place, std::string reason) {
  throw Refusal{place, std::move(reason)};
}

inline bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

// One slip of the pen apart: a letter changed, dropped, added, or two exchanged.
inline bool is_slip(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  a.remove_prefix(static_cast<std::size_t>(in_a - a.begin()));
  b.remove_prefix(static_cast<std::size_t>(in_b - b.begin()));
  while (!a.empty() && !b.empty() && a.back() == b.back()) a.remove_suffix(1), b.remove_suffix(1);
  const bool exchanged = a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
  return exchanged || (a.size() <= 1 && b.size() <= 1);
}

// A table being read: every key asked for is noted, and done() refuses what nobody asked for.
class Table {
 public:
  // Clauses are those of `ids`: the profile's own, then those it extends.
  Table(const toml::table& table, std::string name, const std::vector<std::string>& ids)
      : table_(table), name_(std::move(name)), ids_(ids) {}

  const toml::source_region& line() const { return table_.source(); }
  const toml::source_region& line_of(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node != nullptr ? node->source() : line();
  }
  const std::string& name() const { return name_; }
  bool has(std::string_view key) const { return table_.contains(key); }

  std::string text(std::string_view key) {
    const toml::node& node = need(key);
    const auto* value = node.as_string();
    if (value == nullptr) wrong_type(node, key, "a string");
    const std::string& text = value->get();
    if (text.empty() || text.size() > kProfileValueMaxBytes)
      refuse(node.source(),
             label(key) + " is empty or longer than " + std::to_string(kProfileValueMaxBytes) + " bytes");
    for (const char c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        refuse(node.source(), label(key) + " holds a control character");
    return text;
  }

  int number(std::string_view key, int least, int most) {
    const toml::node& node = need(key);
    const auto* value = node.as_integer();
    if (value == nullptr) wrong_type(node, key, "a whole number");
    if (value->get() < least || value->get() > most)
      refuse(node.source(), label(key) + " is outside " + std::to_string(least) + "–" + std::to_string(most));
    return static_cast<int>(value->get());
  }

  // One of the given words; answers its place among them.
  std::size_t choice(std::string_view key, std::initializer_list<std::string_view> words) {
    const std::string value = text(key);
    std::string expected;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words.begin()[i] == value) return i;
      expected += (i == 0 ? "\"" : ", \"") + std::string(words.begin()[i]) + "\"";
    }
    refuse(line_of(key), label(key) + " is \"" + value + "\"; known: " + expected);
  }

  bool flag(std::string_view key) {
    const toml::node& node = need(key);
    const auto* value = node.as_boolean();
    if (value == nullptr) wrong_type(node, key, "true or false");
    return value->get();
  }

  std::vector<int> numbers(std::string_view key, int least, int most) {
    const toml::node& node = need(key);
    const auto* array = node.as_array();
    if (array == nullptr) wrong_type(node, key, "an array of whole numbers");
    std::vector<int> values;
    for (const toml::node& item : *array) {
      const auto* value = item.as_integer();
      if (value == nullptr || value->get() < least || value->get() > most)
        refuse(item.source(),
               label(key) + " holds whole numbers from " + std::to_string(least) + " to " + std::to_string(most));
      const int number = static_cast<int>(value->get());
      if (!values.empty() && number <= values.back()) refuse(item.source(), label(key) + " is not in ascending order");
      values.push_back(number);
    }
    return values;
  }

  std::vector<std::string> texts(std::string_view key) {
    const toml::node& node = need(key);
    const auto* array = node.as_array();
    if (array == nullptr) wrong_type(node, key, "an array of strings");
    std::vector<std::string> values;
    for (const toml::node& item : *array) {
      const auto* value = item.as_string();
      if (value == nullptr) wrong_type(item, key, "an array of strings");
      if (value->get().empty()) refuse(item.source(), label(key) + " holds an empty string");
      if (std::find(values.begin(), values.end(), value->get()) != values.end())
        refuse(item.source(), label(key) + " names \"" + value->get() + "\" twice");
      values.push_back(value->get());
    }
    return values;
  }

  Table table(std::string_view key) {
    const toml::node& node = need(key);
    const auto* value = node.as_table();
    if (value == nullptr) wrong_type(node, key, "a table");
    return {*value, label(key), ids_};
  }

  std::vector<Table> tables(std::string_view key) {
    const toml::node& node = need(key);
    const auto* array = node.as_array();
    if (array == nullptr || array->empty()) wrong_type(node, key, "an array of tables");
    std::vector<Table> out;
    for (const toml::node& item : *array) {
      const auto* value = item.as_table();
      if (value == nullptr) wrong_type(item, key, "an array of tables");
      out.emplace_back(*value, label(key), ids_);
    }
    return out;
  }

  std::vector<std::pair<std::string, toml::source_region>> keys() const {
    std::vector<std::pair<std::string, toml::source_region>> out;
    for (const auto& [key, node] : table_) out.emplace_back(std::string(key.str()), key.source());
    return out;
  }

  // A clause of this very regulation, or silence; never both, never neither.
  Source source() {
    Source out;
    if (has("silent")) {
      const toml::node& node = need("silent");
      const auto* value = node.as_boolean();
      if (value == nullptr) wrong_type(node, "silent", "true");
      if (!value->get()) refuse(node.source(), name_ + ": silent is true or absent");
      out.silent = true;
    }
    if (has("clause")) out.clause = clause();
    if (out.silent && !out.clause.empty())
      refuse(line_of("silent"), name_ + " names a clause and calls the regulation silent");
    if (!out.silent && out.clause.empty()) refuse(line(), name_ + " has neither a clause nor silent = true");
    return out;
  }

  void done() const {
    for (const auto& [key, line] : keys())
      if (!asked_.contains(key)) refuse(line, "unknown key " + label(key));
  }

 private:
  std::string label(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }

  const toml::node& need(std::string_view key) {
    asked_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) refuse_missing(key);
    return *node;
  }

  // Where a key nobody asked for looks like a slip of the pen, it is that one's line.
  [[noreturn]] void refuse_missing(std::string_view key) const {
    for (const auto& [other, place] : keys())
      if (key.size() > kSlipBytesLeast && !asked_.contains(other) && is_slip(other, key))
        refuse(place, label(key) + " is missing; is it meant by \"" + other + "\"?");
    refuse(line(), label(key) + " is missing");
  }

  [[noreturn]] void wrong_type(const toml::node& node, std::string_view key, std::string_view expected) const {
    refuse(node.source(), label(key) + " must be " + std::string(expected));
  }

  std::string clause() {
    std::string clause = text("clause");
    const auto of = [&](const std::string& id) {
      return clause.starts_with(id + " ") && clause.find_first_of("0123456789", id.size()) != std::string::npos;
    };
    if (clause.size() > 64 || std::none_of(ids_.begin(), ids_.end(), of))
      refuse(line_of("clause"),
             name_ + ".clause is \"" + clause + "\"; a clause is written \"" + ids_.front() + " 3.3\"");
    return clause;
  }

  const toml::table& table_;
  std::string name_;
  const std::vector<std::string>& ids_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace letopis::commands
