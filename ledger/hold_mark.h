#pragma once
// That a school takes no writes because one of its witnesses has shown another history of its log, or a longer one. The file
// DIR/<slug>.held says so before anybody else is told, and outlives the process: an old image of a directory must not record just
// because its witnesses are out of reach when it is started again. docs/formats/store.md describes the file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "signing/base/file.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::ledger {

struct HoldMark {
  Instant since;
  std::string code, why;   // "witness_ahead" or "witness_inconsistent", and a sentence; one line each
  std::string witness;     // the vkey of the one that showed it
  std::string checkpoint;  // what it showed: a note, signed by the log's own key
  bool operator==(const HoldMark&) const = default;
  std::string encode() const;
  Error error() const;  // for whoever asks why: since when, too
};

inline constexpr std::size_t kHoldMarkSizeMaxBytes = 256u << 10;
std::string hold_mark_file(std::string_view slug);  // its name in DIR

// One accepted spelling: what parses encodes to the same text. Errors: "malformed", "too_large".
Result<HoldMark> parse_hold_mark(std::string_view text);
// By slug; none where no directory is. One that cannot be read is "damaged".
Result<std::map<std::string, HoldMark>> read_hold_marks(FileSystem& files, const std::string& directory);

}  // namespace letopis::ledger
