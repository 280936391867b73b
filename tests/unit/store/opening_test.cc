// Opening a school: the database and the checkpoint journal, each changed behind the other's back.

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OpeningTest : public SchoolTest {
 protected:
  OpeningTest() { EXPECT_TRUE(start()); }

  Status restart(const Sequencer::VerifyTail& verify_tail = refuse_tail) { return start(verify_tail); }
  std::string restart_error(const Sequencer::VerifyTail& verify_tail = refuse_tail) {
    const auto started = restart(verify_tail);
    return started ? "opened" : started.error().code;
  }
  // As restart(), for a log that no judge could replay.
  Status open_unread() {
    sequencer_.reset();
    TRY(std::shared_ptr<CheckpointJournal> journal, CheckpointJournal::open(*files_, journal_path()));
    sequencer_ = std::make_unique<Sequencer>(store_, std::move(journal), vault_, clock_, options_);
    return sequencer_->open_school(record_, {log_key(), record_.origin}, judge_, accept_tail);
  }
  std::string journal() const { return std::string(as_text(faults::read_whole(journal_path()))); }
  void set_journal(const std::string& bytes) { faults::overwrite(journal_path(), as_bytes(bytes)); }
  std::uint32_t school() const { return record_.number; }

  Author anna_{1}, boris_{2};
};

TEST_F(OpeningTest, AnEmptyLogOpensAndHasNoCheckpoint) {
  ASSERT_TRUE(restart());
  EXPECT_EQ(sequencer_->newest_checkpoint(school()), std::nullopt);
}

TEST_F(OpeningTest, ARestartedSchoolGoesOnWhereItWas) {
  for (const auto* mark : {"5", "4", "3", "2", "5"}) ASSERT_TRUE(send(anna_.says(mark)));
  const auto note = sequencer_->newest_checkpoint(school());
  ASSERT_TRUE(restart());
  EXPECT_EQ(sequencer_->newest_checkpoint(school()), note);
  const auto receipted = send(anna_.says("4"));
  ASSERT_TRUE(receipted) << receipted.error().text();
  EXPECT_EQ(receipted->placed[0].index, 5U);
  const auto before = open_checkpoint(*note, vkey());
  const auto proof = sequencer_->tree().consistency_proof(school(), 5, 6);
  ASSERT_TRUE(before && proof);
  EXPECT_TRUE(verify_consistency(5, before->checkpoint.root, 6, receipted->checkpoint.checkpoint.root, *proof));
}

TEST_F(OpeningTest, EverySizeReopensToTheSameEdge) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(send(anna_.says("5"))) << i;
    const auto root = *store_->frontier(school(), size());
    ASSERT_TRUE(restart()) << i;
    EXPECT_EQ(sequencer_->tree().root(school(), size()), root.root()) << i;
  }
}

TEST_F(OpeningTest, TimeAndChainsAreRemembered) {
  auto said = anna_.says("5");
  ASSERT_TRUE(send(copy_of(said)));
  ASSERT_TRUE(restart());
  clock_.advance_micros(-61 * kMicrosPerSecond);
  EXPECT_EQ(refusal(anna_.says("4")), "clock_behind");
  clock_.set(kMorning);
  const auto again = send(std::move(said));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->placed[0].repeated);
  EXPECT_EQ(refusal(anna_.says_as(1, Hash{}, "2")), "chain_conflict");
  EXPECT_EQ(refusal(boris_.says_as(2, anna_.previous(), "2")), "chain_conflict");
}

