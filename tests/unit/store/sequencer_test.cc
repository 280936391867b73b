#include "ledger/sequencer.h"

#include <gmock/gmock.h>

#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SequencerTest : public SchoolTest {
 protected:
  SequencerTest() {
    const auto started = start();
    EXPECT_TRUE(started) << started.error().text();
  }
  Entry stored(std::uint64_t index) {
    bytes_.push_back(*store_->entry(record_.number, index));
    return *decode_entry(bytes_.back());
  }
  // What a receipt lets its holder check without us.
  void expect_proved(const Receipted& receipted) {
    const auto checkpoint = open_checkpoint(receipted.note, vkey());
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(checkpoint->checkpoint, receipted.checkpoint.checkpoint);
    const auto& [origin, size, root] = checkpoint->checkpoint;
    for (const auto& placed : receipted.placed) {
      EXPECT_EQ(placed.leaf, leaf_hash(placed.entry));
      const auto proof = sequencer_->tree().inclusion_proof(record_.number, placed.index, size);
      ASSERT_TRUE(proof) << proof.error().text();
      EXPECT_TRUE(verify_inclusion(placed.leaf, placed.index, size, *proof, root));
    }
  }

  Author anna_{1}, boris_{2};
  std::deque<Bytes> bytes_;
};

TEST_F(SequencerTest, WhatIsSignedIsWhatIsStored) {
  auto said = anna_.says("5");
  const Bytes bytes = said.bytes;
  const Signature signature = said.signature;
  const auto receipted = send(std::move(said));
  ASSERT_TRUE(receipted) << receipted.error().text();

  ASSERT_EQ(receipted->placed.size(), 1U);
  EXPECT_EQ(receipted->placed[0].index, 0U);
  EXPECT_FALSE(receipted->placed[0].repeated);
  EXPECT_EQ(receipted->placed[0].entry, store_->entry(record_.number, 0));
  const Entry entry = stored(0);
  EXPECT_TRUE(equal(entry.event.statement, bytes));
  EXPECT_EQ(entry.event.signature, signature);
  EXPECT_EQ(entry.event.index, 0U);
  EXPECT_EQ(entry.event.recorded_at, kMorning);
  EXPECT_EQ(entry.event.rules_version, kRulesVersion);
  expect_proved(*receipted);
}

TEST_F(SequencerTest, TheRulingStandsInTheEvent) {
  ASSERT_TRUE(send_all(anna_, {"5", "4", "7"}));
  const Entry refused = stored(2);
  EXPECT_EQ(refused.event.verdict, Verdict::kRefused);
  EXPECT_EQ(refused.event.rule, "mark.scale");
  EXPECT_EQ(refused.event.utc_offset, 7 * 3600);
  EXPECT_EQ(refused.event.context, 1U);
  ASSERT_EQ(refused.event.awaits.size(), 1U);
  EXPECT_EQ(refused.event.awaits[0].role, Role::kDeputyHead);
  EXPECT_EQ(stored(1).event.verdict, Verdict::kAccepted);
}

TEST_F(SequencerTest, EachStatementIsJudgedWithThoseBeforeItAndShownOnceSigned) {
  auto first = anna_.says("5"), third = anna_.says("3");
  ASSERT_TRUE(send(std::move(first), boris_.says("4"), std::move(third)));
  EXPECT_THAT(judge_.marks_applied, ElementsAre("5", "4", "3"));
  EXPECT_THAT(judge_.marks_shown, ElementsAre("5", "4", "3"));
  EXPECT_EQ(judge_.newest_shown.size, 3U);
}

TEST_F(SequencerTest, TimeOnlyMovesForward) {
  ASSERT_TRUE(send_all(anna_, {"5", "4"}));
  clock_.advance_micros(-30 * kMicrosPerSecond);  // a small step back is bridged
  ASSERT_TRUE(send(anna_.says("3")));
  clock_.set(Instant{kMorning.micros + 7 * kMicrosPerSecond});
  ASSERT_TRUE(send(anna_.says("2")));
  EXPECT_EQ(stored(0).event.recorded_at, kMorning);
  EXPECT_EQ(stored(1).event.recorded_at.micros, kMorning.micros + 1);
  EXPECT_EQ(stored(2).event.recorded_at.micros, kMorning.micros + 2);
  EXPECT_EQ(stored(3).event.recorded_at.micros, kMorning.micros + 7 * kMicrosPerSecond);
}

