// Whatever fails between judging and answering stops the sequencer: nobody is told that something is recorded, and a restart
// finds out what is.

#include <gmock/gmock.h>

#include "tests/unit/store/failing_files.h"
#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FailureTest : public SchoolTest {
 protected:
  FailureTest() {
    files_ = &failing_files_;
    EXPECT_TRUE(start());
    listen();
    EXPECT_TRUE(send(anna_.says("5")));
    judge_.marks_shown.clear();
  }
  void listen() {
    sequencer_->set_failure_handler([this](const Error& error) { failures_.push_back(error.code); });
  }
  void expect_stopped_for_good() {
    EXPECT_TRUE(sequencer_->stopped_by_failure());
    EXPECT_EQ(refusal(boris_.says("5")), "stopped");
    EXPECT_EQ(failures_.size(), 1U) << "said once";
    EXPECT_THAT(judge_.marks_shown, IsEmpty());
  }

  FailingFiles failing_files_;
  Author anna_{1}, boris_{2};
  std::vector<std::string> failures_;
};

TEST_F(FailureTest, AFailedCommitStopsTheSequencer) {
  const auto note = sequencer_->newest_checkpoint(record_.number);
  kv_->fail_commits();
  const auto answer = send(anna_.says("4"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "stopped");
  EXPECT_THAT(answer.error().detail, HasSubstr("store_failed"));
  kv_->fail_commits(false);
  expect_stopped_for_good();
  EXPECT_THAT(failures_, ElementsAre("store_failed"));
  EXPECT_EQ(sequencer_->newest_checkpoint(record_.number), note);
  EXPECT_EQ(size(), 1U);
}

TEST_F(FailureTest, AFailedJournalStopsTheSequencerAndTheRestartReconciles) {
  auto said = anna_.says("4");
  failing_files_.failing = true;
  EXPECT_EQ(refusal(copy_of(said)), "stopped");
  failing_files_.failing = false;
  expect_stopped_for_good();
  EXPECT_EQ(size(), 2U) << "written, but nobody was told";

  ASSERT_TRUE(start(accept_tail));
  const auto again = send(std::move(said));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->placed[0].repeated);
  EXPECT_EQ(again->placed[0].index, 1U);
}

TEST_F(FailureTest, EverybodyInTheBatchAndBehindItIsTurnedAway) {
  std::vector<std::string> answers;
  const auto note = [&](Result<Receipted> result) { answers.push_back(result ? "recorded" : result.error().code); };
  judge_.on_first_judged = [&] {
    kv_->fail_commits();
    sequencer_->submit(record_.number, request(boris_.says("3")), note);  // behind the batch that is being judged
  };
  sequencer_->submit(record_.number, request(anna_.says("4")), note);
  EXPECT_THAT(answers, ElementsAre("stopped", "stopped"));
  expect_stopped_for_good();
}

TEST_F(FailureTest, AnEntryThatReadsBackDifferentlyIsNotSigned) {
  const auto note = sequencer_->newest_checkpoint(record_.number);
  kv_->spoil('E');
  const auto answer = send(anna_.says("4"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("read_back"));
  EXPECT_THAT(answer.error().text(), HasSubstr("entry 1"));
  expect_stopped_for_good();
  EXPECT_EQ(CheckpointJournal::read(*files_, journal_path())->at(std::string(kSlug)), note);
}

TEST_F(FailureTest, ALeafHashThatReadsBackDifferentlyIsNotSigned) {
  kv_->spoil('L');
  EXPECT_THAT(send(anna_.says("4")).error().text(), HasSubstr("read_back"));
  expect_stopped_for_good();
}

TEST_F(FailureTest, AChainThatCannotBeReadStopsTheSequencer) {
  ASSERT_TRUE(start());
  listen();
  kv_->erase(rows::statement(record_.number, 0, 1));
  EXPECT_THAT(send(anna_.says("4")).error().text(), HasSubstr("damaged"));
  expect_stopped_for_good();
}

TEST_F(FailureTest, ATailThatCannotBeJournalledStopsTheSequencer) {
  failing_files_.failing = true;
  EXPECT_EQ(refusal(anna_.says("4")), "stopped");
  failing_files_.failing = false;
  sequencer_.reset();
  faults::overwrite(journal_path(), {});  // the note was appended, only its sync failed: without it there is a tail
  auto journal = CheckpointJournal::open(*files_, journal_path());
  ASSERT_TRUE(journal);
  sequencer_ = std::make_unique<Sequencer>(store_, *std::move(journal), nullptr, clock_, options_);
  failures_.clear();
  sequencer_->set_failure_handler([&](const Error& error) {
    failures_.push_back(error.code);
    sequencer_->stop();
  });
  failing_files_.failing = true;
  EXPECT_EQ(sequencer_->open_school(record_, {log_key(), record_.origin}, judge_, accept_tail).error().code,
            "io_error");
  failing_files_.failing = false;
  EXPECT_TRUE(sequencer_->stopped_by_failure());
  EXPECT_THAT(failures_, ElementsAre("io_error"));
}

TEST_F(FailureTest, AfterAFailureNoSchoolIsOpened) {
  kv_->fail_commits();
  EXPECT_EQ(refusal(anna_.says("4")), "stopped");
  kv_->fail_commits(false);
  const auto other = store_->add_school("school7", "journal.example.org/log/school7");
  ASSERT_TRUE(other);
  NotingJudge judge;
  EXPECT_EQ(sequencer_->open_school(*other, {log_key(), other->origin}, judge, refuse_tail).error().code, "stopped");
}

}  // namespace
}  // namespace letopis::ledger::test
