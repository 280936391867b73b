// C2SP tlog-witness: every status code, in the order of the specification; what is durable; many callers at once.

#include "ledger/witness.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "signing/base/random.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"
#include "tests/unit/ledger/reference_tree.h"
#include "tests/unit/store/memory_kv.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kOrigin = "journal.example.org/log/licey29";
constexpr std::string_view kName = "witness.example/district";

class WitnessTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kEntries = 300;
  WitnessTest() { reopen(); }

  void reopen(Witness::Options options = {}) {
    witness_.reset();
    options.name = kName;
    options.clock = &clock_;
    SeededRandom random(7);
    auto opened = Witness::open(store_, signing::KeyPair::generate(signing::Purpose::kWitness, random), options);
    ASSERT_TRUE(opened) << opened.error().text();
    witness_ = *std::move(opened);
    ASSERT_TRUE(witness_->add_log(log_vkey()));
  }
  signing::VerifierKey log_vkey() const { return signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, log_key_); }
  Checkpoint at(std::uint64_t size) const { return {std::string(kOrigin), size, tree_.mth(0, size)}; }
  AddCheckpoint request(std::uint64_t old_size, std::uint64_t size) const {
    AddCheckpoint asked{old_size, {}, sign_checkpoint(at(size), log_key_)};
    if (old_size != 0 && old_size < size) asked.proof = tree_.consistency(old_size, size);
    return asked;
  }
  Witness::Answer ask(const AddCheckpoint& asked) { return witness_->add_checkpoint(asked.encode()); }
  Witness::Answer ask(std::uint64_t old_size, std::uint64_t size) { return ask(request(old_size, size)); }
  std::vector<Cosigned> cosigned(const Witness::Answer& answer, std::uint64_t size) const {
    return cosignatures_in(answer.body, at(size).text(), witness_->vkey());
  }
  std::optional<std::string> monitored() const {
    return witness_->checkpoint(to_hex(signing::sha256({as_bytes(kOrigin)}).view()));
  }

  SeededRandom random_{11};
  ManualClock clock_{Instant::from_seconds(1'795'000'000)};
  test::ReferenceTree tree_ = test::numbered_tree(kEntries);
  signing::KeyPair log_key_ = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  test::MemoryKv store_;
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, CosignsWhatIsConsistentWithTheLast) {
  EXPECT_EQ(monitored(), std::nullopt) << "never cosigned";
  for (const auto& [from, to] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}, {1, 7}, {7, 256}, {256, 300}}) {
    clock_.advance_micros(2'500'000);
    const auto answer = ask(from, to);
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto lines = cosigned(answer, to);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at, clock_.now().seconds());
    const auto kept = monitored();
    ASSERT_TRUE(kept);
    const auto note = signing::parse_note(*kept);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->text, at(to).text());
    EXPECT_EQ(signing::verify_note(*note, {log_vkey(), witness_->vkey()})->size(), 2U)
        << "the log's line and the witness's";
  }
}

TEST_F(WitnessTest, TheSameCheckpointAgainHasAFreshTime) {
  ask(0, 5);
  clock_.advance_micros(60'000'000);
  const auto again = ask(5, 5);
  ASSERT_EQ(again.status, 200U);
  EXPECT_EQ(cosigned(again, 5).at(0).at, clock_.now().seconds());
}

TEST_F(WitnessTest, AnEmptyLogIsCosignedWithTheEmptyRoot) {
  EXPECT_EQ(ask(0, 0).status, 200U);
  AddCheckpoint other = request(0, 0);
  Checkpoint empty = at(0);
  empty.root = tree_.mth(0, 1);
  other.checkpoint = sign_checkpoint(empty, log_key_);
  EXPECT_EQ(ask(other).status, 422U);
}