TEST_F(SequencerTest, AClockThatIsAMinuteBehindRecordsNothing) {
  ASSERT_TRUE(send(anna_.says("5")));
  clock_.advance_micros(-60 * kMicrosPerSecond);
  ASSERT_TRUE(send(boris_.says("5")));  // exactly a minute, and a microsecond more for the next
  EXPECT_EQ(refusal(boris_.says("4")), "clock_behind");
  EXPECT_EQ(size(), 2U);
  EXPECT_THAT(judge_.marks_applied, ElementsAre("5", "5"));
}

// The clock was ahead, and is set right: people go on recording, each entry a microsecond after the one before.
TEST_F(SequencerTest, AClockThatIsBehindIsBridgedWhileAFaultOnRecordExplainsIt) {
  ASSERT_TRUE(send(anna_.says("5")));
  clock_.advance_micros(-86'400 * kMicrosPerSecond);
  EXPECT_EQ(refusal(boris_.says_as(1, {}, "4")), "clock_behind");
  judge_.doubted = true;
  ASSERT_TRUE(send(anna_.says("4")));
  EXPECT_EQ(stored(1).event.recorded_at.micros, kMorning.micros + 1);
  judge_.doubted = false;
  EXPECT_EQ(refusal(boris_.says_as(1, {}, "4")), "clock_behind");
}

// --- repeating

TEST_F(SequencerTest, ARepeatedRequestGetsTheOriginalEntries) {
  auto first = anna_.says("5"), second = anna_.says("4");
  const auto once = send(copy_of(first), copy_of(second));
  ASSERT_TRUE(once);
  ASSERT_TRUE(send(boris_.says("3")));
  clock_.advance_micros(kMicrosPerSecond);
  const auto again = send(std::move(first), std::move(second));
  ASSERT_TRUE(again) << again.error().text();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(again->placed[i].repeated);
    EXPECT_EQ(again->placed[i].index, once->placed[i].index);
    EXPECT_EQ(again->placed[i].entry, once->placed[i].entry);
  }
  EXPECT_EQ(again->checkpoint.checkpoint.size, 3U) << "any later checkpoint will do";
  expect_proved(*again);
  EXPECT_EQ(size(), 3U);
  EXPECT_THAT(judge_.marks_applied, ElementsAre("5", "4", "3"));
}

TEST_F(SequencerTest, ARequestMayBeginWithWhatIsThere) {
  auto first = anna_.says("5"), second = anna_.says("4");
  ASSERT_TRUE(send(copy_of(first)));
  const auto mixed = send(std::move(first), std::move(second));
  ASSERT_TRUE(mixed) << mixed.error().text();
  EXPECT_TRUE(mixed->placed[0].repeated);
  EXPECT_FALSE(mixed->placed[1].repeated);
  EXPECT_EQ(mixed->placed[1].index, 1U);
  EXPECT_EQ(sequencer_->counters().repeated, 1U);
  EXPECT_EQ(sequencer_->counters().statements, 2U);
}

TEST_F(SequencerTest, ARepetitionInTheSameBatchWaitsForTheOriginal) {
  auto said = anna_.says("5");
  std::vector<Result<Receipted>> answers;
  // A callback's submissions all fall into the next batch.
  sequencer_->submit(record_.number, request(boris_.says("4")), [&](Result<Receipted>) {
    for (int i = 0; i < 2; ++i)
      sequencer_->submit(record_.number, request(copy_of(said)),
                         [&](Result<Receipted> r) { answers.push_back(std::move(r)); });
    EXPECT_THAT(answers, IsEmpty());
  });
  ASSERT_EQ(answers.size(), 2U);
  ASSERT_TRUE(answers[0] && answers[1]);
  EXPECT_FALSE(answers[0]->placed[0].repeated);
  EXPECT_TRUE(answers[1]->placed[0].repeated);
  EXPECT_EQ(answers[1]->placed[0].entry, answers[0]->placed[0].entry);
  EXPECT_EQ(sequencer_->counters().batches, 2U);
  EXPECT_EQ(size(), 2U);
}

