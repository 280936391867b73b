#pragma once
// A log that shows a monitor whatever a test wants: entries, checkpoints signed by its key, tiles; or an older beginning, another
// history, rubbish, nothing. And its witnesses, who sign what they are given.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/schema/codec.h"
#include "projections/evidence_book.h"
#include "replay-tools/monitor.h"
#include "signing/base/random.h"

namespace letopis::monitor::test {

inline constexpr char kOrigin[] = "journal.example.org/log/licey29";

class FakeLog final : public ServedLog {
 public:
  explicit FakeLog(std::uint64_t seed) : random_(seed) {}

  std::vector<Bytes> entries;
  std::optional<std::uint64_t> shows = {};          // so many of them; all by default
  std::map<std::string, std::string> instead = {};  // what a path gives whatever the log holds
  bool down = false, without_tiles = false, forbids_entries = false;
  std::uint64_t asked = 0;

  std::uint64_t size() const { return shows.value_or(entries.size()); }
  Hash root(std::uint64_t size) const { return mth(0, size); }
  std::string note(std::uint64_t size) const { return ledger::sign_checkpoint({kOrigin, size, root(size)}, key_); }
  signing::VerifierKey vkey() const { return signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, key_); }
  const signing::KeyPair& key() const { return key_; }

  // Another history: the first `common` entries of a log, and others after them, `size` in all.
  void branch_off(const FakeLog& of, std::uint64_t common, std::uint64_t size) {
    entries.assign(of.entries.begin(), of.entries.begin() + static_cast<std::ptrdiff_t>(common));
    leaves_.clear();
    grow(size - common);
  }
  // People's entries, and the service's.
  void grow(std::uint64_t count, ledger::Verdict verdict = ledger::Verdict::kAccepted, Instant at = {}) {
    for (std::uint64_t i = 0; i < count; ++i)
      add(ledger::TopicSet{random_.id(), "topic"}, ledger::Role::kTeacher, verdict, at);
  }
  void add(const ledger::Body& body, ledger::Role as, ledger::Verdict verdict, Instant at) {
    ledger::Statement statement;
    statement.origin = kOrigin;
    statement.id = random_.id();
    statement.author = random_.id();
    statement.acting_as = as;
    statement.key = random_.id();
    statement.chain = random_.id();
    statement.number = 1;
    statement.salt = random_.id();
    statement.previous = random_.fixed<Hash>();
    statement.seen = ledger::Seen{1, random_.fixed<Hash>()};
    statement.claimed_at = at;
    statement.body = body;
    const Bytes bytes = ledger::encode(statement);
    ledger::Event event;
    event.index = entries.size();
    event.recorded_at = at;
    event.statement = bytes;
    event.signature.bytes[0] = 1;
    event.verdict = verdict;
    event.rules_version = ledger::kRulesVersion;
    entries.push_back(ledger::encode(event));
  }

  Result<std::string> get(const std::string& path) override {
    ++asked;
    if (down) return fail("unreachable", "no answer");
    if (const auto it = instead.find(path); it != instead.end()) return it->second;
    if (path == "checkpoint") return note(size());
    const auto tile = ledger::parse_tile_path(path);
    if (!tile || without_tiles) return fail("not_found", path);
    if (tile->entries && forbids_entries) return fail("forbidden", path);
    if (tile->width > ledger::tile_width(size(), tile->level, tile->index)) return fail("not_found", path);
    Bytes bytes;
    std::uint64_t width = 1;
    for (unsigned level = 0; level < tile->level; ++level) width *= ledger::kTileWidth;
    for (std::uint64_t i = tile->index * ledger::kTileWidth, n = 0; n < tile->width; ++i, ++n)
      if (tile->entries)
        ledger::append_to_bundle(bytes, entries[i]);
      else
        append(bytes, mth(i * width, (i + 1) * width).view());
    return std::string(as_text(bytes));
  }

 private:
  Hash mth(std::uint64_t begin, std::uint64_t end) const {
    ledger::Frontier edge;
    for (std::uint64_t i = begin; i < end; ++i) {
      if (leaves_.size() <= i) leaves_.resize(entries.size());
      if (leaves_[i].is_zero()) leaves_[i] = ledger::leaf_hash(entries[i]);
      edge.append(leaves_[i]);
    }
    return edge.root();
  }
  SeededRandom random_;
  // Every fake log signs with the same key: two of them are two histories of one log.
  const signing::KeyPair key_ = signing::KeyPair::from_seed(signing::Purpose::kLog, {7});
  mutable std::vector<Hash> leaves_;
};

struct FakeWitness {
  explicit FakeWitness(std::string of_name)
      : name(std::move(of_name)), key(signing::KeyPair::from_seed(signing::Purpose::kWitness, seed_of(name))) {}
  std::string name;
  signing::KeyPair key;
  Result<std::optional<std::string>> keeps = std::optional<std::string>();  // what it answers a monitor

  std::string vkey() const { return signing::vkey_of(name, signing::kNoteTypeCosignature, key).text(); }
  std::string cosigned(const std::string& note, Instant at) const {
    auto parsed = signing::parse_note(note).value();
    parsed.signatures.push_back(signing::cosign(parsed.text, name, key, at.seconds()));
    return parsed.encode();
  }
  void sees(const FakeLog& log, std::uint64_t size, Instant at) { keeps = cosigned(log.note(size), at); }
  // As an anchor holds it: the line without its line feed.
  std::string line(const std::string& note, Instant at) const {
    const std::string whole = cosigned(note, at);
    const auto end = whole.size() - 1, begin = whole.rfind('\n', end - 1) + 1;
    return whole.substr(begin, end - begin);
  }

 private:
  static std::array<std::uint8_t, 32> seed_of(const std::string& name) {
    std::array<std::uint8_t, 32> seed{};
    for (std::size_t i = 0; i < name.size(); ++i) seed[i % 32] ^= static_cast<std::uint8_t>(name[i]);
    return seed;
  }
};

}  // namespace letopis::monitor::test
