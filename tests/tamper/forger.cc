#include "tests/tamper/forger.h"

#include <algorithm>

#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"

namespace letopis::test {

using namespace ledger;

Forger::Forger(const Story& honest)
    : honest_(honest), entries_(honest.entries), checkpoint_(honest.checkpoint), vkey_(honest.vkey) {
  leaves_.emplace();
  for (const auto& entry : entries_) leaves_->push_back(leaf_hash(entry));
}

void Forger::rewrite(std::uint64_t index, const Change& change, const signing::KeyPair* author) {
  const Bytes before = entries_[static_cast<std::size_t>(index)];
  auto entry = decode_entry(before).value();
  const Bytes said = encode(entry.statement);
  change(entry.event, entry.statement);
  const Bytes says = encode(entry.statement);
  if (says != said) {
    entry.event.statement = says;
    if (author != nullptr) entry.event.signature = author->sign(statement_message(says));
  }
  entries_[static_cast<std::size_t>(index)] = encode(entry.event);
}

void Forger::rewrite_event(std::uint64_t index, const std::function<void(Event&)>& change) {
  rewrite(index, [&](Event& event, Statement&) { change(event); });
}

void Forger::drop(std::uint64_t index) { entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index)); }

void Forger::swap(std::uint64_t a, std::uint64_t b) {
  std::swap(entries_[static_cast<std::size_t>(a)], entries_[static_cast<std::size_t>(b)]);
}

Seen Forger::seen_at(std::uint64_t size) const {
  Frontier tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf_hash(entries_[static_cast<std::size_t>(i)]));
  return {tree.size(), tree.root()};
}

void Forger::insert(std::uint64_t at, const Bytes& entry, const signing::KeyPair& key, const Change& change) {
  // What the log held before an entry, or before its lesson, is one more too.
  for (std::uint64_t i = at; i < entries_.size(); ++i)
    rewrite_event(i, [&](Event& event) { event.context += event.context > at || event.context == i ? 1 : 0; });
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), Bytes(entry));
  SeededRandom random(at);
  rewrite(
      at,
      [&](Event& event, Statement& statement) {
        event.context = std::min(event.context, at);
        statement.key = key.id();
        statement.chain = random.id();
        statement.number = 1;
        statement.previous = {};
        statement.seen = seen_at(at);
        change(event, statement);
      },
      &key);
  renumber();
}

void Forger::add_like(std::uint64_t like, const signing::KeyPair& key, const Change& change) {
  const Instant newest = decode_event(entries_.back())->recorded_at;
  repeat(like);
  rewrite(
      entries_.size() - 1,
      [&](Event& event, Statement& statement) {
        event.index = entries_.size() - 1;
        event.recorded_at = {newest.micros + kMicrosPerSecond};
        statement.key = key.id();
        change(event, statement);
      },
      &key);
}

void Forger::add(const Bytes& entry, const signing::KeyPair& key, const Change& change) {
  entries_.push_back(entry);
  rewrite(
      entries_.size() - 1,
      [&](Event& event, Statement& statement) {
        event.index = entries_.size() - 1;
        change(event, statement);
      },
      &key);
}

std::string Forger::checkpoint_now() const {
  Frontier tree;
  for (const auto& entry : entries_) tree.append(leaf_hash(entry));
  return sign_checkpoint({honest_.licey.origin(), tree.size(), tree.root()},
                         honest_.operator_key("log-key", signing::Purpose::kLog));
}

void Forger::repeat(std::uint64_t index) {
  const Instant newest = decode_event(entries_.back())->recorded_at;
  entries_.push_back(Bytes(entries_[static_cast<std::size_t>(index)]));
  rewrite_event(entries_.size() - 1, [&](Event& event) { event.recorded_at = {newest.micros + kMicrosPerSecond}; });
}

void Forger::renumber() {
  for (std::uint64_t i = 0; i < entries_.size(); ++i) rewrite_event(i, [i](Event& event) { event.index = i; });
}

void Forger::sign_anew() { sign_anew_with(honest_.operator_key("log-key", signing::Purpose::kLog), honest_.vkey); }

void Forger::sign_anew_with(const signing::KeyPair& log_key, std::string_view vkey) {
  Frontier tree;
  leaves_.emplace();
  for (const auto& entry : entries_) {
    leaves_->push_back(leaf_hash(entry));
    tree.append(leaves_->back());
  }
  checkpoint_ = sign_checkpoint({honest_.licey.origin(), tree.size(), tree.root()}, log_key);
  vkey_ = vkey;
}

audit::MemorySource Forger::source() const {
  audit::MemorySource source;
  source.log = entries_;
  source.leaf_hashes = leaves_;
  source.log_vkey = vkey_;
  source.kept = {{audit::KeptBy::kDatabase, "", checkpoint_}, {audit::KeptBy::kJournal, "", checkpoint_}};
  return source;
}

}  // namespace letopis::test
