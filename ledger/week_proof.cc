#include "ledger/week_proof.h"

#include <algorithm>
#include <set>

#include "ledger/checkpoint.h"
#include "ledger/decimal.h"
#include "ledger/limits.h"
#include "ledger/lines.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kFirstLine = "letopis-week-proof v1";
constexpr std::string_view kDiary = "diary";
constexpr std::string_view kJournal = "journal";

void put_hex_line(std::string& text, std::string_view word, ByteView bytes) {
  text += word;
  text += ' ' + to_hex(bytes) + '\n';
}

void encode_placed(std::string_view word, const WeekProof::Placed& placed, std::string& text) {
  text += word;
  text += " " + std::to_string(placed.index) + " ";
  append_base64(text, placed.event);
  text += '\n';
  for (const auto& hash : placed.path) put_hex_line(text, "path", hash.view());
}

void encode_shard(const WeekProof::Shard& shard, std::string& text) {
  text += "shard ";
  put_hex_line(text, shard.key.view == ShardView::kDiary ? kDiary : kJournal, shard.key.subject.view());
  if (shard.opened) encode_placed("opened", *shard.opened, text);
  for (const auto& entry : shard.entries) {
    if (entry.event.empty()) {
      put_hex_line(text, "leaf " + std::to_string(entry.index), entry.leaf.view());
      continue;
    }
    text += "entry " + std::to_string(entry.index) + " ";
    append_base64(text, entry.event);
    text += '\n';
  }
  for (const auto& sibling : shard.proof.siblings) put_hex_line(text, "sibling", sibling.view());
  if (const auto& other = shard.proof.other_leaf)
    put_hex_line(text, "instead " + to_hex(other->first.view()), other->second.view());
  for (const auto& later : shard.later) encode_placed("later", later, text);
}

