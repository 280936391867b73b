#include "ledger/hold_mark.h"

#include "ledger/limits.h"
#include "ledger/schema/codec.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kTag = "letopis/held/v1\n";
constexpr std::string_view kEnding = ".held";

// Takes "<word> <value>\n" off the front.
Result<std::string> take_line(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  if (!text.starts_with(word) || text.substr(word.size(), 1) != " " || end == std::string_view::npos)
    return fail("malformed", "the mark of a hold: no line " + std::string(word));
  const std::string_view value = text.substr(word.size() + 1, end - word.size() - 1);
  if (!valid_text(value)) return fail("malformed", "the mark of a hold: its line " + std::string(word));
  text.remove_prefix(end + 1);
  return std::string(value);
}

}  // namespace

std::string hold_mark_file(std::string_view slug) { return std::string(slug) + std::string(kEnding); }

std::string HoldMark::encode() const {
  return std::string(kTag) + "since " + format_instant(since) + "\ncode " + code + "\nwhy " + why + "\nwitness " +
         witness + "\n\n" + checkpoint;
}

Error HoldMark::error() const { return {code, why + "; held since " + format_instant(since)}; }

Result<HoldMark> parse_hold_mark(std::string_view text) {
  if (text.size() > kHoldMarkSizeMaxBytes) return fail("too_large", "the mark of a hold");
  std::string_view rest = text;
  if (!rest.starts_with(kTag)) return fail("malformed", "the mark of a hold: another kind of file");
  rest.remove_prefix(kTag.size());
  HoldMark mark;
  TRY(const std::string since, take_line(rest, "since"));
  TRY(mark.since, parse_instant(since));
  TRY(mark.code, take_line(rest, "code"));
  TRY(mark.why, take_line(rest, "why"));
  TRY(mark.witness, take_line(rest, "witness"));
  if (!rest.starts_with('\n')) return fail("malformed", "the mark of a hold: an unknown line");
  mark.checkpoint = rest.substr(1);
  if (mark.encode() != text) return fail("malformed", "the mark of a hold: not spelt as it was written");
  return mark;
}

Result<std::map<std::string, HoldMark>> read_hold_marks(FileSystem& files, const std::string& directory) {
  std::map<std::string, HoldMark> marks;
  if (!files.exists(directory)) return marks;
  TRY(const auto names, files.list(directory));
  for (const auto& name : names) {
    if (!name.ends_with(kEnding) || name.size() == kEnding.size()) continue;
    const auto bytes = files.read(directory + "/" + name, kHoldMarkSizeMaxBytes);
    auto mark = bytes ? parse_hold_mark(as_text(*bytes)) : Result<HoldMark>(tl::unexpected(bytes.error()));
    if (!mark) return fail("damaged", directory + "/" + name + ": " + mark.error().text());
    marks.emplace(name.substr(0, name.size() - kEnding.size()), *std::move(mark));
  }
  return marks;
}

}  // namespace letopis::ledger
