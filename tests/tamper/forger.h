#pragma once
// An operator who rewrites the log: a copy of a story's entries in memory, changed at will, with the tree and the checkpoints
// built and signed anew by the log's own key. Keys of people only where a test hands them over.

#include <functional>
#include <optional>
#include <vector>

#include "ledger/schema/codec.h"
#include "replay-tools/audit_source.h"
#include "tests/tamper/story.h"

namespace letopis::test {

class Forger {
 public:
  explicit Forger(const Story& honest);

  // Alters the decoded entry. When its statement changes, `author` signs it anew; without one the old signature stays.
  using Change = std::function<void(ledger::Event&, ledger::Statement&)>;
  void rewrite(std::uint64_t index, const Change& change, const signing::KeyPair* author = nullptr);
  void rewrite_event(std::uint64_t index, const std::function<void(ledger::Event&)>& change);
  void replace(std::uint64_t index, const std::function<void(Bytes&)>& change) {
    change(entries_[static_cast<std::size_t>(index)]);
  }
  void drop(std::uint64_t index);
  void cut(std::uint64_t size) { entries_.resize(static_cast<std::size_t>(size)); }
  void swap(std::uint64_t a, std::uint64_t b);
  // Slips a new entry in before entry `at`, by whoever holds `key`: a statement like that of `entry`, changed, the first of a new
  // chain, with the log before it as what its author had seen. Everything after it is renumbered.
  void insert(std::uint64_t at, const Bytes& entry, const signing::KeyPair& key, const Change& change);
  // Appends a new entry by whoever holds `key`: a statement like that of entry `like`, changed.
  void add_like(std::uint64_t like, const signing::KeyPair& key, const Change& change);
  void repeat(std::uint64_t index);  // the same statement once more, at the end
  void renumber();                   // every entry says its place
  // The same for an entry of another log of the same school, taken over as it is and changed.
  void add(const Bytes& entry, const signing::KeyPair& key, const Change& change);
  // The checkpoint over what is there, signed by the log's own key.
  std::string checkpoint_now() const;
  void sign_anew();  // leaf hashes, tree, checkpoints: all by the log's own key
  void sign_anew_with(const signing::KeyPair& log_key, std::string_view vkey);

  const std::vector<Bytes>& entries() const { return entries_; }
  audit::MemorySource source() const;

 private:
  ledger::Seen seen_at(std::uint64_t size) const;

  const Story& honest_;
  std::vector<Bytes> entries_;
  std::string checkpoint_;
  std::string vkey_;
  std::optional<std::vector<Hash>> leaves_;
};

}  // namespace letopis::test
