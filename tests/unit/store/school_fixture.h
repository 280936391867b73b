#pragma once
// A school's log in few words: authors who sign, a judge who notes what he is asked, and a sequencer that can be restarted.

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "ledger/checkpoint_journal.h"
#include "ledger/sequencer.h"
#include "ledger/store_rows.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"
#include "tests/unit/store/memory_kv.h"

namespace letopis::ledger::test {

inline constexpr std::string_view kSlug = "licey29";
inline constexpr std::string_view kOrigin = "journal.example.org/log/licey29";
inline constexpr Instant kMorning = Instant::from_seconds(1'790'000'000);

inline SignedStatement copy_of(const SignedStatement& statement) {
  SignedStatement copy;
  copy.bytes = statement.bytes;
  copy.signature = statement.signature;
  copy.decoded = *decode_statement(copy.bytes);
  return copy;
}

template <class... Statements>
Submission request(Statements&&... statements) {
  Submission submission;
  (submission.statements.push_back(std::forward<Statements>(statements)), ...);
  return submission;
}

// One chain of one author.
class Author {
 public:
  explicit Author(std::uint64_t seed)
      : random_(seed), key_(signing::KeyPair::generate(signing::Purpose::kAuthor, random_)), chain_(random_.id()) {}

  // The next statement of the chain: a mark.
  SignedStatement says(std::string_view mark) {
    auto statement = says_as(number_ + 1, previous_, mark);
    ++number_;
    previous_ = previous_hash(statement.bytes, statement.signature);
    return statement;
  }
  // Any number after any statement: what an honest client never does.
  SignedStatement says_as(std::uint64_t number, const Hash& previous, std::string_view mark) {
    Statement statement;
    statement.origin = kOrigin;
    statement.id = random_.id();
    statement.author = random_.id();
    statement.acting_as = Role::kTeacher;
    statement.key = key_.id();
    statement.chain = chain_;
    statement.number = number;
    statement.previous = previous;
    statement.salt = random_.id();
    statement.seen = Seen{1, random_.fixed<Hash>()};
    statement.claimed_at = kMorning;
    statement.body = MarkGiven{random_.id(), 1, random_.id(), mark};
    SignedStatement out;
    out.bytes = encode(statement);
    out.signature = key_.sign(statement_message(out.bytes));
    out.decoded = *decode_statement(out.bytes);
    return out;
  }
  bool signed_by_me(ByteView statement, const Signature& signature) const {
    return signing::verify(key_.public_key(), statement_message(statement), signature);
  }
  std::uint64_t number() const { return number_; }
  const Hash& previous() const { return previous_; }
  const Id& key() const { return key_.id(); }
  const Id& chain() const { return chain_; }

 private:
  SeededRandom random_;
  signing::KeyPair key_;
  Id chain_;
  std::uint64_t number_ = 0;
  Hash previous_;
};

inline std::string mark_of(const Entry& entry) { return std::string(std::get<MarkGiven>(entry.statement.body).value); }

// Refuses the mark "7", accepts the rest.
class NotingJudge : public Judge {
 public:
  Ruling judge(const Statement& statement, std::uint64_t index, Instant recorded_at) override {
    if (const auto now = std::exchange(on_first_judged, nullptr)) now();
    judged_at.push_back(recorded_at);
    EXPECT_EQ(index, marks_applied.size()) << "judged without what came before";
    Ruling ruling;
    ruling.utc_offset = UtcOffset{7 * 3600};
    ruling.profile.bytes.fill(5);
    ruling.context = index / 2;
    if (std::get<MarkGiven>(statement.body).value == "7") {
      ruling.verdict = Verdict::kRefused;
      ruling.rule = "mark.scale";
      ruling.awaits = {Role::kDeputyHead};
    }
    return ruling;
  }
  Words told(const Event& event, const Statement& statement) override {
    const std::string mark(std::get<MarkGiven>(statement.body).value);
    return {std::string(event.rule) + " о " + mark, std::string(event.rule) + " of " + mark};
  }
  bool clock_doubted() const override { return doubted; }
  void applied(const Entry& entry, const Hash&) override { marks_applied.push_back(mark_of(entry)); }
  void published(const std::vector<Published>& entries, const SignedCheckpoint& checkpoint,
                 const std::string&) override {
    for (const auto& entry : entries) marks_shown.push_back(mark_of(*decode_entry(entry.bytes)));
    newest_shown = checkpoint.checkpoint;
  }

  bool doubted = false;
  std::function<void()> on_first_judged;  // once
  std::vector<Instant> judged_at;
  std::vector<std::string> marks_applied;
  std::vector<std::string> marks_shown;
  Checkpoint newest_shown;
};

// What the judge of a restarted server learns from the entries that are there.
inline void replay(const LogStore& store, std::uint32_t school, NotingJudge& judge) {
  const auto size = store.size(school);
  ASSERT_TRUE(size) << size.error().text();
  ASSERT_TRUE(store.each_entry(school, 0, *size, false, [&](std::uint64_t, ByteView bytes) {
    judge.marks_applied.push_back(mark_of(*decode_entry(bytes)));
    return true;
  }));
}

class SchoolTest : public ::testing::Test {
 protected:
  // Without a thread: submit() has answered when it returns.
  Sequencer::Options options_{.start_thread = false};

  SchoolTest() : store_(std::make_shared<LogStore>(kv_)) {
    const auto added = store_->add_school(kSlug, kOrigin);
    EXPECT_TRUE(added) << added.error().text();
    record_ = *added;
  }

  signing::KeyPair log_key() const { return signing::KeyPair::from_seed(signing::Purpose::kLog, seed_); }
  signing::VerifierKey vkey() const { return log_vkey(record_.origin, log_key()); }
  std::string journal_path() const { return home_ / "checkpoints.journal"; }

  // Stops what runs and starts again with what is in the database and the journal.
  Status start(const Sequencer::VerifyTail& verify_tail = refuse_tail) {
    sequencer_.reset();
    judge_ = NotingJudge();
    replay(*store_, record_.number, judge_);
    TRY(std::shared_ptr<CheckpointJournal> journal, CheckpointJournal::open(*files_, journal_path()));
    sequencer_ = std::make_unique<Sequencer>(store_, std::move(journal), vault_, clock_, options_);
    return sequencer_->open_school(record_, {log_key(), record_.origin}, judge_, verify_tail);
  }
  static Status refuse_tail(std::uint64_t, ByteView) { return fail("not_ours"); }
  static Status accept_tail(std::uint64_t, ByteView) { return {}; }

  template <class... Statements>
  Result<Receipted> send(Statements&&... statements) {
    return sequencer_->submit(record_.number, request(std::forward<Statements>(statements)...)).get();
  }
  // One author's next statements, in one request. (The order in which arguments of send() are made is not given.)
  Result<Receipted> send_all(Author& author, std::initializer_list<std::string_view> marks) {
    Submission submission;
    for (const auto mark : marks) submission.statements.push_back(author.says(mark));
    return sequencer_->submit(record_.number, std::move(submission)).get();
  }
  // For what must be refused: the code.
  template <class... Statements>
  std::string refusal(Statements&&... statements) {
    const auto result = send(std::forward<Statements>(statements)...);
    return result ? "recorded" : result.error().code;
  }
  std::uint64_t size() const { return *store_->size(record_.number); }

  faults::TemporaryDirectory home_;
  std::shared_ptr<MemoryKv> kv_ = std::make_shared<MemoryKv>();
  std::shared_ptr<LogStore> store_;
  FileSystem* files_ = &posix_file_system();
  SchoolRecord record_;
  std::array<std::uint8_t, 32> seed_{29};
  ManualClock clock_{kMorning};
  Vault* vault_ = nullptr;
  NotingJudge judge_;
  std::unique_ptr<Sequencer> sequencer_;
};

}  // namespace letopis::ledger::test