// New, repeated in its batch, repeated later: whoever asks is told why; of an entry that was accepted there is nothing to tell.
TEST_F(SequencerTest, ARefusalIsToldAsOftenAsItIsSent) {
  auto refused = anna_.says("7");
  std::vector<std::string> told;
  const auto note = [&](const Result<Receipted>& result) {
    ASSERT_TRUE(result) << result.error().text();
    told.push_back(result->placed[0].told.en);
  };
  sequencer_->submit(record_.number, request(boris_.says("4")), [&](const Result<Receipted>& accepted) {
    note(accepted);
    for (int i = 0; i < 2; ++i) sequencer_->submit(record_.number, request(copy_of(refused)), note);
  });
  note(send(std::move(refused)));
  EXPECT_THAT(told, ElementsAre("", "mark.scale of 7", "mark.scale of 7", "mark.scale of 7"));
}

TEST_F(SequencerTest, OtherBytesInTheSameBatchAreAConflict) {
  auto said = anna_.says("5");
  auto other = anna_.says_as(1, Hash{}, "2");
  std::string answer;
  sequencer_->submit(record_.number, request(boris_.says("4")), [&](Result<Receipted>) {
    sequencer_->submit(record_.number, request(std::move(said)), [](Result<Receipted>) {});
    sequencer_->submit(record_.number, request(std::move(other)),
                       [&](Result<Receipted> r) { answer = r.error().text(); });
  });
  EXPECT_THAT(answer, HasSubstr("chain_conflict"));
  EXPECT_THAT(answer, HasSubstr("index 1"));
  EXPECT_EQ(size(), 2U);
}

// --- chains

TEST_F(SequencerTest, AChainBeginsAtOneAndHasNoGap) {
  EXPECT_EQ(refusal(anna_.says_as(2, Hash{}, "5")), "chain_conflict");
  EXPECT_EQ(refusal(anna_.says_as(0, Hash{}, "5")), "chain_conflict");
  ASSERT_TRUE(send(anna_.says("5")));
  EXPECT_EQ(refusal(anna_.says_as(3, anna_.previous(), "4")), "chain_conflict");
  EXPECT_THAT(judge_.marks_applied, ElementsAre("5"));
  EXPECT_TRUE(send(anna_.says("4")));
}

TEST_F(SequencerTest, TheFirstStatementNamesNoPrevious) {
  Hash something;
  something.bytes.fill(1);
  EXPECT_EQ(refusal(anna_.says_as(1, something, "5")), "chain_conflict");
}

TEST_F(SequencerTest, AStatementNamesTheOneBeforeIt) {
  ASSERT_TRUE(send(anna_.says("5")));
  ASSERT_TRUE(send(boris_.says("4")));
  EXPECT_EQ(refusal(anna_.says_as(2, boris_.previous(), "3")), "chain_conflict");
  EXPECT_EQ(refusal(anna_.says_as(2, Hash{}, "3")), "chain_conflict");
  EXPECT_TRUE(send(anna_.says("3")));
}