TEST_F(WitnessTest, AnotherOldSizeIsToldTheStoredOne) {
  ask(0, 5);
  for (const std::uint64_t old_size : {0U, 4U, 6U}) {
    const auto answer = ask(old_size, 9);
    EXPECT_EQ(answer.status, 409U) << old_size;
    EXPECT_EQ(answer.body, "5\n");
    EXPECT_TRUE(answer.is_size);
  }
  EXPECT_EQ(ask(5, 9).status, 200U);
  const auto back = ask(5, 5);
  EXPECT_EQ(back.status, 409U) << "a shortened log";
  EXPECT_EQ(back.body, "9\n");
}

TEST_F(WitnessTest, WhatDoesNotFollowIsRefused) {
  ask(0, 5);
  auto forked = request(5, 9);
  forked.proof[0].bytes[3] ^= 1;
  EXPECT_EQ(ask(forked).status, 422U);
  auto other_root = request(5, 5);
  Checkpoint rewritten = at(5);
  rewritten.root = tree_.mth(0, 6);
  other_root.checkpoint = sign_checkpoint(rewritten, log_key_);
  EXPECT_EQ(ask(other_root).status, 422U)
      << "the same size, another root: rewritten and signed again by the log's own key";
  auto needless = request(5, 5);
  needless.proof = tree_.consistency(5, 9);
  EXPECT_EQ(ask(needless).status, 422U);
  EXPECT_EQ(cosigned(ask(5, 9), 9).size(), 1U) << "the witness stands where it stood";
}

TEST_F(WitnessTest, FromNothingNoProofIsTaken) {
  auto asked = request(0, 5);
  asked.proof = tree_.consistency(3, 5);
  EXPECT_EQ(ask(asked).status, 422U);
}

TEST_F(WitnessTest, OnlyAKnownLogsOwnSignatureCounts) {
  SeededRandom random(5);
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kLog, random);
  auto asked = request(0, 5);
  asked.checkpoint = sign_checkpoint(at(5), stranger);
  EXPECT_EQ(ask(asked).status, 403U);
  auto spoilt = request(0, 5);
  spoilt.checkpoint[spoilt.checkpoint.size() - 20] ^= 3;
  EXPECT_EQ(ask(spoilt).status, 403U);
  auto two = request(0, 5);  // a known line that fails spoils the note, though a good one is there
  const std::string good_line = two.checkpoint.substr(two.checkpoint.rfind("\u2014"));
  two.checkpoint += sign_checkpoint(at(6), log_key_).substr(sign_checkpoint(at(6), log_key_).rfind("\u2014"));
  EXPECT_EQ(ask(two).status, 403U);
  Checkpoint elsewhere = at(5);
  elsewhere.origin = "elsewhere.example/log";
  auto unknown = request(0, 5);
  unknown.checkpoint = sign_checkpoint(elsewhere, log_key_);
  EXPECT_EQ(ask(unknown).status, 404U);
  witness_->forget_log(std::string(kOrigin));
  EXPECT_EQ(ask(0, 5).status, 404U);
}

TEST_F(WitnessTest, LinesOfOthersAreIgnoredAndNotKept) {
  SeededRandom random(5);
  const auto other = signing::KeyPair::generate(signing::Purpose::kWitness, random);
  auto asked = request(0, 5);
  signing::Note note = *signing::parse_note(asked.checkpoint);
  note.signatures.insert(note.signatures.begin(), signing::cosign(note.text, "other.example/w", other, 5));
  asked.checkpoint = note.encode();
  ASSERT_EQ(ask(asked).status, 200U);
  EXPECT_EQ(monitored()->find("other.example"), std::string::npos);
}

TEST_F(WitnessTest, ExtensionLinesOfOtherLogsAreCosignedWithTheCheckpoint) {
  signing::Note note;
  note.text = at(5).text() + "an extension\n";
  note.signatures.push_back(signing::sign_note(note.text, kOrigin, log_key_));
  const auto answer = ask({0, {}, note.encode()});
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(cosignatures_in(answer.body, note.text, witness_->vkey()).size(), 1U);
}

