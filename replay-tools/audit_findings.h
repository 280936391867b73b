#pragma once
// What an audit can find: one table of codes, each with a severity and a sentence in both languages. docs/audit.md shows the
// same table, and a test compares the two.

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/words.h"

namespace letopis::audit {

// A violation makes the verdict; a notice is for people to look at and changes nothing.
enum class Severity : std::uint8_t { kViolation = 1, kNotice = 2 };

// What is always said in the same words.
struct Phrase {
  std::string_view ru, en;
  std::string_view in(Language language) const { return language == Language::kRussian ? ru : en; }
};

// What a finding is about: whoever reads of it is told by this what it means for them and what to do.
enum class FindingKind : std::uint8_t {
  kHistory = 1,  // the tree and its checkpoints
  kStored,       // beside the entries
  kEntry,        // one entry's place and time
  kSigning,
  kChain,
  kRule,
  kText,
};
inline constexpr std::array<std::string_view, 7> kFindingKindNames{"history", "stored", "entry", "signing",
                                                                   "chain",   "rule",   "text"};
constexpr std::string_view finding_kind_name(FindingKind kind) {
  return kFindingKindNames[static_cast<std::size_t>(kind) - 1];
}
Phrase advice(FindingKind kind);  // to whoever answers for the school: what it means, and what to do

struct FindingCode {
  std::string_view code;
  FindingKind kind;
  Severity severity;
  std::string_view ru, en;  // the sentence; the detail follows after a colon
};
std::span<const FindingCode> finding_codes();
const FindingCode& finding_code(std::string_view code);  // asserts that it is one of them

struct Finding {
  std::string code;
  Severity severity = Severity::kViolation;
  std::optional<std::uint64_t> index;  // of the entry; none when the log as a whole is meant
  Id statement;                        // zero when it has none, or none could be read
  Id author;
  std::string ru, en;
};

// Collects findings from all threads of an audit. Keeps at most `kept_max` (violations before notices), counts all.
class Findings {
 public:
  explicit Findings(std::size_t kept_max) : kept_max_(kept_max) {}

  struct Place {
    std::optional<std::uint64_t> index = {};
    Id statement = {};
    Id author = {};
  };
  // `detail` is numbers, names and rules, never a person's data; mostly the same in both languages.
  void add(std::string_view code, const Place& place, std::string_view detail = {});
  void add(std::string_view code, const Place& place, const Words& detail);
  // Nothing was found: what had been rested on what turned out not to hold.
  void forget();
  // In the order of the log, those of the log as a whole first.
  std::vector<Finding> sorted() const;
  std::map<std::string, std::uint64_t, std::less<>> counts() const;
  std::uint64_t total() const;
  std::uint64_t violations() const;

 private:
  mutable std::mutex mutex_;
  std::size_t kept_max_;
  std::uint64_t total_ = 0;
  std::uint64_t violations_ = 0;
  std::vector<Finding> kept_violations_, kept_notices_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace letopis::audit