TEST_F(OpeningTest, ASecondSchoolIsAnotherLog) {
  const auto other = store_->add_school("school7", "journal.example.org/log/school7");
  ASSERT_TRUE(other);
  SeededRandom random(7);
  NotingJudge judge;
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  EXPECT_EQ(sequencer_
                ->open_school(*other, {signing::KeyPair::generate(signing::Purpose::kLog, random), record_.origin},
                              judge, refuse_tail)
                .error()
                .code,
            "other_origin");
  ASSERT_TRUE(sequencer_->open_school(
      *other, {signing::KeyPair::from_seed(signing::Purpose::kLog, key.seed()), other->origin}, judge, refuse_tail));
  auto said = anna_.says("5");
  ASSERT_TRUE(send(copy_of(said)));
  // The same chain is unknown there: nothing is global to a school that another could see.
  const auto there = sequencer_->submit(other->number, request(std::move(said))).get();
  ASSERT_TRUE(there);
  EXPECT_EQ(there->placed[0].index, 0U);
  EXPECT_FALSE(there->placed[0].repeated);
  EXPECT_TRUE(open_checkpoint(there->note, log_vkey(other->origin, key)));
}

TEST_F(OpeningTest, ASchoolOpensOnce) {
  EXPECT_EQ(sequencer_->open_school(record_, {log_key(), record_.origin}, judge_, refuse_tail).error().code,
            "already_exists");
}

// --- the database behind the journal

TEST_F(OpeningTest, AShortenedDatabaseIsRefused) {
  ASSERT_TRUE(send(anna_.says("5")));
  const auto shorter = kv_->rows();
  ASSERT_TRUE(send(anna_.says("4")));
  kv_->replace_rows(shorter);
  const auto started = restart();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "log_behind_checkpoint");
  EXPECT_THAT(started.error().detail, HasSubstr("1 entries"));
}

TEST_F(OpeningTest, AnEmptiedDatabaseIsRefused) {
  const auto empty = kv_->rows();
  ASSERT_TRUE(send(anna_.says("5")));
  kv_->replace_rows(empty);
  EXPECT_EQ(restart_error(), "log_behind_checkpoint");
}

TEST_F(OpeningTest, AnExchangedEntryIsRefused) {
  const auto before = kv_->rows();
  const std::string journal_before = journal();
  ASSERT_TRUE(send(anna_.says("5")));
  const std::string journal_after = journal();
  // Another history of the same length, made with the same key.
  kv_->replace_rows(before);
  set_journal(journal_before);
  ASSERT_TRUE(restart());
  ASSERT_TRUE(send(boris_.says("2")));
  kv_->erase(rows::checkpoint(school()));
  set_journal(journal_after);
  EXPECT_EQ(restart_error(), "log_forked");
}

TEST_F(OpeningTest, AJournalRolledBackAloneIsNoticedByTheCheckpointRow) {
  ASSERT_TRUE(send(anna_.says("5")));
  const std::string older_journal = journal();
  ASSERT_TRUE(send(anna_.says("4")));
  auto rows = kv_->rows();
  rows.erase(rows::entry(school(), 1));
  rows.erase(rows::leaf(school(), 1));
  kv_->replace_rows(rows);
  set_journal(older_journal);
  EXPECT_EQ(restart_error(), "log_behind_checkpoint");
}

TEST_F(OpeningTest, RowsThatDoNotBelongTogetherAreDamage) {
  ASSERT_TRUE(send(anna_.says("5")));
  kv_->erase(rows::leaf(school(), 0));
  EXPECT_EQ(open_unread().error().code, "damaged");
}

TEST_F(OpeningTest, AnotherLogKeyDoesNotOpenIt) {
  ASSERT_TRUE(send(anna_.says("5")));
  seed_ = {30};
  EXPECT_EQ(restart_error(), "no_known_signature");
}

// --- the database ahead of the journal

class TailTest : public OpeningTest {
 protected:
  // Two entries that the journal does not know of: written, and then the machine died before they were signed; or planted.
  TailTest() {
    EXPECT_TRUE(send(anna_.says("5")));
    const std::string before = journal();
    EXPECT_TRUE(send_all(anna_, {"4", "3"}));
    EXPECT_TRUE(send(boris_.says("2")));
    set_journal(before);
    kv_->erase(rows::checkpoint(school()));
  }
};

TEST_F(TailTest, EveryEntryPastTheCheckpointIsShownToTheVerifier) {
  std::vector<std::string> seen;
  ASSERT_TRUE(restart([&](std::uint64_t index, ByteView bytes) -> Status {
    EXPECT_EQ(index, seen.size() + 1);
    seen.push_back(mark_of(*decode_entry(bytes)));
    return {};
  }));
  EXPECT_THAT(seen, ElementsAre("4", "3", "2"));
}