TEST_F(WitnessTest, WhatIsNoRequestIsTold) {
  const std::string good = request(0, 5).encode();
  for (const std::string& bad :
       {std::string(), std::string("old\n\n") + good.substr(7), "old 00\n\n" + good.substr(7),
        "old -1\n\n" + good.substr(7), "old 0\n" + good.substr(7), "old 0\nAAAA\n\n" + good.substr(7),
        std::string("old 0\n\n"), good.substr(0, good.size() - 1), "old 99999999999999999999\n\n" + good.substr(7),
        std::string("\xff") + good})
    EXPECT_EQ(witness_->add_checkpoint(bad).status, 400U) << bad;
  auto long_proof = request(3, 5);
  long_proof.proof.assign(64, tree_.mth(0, 1));
  EXPECT_EQ(ask(long_proof).status, 400U);
  long_proof.proof.pop_back();
  EXPECT_EQ(ask(long_proof).status, 409U) << "63 lines are read";
  EXPECT_EQ(ask(6, 5).status, 400U) << "an old size beyond the checkpoint";
}

TEST_F(WitnessTest, RemembersWhatItCosigned) {
  ask(0, 5);
  const auto kept = monitored();
  reopen();
  EXPECT_EQ(monitored(), kept);
  EXPECT_EQ(ask(0, 9).status, 409U);
  EXPECT_EQ(ask(5, 9).status, 200U);
}

TEST_F(WitnessTest, WhatIsStoredIsItsOwnWord) {
  ask(0, 5);
  auto rows = store_.rows();
  ASSERT_EQ(rows.size(), 1U);
  Bytes note = rows.begin()->second;
  note[kOrigin.size() + 1] = '7';  // the size
  store_.plant(rows.begin()->first, note);
  SeededRandom random(7);
  const auto opened = Witness::open(store_, signing::KeyPair::generate(signing::Purpose::kWitness, random),
                                    {std::string(kName), &clock_});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "damaged");
}

TEST_F(WitnessTest, ItsTimesNeverGoBack) {
  ask(0, 5);
  clock_.advance_micros(-2'000'000);
  EXPECT_EQ(ask(5, 9).status, 503U);
  reopen();
  EXPECT_EQ(ask(5, 9).status, 503U) << "after a restart too";
  clock_.advance_micros(2'000'000);
  EXPECT_EQ(ask(5, 9).status, 200U);
}

TEST_F(WitnessTest, ALogThatMayNotBeCosignedIsRefusedAndAskedForAgain) {
  int asked = 0;
  bool simulated = true;
  Witness::Options options;
  options.admits = [&](const signing::VerifierKey& log) -> Status {
    ++asked;
    EXPECT_EQ(log, log_vkey());
    if (simulated) return fail("simulated", "the school is simulated");
    return {};
  };
  reopen(options);
  EXPECT_EQ(ask(0, 5).status, 403U);
  EXPECT_EQ(monitored(), std::nullopt);
  simulated = false;
  EXPECT_EQ(ask(0, 5).status, 200U);
  EXPECT_EQ(ask(5, 9).status, 200U);
  EXPECT_EQ(asked, 2) << "a yes is remembered";
}

TEST_F(WitnessTest, AFailedWriteCosignsNothingEverAfter) {
  int failures = 0;
  Witness::Options options;
  options.on_failure = [&](const Error&) { ++failures; };
  reopen(options);
  ask(0, 5);
  store_.fail_commits();
  EXPECT_EQ(ask(5, 9).status, 500U);
  EXPECT_EQ(failures, 1);
  store_.fail_commits(false);
  EXPECT_EQ(ask(5, 9).status, 500U) << "the write that failed may be on the disk";
  reopen();
  EXPECT_EQ(ask(5, 9).status, 200U);
}