// The lines of a shard come in this order; each word says which of them may follow.
enum class Part : std::uint8_t { kHead, kOpened, kEntries, kSiblings, kInstead, kLater, kPath };

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<WeekProof> read() {
    TRY(const std::string_view first, take_line(text_));
    if (first != kFirstLine) return fail("malformed", "not a week proof of version 1");
    TRY(const std::string_view student, value_of("student"));
    TRY(out_.student, fixed_from_hex<Id>(student));
    TRY(const std::string_view week, value_of("week"));
    TRY(out_.week, parse_date(week));
    if (out_.week != out_.week.monday()) return fail("malformed", "a week is named by its Monday");
    for (;;) {
      TRY(const std::string_view line, take_line(text_));
      if (line.empty()) break;
      TRY_STATUS(line_of(line));
    }
    if (out_.shards.empty()) return fail("malformed", "no shard");
    TRY_STATUS(parse_proof_file(text_).map([](const ProofFile&) {}));
    out_.commitment = text_;
    return std::move(out_);
  }

 private:
  Result<std::string_view> value_of(std::string_view word) {
    TRY(const std::string_view line, take_line(text_));
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ')
      return fail("malformed", "expected “" + std::string(word) + "”");
    return line.substr(word.size() + 1);
  }

  Status line_of(std::string_view line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return fail("malformed", "a line without a value");
    const std::string_view word = line.substr(0, blank), value = line.substr(blank + 1);
    if (word == "shard") return shard(value);
    if (out_.shards.empty()) return fail("malformed", "a line before the first shard");
    if (word == "opened") return opened(value);
    if (word == "entry" || word == "leaf") return entry(value, word == "leaf");
    if (word == "sibling") return sibling(value);
    if (word == "instead") return instead(value);
    if (word == "later") return later(value);
    if (word == "path") return path(value);
    return fail("malformed", "an unknown line");
  }
  Status follows(Part part, Part latest) {
    if (part_ > latest) return fail("malformed", "a line out of order");
    part_ = part;
    return {};
  }

  Status shard(std::string_view value) {
    if (out_.shards.size() == kWeekProofShardsMax) return fail("too_large", "more shards than a week can have");
    const std::string_view view = value.substr(0, value.find(' '));
    const bool diary = view == kDiary;
    // The diary first and once: whose week it is stands above it.
    if ((!diary && view != kJournal) || diary != out_.shards.empty())
      return fail("malformed", "the diary comes first, journals after it");
    auto& shard = out_.shards.emplace_back();
    TRY(shard.key.subject, fixed_from_hex<Id>(value.substr(std::min(value.size(), view.size() + 1))));
    shard.key.view = diary ? ShardView::kDiary : ShardView::kJournal;
    shard.key.week = out_.week;
    if (diary ? shard.key.subject != out_.student : !groups_.insert(shard.key.subject).second)
      return fail("malformed", "another student's diary, or a group twice");
    part_ = Part::kHead;
    last_.reset();
    return {};
  }
  // "<index> <rest>"
  static Result<std::pair<std::uint64_t, std::string_view>> numbered(std::string_view value) {
    const std::size_t blank = value.find(' ');
    if (blank == std::string_view::npos) return fail("malformed", "an index and what stands there");
    TRY(const std::uint64_t index, parse_decimal(value.substr(0, blank)));
    return std::pair(index, value.substr(blank + 1));
  }
  // Indices of a shard ascend, from its first entry to the last that came later.
  Result<std::pair<std::uint64_t, std::string_view>> next(std::string_view value) {
    TRY(const auto one, numbered(value));
    if (last_ && one.first <= *last_) return fail("malformed", "indices do not ascend");
    last_ = one.first;
    return one;
  }
  static Result<Bytes> event(std::string_view text) {
    TRY(Bytes bytes, from_base64(text));
    if (bytes.empty() || bytes.size() > kEventSizeMaxBytes) return fail("malformed", "not an entry");
    return bytes;
  }
  Status opened(std::string_view value) {
    TRY_STATUS(follows(Part::kOpened, Part::kHead));
    auto& shard = out_.shards.back();
    if (shard.key.view == ShardView::kDiary) return fail("malformed", "nothing opens a diary");
    TRY(const auto one, numbered(value));
    shard.opened = WeekProof::Placed{one.first, {}, {}};
    TRY(shard.opened->event, event(one.second));
    return {};
  }
  Status entry(std::string_view value, bool leaf) {
    TRY_STATUS(follows(Part::kEntries, Part::kEntries));
    auto& entries = out_.shards.back().entries;
    if (entries.size() == kWeekProofEntriesMax) return fail("too_large", "more entries than a week can have");
    TRY(const auto one, next(value));
    auto& listed = entries.emplace_back();
    listed.index = one.first;
    if (leaf) {
      TRY(listed.leaf, fixed_from_hex<Hash>(one.second));
    } else {
      TRY(listed.event, event(one.second));
    }
    return {};
  }
  Status sibling(std::string_view value) {
    TRY_STATUS(follows(Part::kSiblings, Part::kSiblings));
    auto& siblings = out_.shards.back().proof.siblings;
    if (siblings.size() == Hash::kSize * 8) return fail("too_large", "more siblings than a tree is deep");
    TRY(siblings.emplace_back(), fixed_from_hex<Hash>(value));
    return {};
  }
  Status instead(std::string_view value) {
    TRY_STATUS(follows(Part::kInstead, Part::kSiblings));
    constexpr std::size_t kDigits = 2 * Hash::kSize;
    if (value.size() != 2 * kDigits + 1 || value[kDigits] != ' ') return fail("malformed", "a key and its value");
    auto& other = out_.shards.back().proof.other_leaf.emplace();
    TRY(other.first, fixed_from_hex<Hash>(value.substr(0, kDigits)));
    TRY(other.second, fixed_from_hex<Hash>(value.substr(kDigits + 1)));
    return {};
  }
  Status later(std::string_view value) {
    TRY_STATUS(follows(Part::kLater, Part::kPath));
    auto& all = out_.shards.back().later;
    if (all.size() == kWeekProofEntriesMax) return fail("too_large", "more entries than a week can have");
    TRY(const auto one, next(value));
    auto& later = all.emplace_back();
    later.index = one.first;
    TRY(later.event, event(one.second));
    return {};
  }
  Status path(std::string_view value) {
    auto& shard = out_.shards.back();
    const bool of_opened = part_ == Part::kOpened;
    if (!of_opened && part_ < Part::kLater) return fail("malformed", "a path of nothing");
    if (!of_opened) part_ = Part::kPath;
    auto& path = of_opened ? shard.opened->path : shard.later.back().path;
    if (path.size() == kInclusionProofLengthMax) return fail("too_large", "a path longer than the tree is deep");
    TRY(path.emplace_back(), fixed_from_hex<Hash>(value));
    return {};
  }

  std::string_view text_;
  WeekProof out_;
  std::set<Id> groups_;
  Part part_ = Part::kHead;
  std::optional<std::uint64_t> last_;
};

}  // namespace

std::string WeekProof::encode() const {
  std::string text(kFirstLine);
  text += '\n';
  put_hex_line(text, "student", student.view());
  text += "week " + format_date(week) + "\n";
  for (const auto& shard : shards) encode_shard(shard, text);
  return text + '\n' + commitment;
}

bool is_week_proof(std::string_view text) { return text.starts_with(kFirstLine); }

Result<WeekProof> parse_week_proof(std::string_view text) {
  if (text.size() > kWeekProofSizeMaxBytes) return fail("too_large", "longer than a week proof may be");
  return Reader(text).read();
}

}  // namespace letopis::ledger
