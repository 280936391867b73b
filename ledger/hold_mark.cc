#include "ledger/hold_mark.h"

#include "ledger/limits.h"
#include "ledger/marks.h"
#include "ledger/schema/codec.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kTag = "letopis/held/v1\n";
constexpr std::string_view kEnding = ".held";

Result<std::string> take_line(std::string_view& text, std::string_view word) {
  std::string_view value;
  if (!take_mark_line(text, word, value)) return fail("malformed", "the mark of a hold: no line " + std::string(word));
  if (!valid_text(value)) return fail("malformed", "the mark of a hold: its line " + std::string(word));
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
  return read_marks<HoldMark>(files, directory, kEnding, kHoldMarkSizeMaxBytes, parse_hold_mark);
}

}  // namespace letopis::ledger