// The race of the specification: of two requests from one size only one is cosigned, however they meet.
TEST_F(WitnessTest, OfManyAtOnceOneFollowsTheLast) {
  ask(0, 5);
  std::vector<std::string> requests;  // made beforehand: the reference tree is one thread's
  for (std::uint64_t size = 6; size < 30; ++size) requests.push_back(request(5, size).encode());
  std::vector<std::thread> threads;
  std::atomic<int> cosigned_now{0}, told{0};
  for (const auto& body : requests)
    threads.emplace_back([&] {
      const unsigned status = witness_->add_checkpoint(body).status;
      cosigned_now += status == 200;
      told += status == 409;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cosigned_now, 1);
  EXPECT_EQ(told, 23);
}

// Many logs share one fsync, and each is answered for itself.
TEST_F(WitnessTest, ManyLogsAtOnceOnARealStore) {
  constexpr int kLogs = 24, kRounds = 6;
  const faults::TemporaryDirectory home;
  auto real = open_rocksdb(home / "witness", {});
  ASSERT_TRUE(real) << real.error().text();
  SeededRandom random(7);
  auto opened = Witness::open(**real, signing::KeyPair::generate(signing::Purpose::kWitness, random),
                              {std::string(kName), &clock_});
  ASSERT_TRUE(opened);
  std::vector<signing::KeyPair> keys;
  for (int i = 0; i < kLogs; ++i) {
    keys.push_back(signing::KeyPair::generate(signing::Purpose::kLog, random));
    ASSERT_TRUE(
        (*opened)->add_log(signing::vkey_of("log" + std::to_string(i), signing::kNoteTypeEd25519, keys.back())));
  }
  std::vector<std::vector<std::string>> requests(kLogs);  // made beforehand: the reference tree is one thread's
  for (std::size_t i = 0; i < kLogs; ++i)
    for (std::uint64_t size = 1; size <= kRounds; ++size) {
      AddCheckpoint asked = request(size - 1, size);
      asked.checkpoint = sign_checkpoint({"log" + std::to_string(i), size, tree_.mth(0, size)}, keys[i]);
      requests[i].push_back(asked.encode());
    }
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (const auto& of_one : requests)
    threads.emplace_back([&] {
      for (const auto& body : of_one) good += (*opened)->add_checkpoint(body).status == 200;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, kLogs * kRounds);
  const auto counted = (*opened)->counters();
  EXPECT_EQ(counted.cosigned, kLogs * kRounds);
  EXPECT_LE(counted.commits, counted.cosigned);
  opened->reset();
  real->reset();
  real = open_rocksdb(home / "witness", {});
  ASSERT_TRUE(real);
  SeededRandom again(7);
  opened = Witness::open(**real, signing::KeyPair::generate(signing::Purpose::kWitness, again),
                         {std::string(kName), &clock_});
  ASSERT_TRUE(opened);
  for (int i = 0; i < kLogs; ++i)
    EXPECT_TRUE((*opened)->checkpoint(to_hex(signing::sha256({as_bytes("log" + std::to_string(i))}).view())));
}

// --- The client's half

TEST_F(WitnessTest, OneBadLineOfAnAnswerDoesNotSpoilTheRest) {
  const auto answer = ask(0, 5);
  SeededRandom random(5);
  const auto other = signing::KeyPair::generate(signing::Purpose::kWitness, random);
  signing::Note foreign;
  foreign.text = at(5).text();
  foreign.signatures.push_back(signing::cosign(foreign.text, kName, other, 5));
  const std::string of_another_key = foreign.encode().substr(foreign.text.size() + 1);
  const std::string spoilt = [&] {
    std::string line = answer.body;
    line[line.size() - 10] ^= 1;
    return line;
  }();
  EXPECT_EQ(cosigned({200, "nonsense\n" + of_another_key + spoilt + answer.body, false}, 5).size(), 1U);
  EXPECT_TRUE(cosigned({200, of_another_key + spoilt, false}, 5).empty());
  EXPECT_TRUE(cosigned({200, answer.body, false}, 6).empty()) << "over another checkpoint";
  EXPECT_TRUE(cosigned({200, answer.body.substr(0, answer.body.size() - 1), false}, 5).empty())
      << "a line that does not end";
}

}  // namespace
}  // namespace letopis::ledger