TEST_F(TailTest, AnAcceptedTailIsSignedAndJournalledBeforeAnythingElse) {
  ASSERT_TRUE(restart(accept_tail));
  const auto note = sequencer_->newest_checkpoint(school());
  ASSERT_TRUE(note);
  const auto checkpoint = open_checkpoint(*note, vkey());
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->checkpoint.size, 4U);
  EXPECT_EQ(CheckpointJournal::read(*files_, journal_path())->at(std::string(kSlug)), *note);
  EXPECT_EQ(*store_->stored_checkpoint(school()), note);
  const auto proof = sequencer_->tree().inclusion_proof(school(), 2, 4);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(verify_inclusion(*store_->leaf(school(), 2), 2, 4, *proof, checkpoint->checkpoint.root));
  EXPECT_TRUE(send(boris_.says("5")));
  EXPECT_TRUE(restart()) << "nothing is past the checkpoint any more";
}

TEST_F(TailTest, ARefusedTailIsNeverSigned) {
  const std::string before = journal();
  const auto started = restart([](std::uint64_t index, ByteView) -> Status {
    if (index == 2) return fail("bad_signature");
    return {};
  });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "planted_entries");
  EXPECT_THAT(started.error().detail, HasSubstr("entry 2"));
  EXPECT_THAT(started.error().detail, HasSubstr("bad_signature"));
  EXPECT_EQ(journal(), before);
}

TEST_F(TailTest, WithoutAJournalEverythingIsVerified) {
  std::filesystem::remove(journal_path());
  std::uint64_t verified = 0;
  ASSERT_TRUE(restart([&](std::uint64_t, ByteView) -> Status {
    ++verified;
    return {};
  }));
  EXPECT_EQ(verified, 4U);
}

TEST_F(TailTest, AnEntryItsChainDoesNotLeadToIsPlanted) {
  const auto planted = *store_->entry(school(), 3);
  kv_->erase(rows::statement(school(), 1, 1));
  EXPECT_EQ(restart_error(accept_tail), "planted_entries");
}

TEST_F(TailTest, ACopyOfAnAuthenticEntryIsPlanted) {
  const Bytes copy = *store_->entry(school(), 0);
  kv_->plant(rows::entry(school(), 4), copy);
  kv_->plant(rows::leaf(school(), 4), [&] {
    const Hash leaf = leaf_hash(copy);
    return Bytes(leaf.bytes.begin(), leaf.bytes.end());
  }());
  EXPECT_EQ(restart_error(accept_tail), "planted_entries");
}

TEST_F(TailTest, SomethingThatIsNoEntryIsPlanted) {
  kv_->plant(rows::entry(school(), 3), Bytes{1, 2, 3});
  EXPECT_EQ(open_unread().error().code, "planted_entries");
}

TEST_F(TailTest, ALeafThatIsNotItsEntrysIsDamage) {
  kv_->plant(rows::leaf(school(), 2), Bytes(32, 1));
  EXPECT_EQ(restart_error(accept_tail), "damaged");
}

TEST_F(TailTest, AHoleIsDamage) {
  kv_->erase(rows::entry(school(), 2));
  const auto opened = open_unread();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "damaged");
  EXPECT_THAT(opened.error().detail, HasSubstr("entry 2"));
}

// What we once signed and find in the database must be true, too, even when the journal has lost it.
TEST_F(TailTest, ACheckpointRowOverAnotherTailIsAFork) {
  const Checkpoint other{record_.origin, 3, leaf_hash(Bytes{1})};
  const std::string note = sign_checkpoint(other, log_key());
  kv_->plant(rows::checkpoint(school()), Bytes(note.begin(), note.end()));
  EXPECT_EQ(restart_error(accept_tail), "log_forked");
}

}  // namespace
}  // namespace letopis::ledger::test