TEST_F(SequencerTest, OtherBytesUnderAUsedNumberAreEvidence) {
  ASSERT_TRUE(send(boris_.says("4"), anna_.says("5")));
  const auto result = send(anna_.says_as(1, Hash{}, "2"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "chain_conflict");
  EXPECT_THAT(result.error().detail, HasSubstr("index 1"));
  EXPECT_EQ(sequencer_->counters().conflicts, 1U);
}

TEST_F(SequencerTest, TheSameBytesUnderAnotherSignatureAreNotTheSame) {
  auto said = anna_.says("5");
  auto other = copy_of(said);
  other.signature.bytes[0] ^= 1;
  ASSERT_TRUE(send(std::move(said)));
  EXPECT_EQ(refusal(std::move(other)), "chain_conflict");
}

TEST_F(SequencerTest, AStatementStandsOnceInARequest) {
  auto said = anna_.says("5");
  EXPECT_EQ(refusal(copy_of(said), copy_of(said)), "chain_conflict");
  ASSERT_TRUE(send(copy_of(said)));
  EXPECT_EQ(refusal(copy_of(said), copy_of(said)), "chain_conflict");
}

TEST_F(SequencerTest, AForkWithinARequestIsAConflict) {
  auto first = anna_.says("5");
  auto second = anna_.says_as(2, anna_.previous(), "4");
  auto rival = anna_.says_as(2, anna_.previous(), "2");
  EXPECT_EQ(refusal(std::move(first), std::move(second), std::move(rival)), "chain_conflict");
  EXPECT_THAT(judge_.marks_applied, IsEmpty());
}

TEST_F(SequencerTest, OneConflictTurnsItsWholeRequestAwayUnjudged) {
  auto a1 = anna_.says("5"), a2 = anna_.says("4");
  auto b1 = boris_.says("3");
  EXPECT_EQ(refusal(copy_of(a1), copy_of(b1), copy_of(a2), boris_.says_as(5, boris_.previous(), "3")),
            "chain_conflict");
  EXPECT_THAT(judge_.marks_applied, IsEmpty());
  EXPECT_EQ(size(), 0U);
  EXPECT_EQ(sequencer_->newest_checkpoint(record_.number), std::nullopt);
  // Both chains still begin at one, and the request without the bad statement is fine.
  const auto retried = send(std::move(a1), std::move(b1), std::move(a2));
  ASSERT_TRUE(retried) << retried.error().text();
  EXPECT_THAT(judge_.marks_applied, ElementsAre("5", "3", "4"));
}

TEST_F(SequencerTest, AConflictDoesNotBlockTheRestOfItsBatch) {
  std::string bad;
  bool good = false;
  sequencer_->submit(record_.number, request(boris_.says("4")), [&](Result<Receipted>) {
    sequencer_->submit(record_.number, request(anna_.says_as(9, Hash{}, "2")),
                       [&](Result<Receipted> r) { bad = r.error().code; });
    sequencer_->submit(record_.number, request(anna_.says("5")), [&](Result<Receipted> r) { good = r.has_value(); });
  });
  EXPECT_EQ(bad, "chain_conflict");
  EXPECT_TRUE(good);
}

// --- what is refused unread

TEST_F(SequencerTest, WithoutStatementsNothingIsRecorded) {
  for (std::uint64_t recorded = 0; recorded < 2; ++recorded) {
    const auto none = sequencer_->submit(record_.number, Submission()).get();
    ASSERT_TRUE(none) << none.error().text();
    EXPECT_TRUE(none->placed.empty());
    EXPECT_EQ(none->checkpoint.checkpoint.size, recorded);
    EXPECT_EQ(none->note.empty(), recorded == 0);
    EXPECT_EQ(size(), recorded);
    ASSERT_TRUE(send(anna_.says("5")));
  }
}

TEST_F(SequencerTest, RefusesWhatIsTooLargeOrMakesNoSense) {
  Submission many;
  for (std::size_t i = 0; i <= kStatementsPerRequestMax; ++i) many.statements.push_back(anna_.says("5"));
  EXPECT_EQ(sequencer_->submit(record_.number, std::move(many)).get().error().code, "too_large");
  auto huge = boris_.says("5");
  huge.bytes.resize(kStatementSizeMaxBytes + 1);
  EXPECT_EQ(refusal(std::move(huge)), "too_large");
  EXPECT_EQ(sequencer_->submit(record_.number + 1, request(boris_.says("5"))).get().error().code, "unknown_school");
}

TEST_F(SequencerTest, RefusesSealedPartsThatWouldStopItLater) {
  auto submission = request(anna_.says("5"));
  submission.texts.push_back({"remark", Id{}, Hash{}, "болтал"});
  EXPECT_EQ(sequencer_->submit(record_.number, std::move(submission)).get().error().code, "malformed");
  submission = request(boris_.says("5"));
  submission.blobs.push_back({Hash{}, Bytes{1, 2, 3}});
  EXPECT_EQ(sequencer_->submit(record_.number, std::move(submission)).get().error().code, "malformed");
  submission = request(boris_.says("5"));
  submission.blobs.push_back({signing::sha256(Bytes{1, 2, 3}), Bytes{1, 2, 3}});
  EXPECT_EQ(sequencer_->submit(record_.number, std::move(submission)).get().error().code, "no_vault");
  EXPECT_FALSE(sequencer_->stopped_by_failure());
}

TEST_F(SequencerTest, TheNewestCheckpointIsTheOneInTheJournal) {
  EXPECT_EQ(sequencer_->newest_checkpoint(record_.number), std::nullopt);
  ASSERT_TRUE(send(anna_.says("5")));
  const auto receipted = send(anna_.says("4"));
  ASSERT_TRUE(receipted);
  EXPECT_EQ(sequencer_->newest_checkpoint(record_.number), receipted->note);
  const auto journal = CheckpointJournal::read(*files_, journal_path());
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->at(std::string(kSlug)), receipted->note);
  EXPECT_EQ(*store_->stored_checkpoint(record_.number), receipted->note);
}

}  // namespace
}  // namespace letopis::ledger::test
