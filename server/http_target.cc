#include <optional>

#include "server/http_parse.h"
#include "signing/base/utf8.h"

namespace letopis::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

enum class Part { kPath, kQuery };

// One decoded path segment, query name or query value.
Result<std::string> decode(std::string_view text, Part part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail("malformed", "bad percent escape in the target");
      c = static_cast<char>(high << 4 | low);
      i += 2;
      if (part == Part::kPath && (c == '/' || c == '\\')) return fail("malformed", "escaped separator in the path");
    } else if (c == '+' && part == Part::kQuery) {
      c = ' ';
    } else if (c == '#' || c == '\\') {
      return fail("malformed", "fragment or backslash in the target");
    }
    if (is_control(c)) return fail("malformed", "control character in the target");
    out.push_back(c);
  }
  if (!is_utf8(out)) return fail("malformed", "the target is not UTF-8");
  return out;
}

Result<std::string> parse_path(std::string_view text) {
  if (!text.starts_with('/')) return fail("malformed", "the target is not a path");
  std::string path;
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view raw = text.substr(0, text.find('/'));
    text.remove_prefix(raw.size());
    TRY(const std::string segment, decode(raw, Part::kPath));
    if (segment.empty() && !text.empty()) return fail("malformed", "empty segment in the path");
    if (segment == "." || segment == "..") return fail("malformed", "dot segment in the path");
    path.append("/").append(segment);
  }
  return path;
}

Result<std::map<std::string, std::string>> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  for (bool more = !text.empty(); more;) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    more = end != std::string_view::npos;
    text.remove_prefix(more ? end + 1 : text.size());
    const std::size_t equals = pair.find('=');
    TRY(std::string name, decode(pair.substr(0, equals), Part::kQuery));
    TRY(std::string value,
        decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), Part::kQuery));
    if (name.empty()) return fail("malformed", "empty name in the query");
    if (query.size() == kQueryNamesMax) return fail("malformed", "too many names in the query");
    if (!query.emplace(std::move(name), std::move(value)).second)
      return fail("malformed", "a name is given twice in the query");
  }
  return query;
}

// Takes "http://authority" off an absolute-form target.
std::optional<std::string_view> take_authority(std::string_view& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::string_view authority = target.substr(0, target.find_first_of("/?#"));
    target.remove_prefix(authority.size());
    return authority;
  }
  return std::nullopt;
}

}  // namespace

Result<ParsedTarget> parse_target(std::string_view target) {
  ParsedTarget parsed;
  if (const auto authority = take_authority(target)) {
    if (authority->empty()) return fail("malformed", "the target names no host");
    parsed.authority = *authority;
    if (!target.starts_with('/')) {
      if (!target.empty() && target.front() != '?') return fail("malformed", "fragment or backslash in the target");
      parsed.path = "/";
    }
  }
  const std::size_t question = target.find('?');
  if (parsed.path.empty()) {
    TRY(parsed.path, parse_path(target.substr(0, question)));
  }
  if (question != std::string_view::npos) {
    TRY(parsed.query, parse_query(target.substr(question + 1)));
  }
  return parsed;
}

}  // namespace letopis::server
