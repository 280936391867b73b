#include "ledger/checkpoint_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fault/temporary_directory.h"
#include "tests/unit/store/failing_files.h"

namespace letopis::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class JournalTest : public ::testing::Test {
 protected:
  void open(std::uint64_t rewrite_at_bytes = 8u << 20) {
    journal_.reset();
    auto opened = CheckpointJournal::open(posix_file_system(), path_, rewrite_at_bytes);
    ASSERT_TRUE(opened) << opened.error().text();
    journal_ = *std::move(opened);
  }
  std::string open_error() {
    journal_.reset();
    const auto opened = CheckpointJournal::open(posix_file_system(), path_);
    return opened ? "opened" : opened.error().code;
  }
  void append(const std::map<std::string, std::string>& notes) {
    const auto written = journal_->append(notes);
    ASSERT_TRUE(written) << written.error().text();
  }
  Bytes file() const { return faults::read_whole(path_); }

  faults::TemporaryDirectory home_;
  std::string path_ = home_ / "checkpoints.journal";
  std::unique_ptr<CheckpointJournal> journal_;
};

TEST_F(JournalTest, StartsEmpty) {
  open();
  EXPECT_THAT(journal_->newest(), IsEmpty());
  EXPECT_THAT(*CheckpointJournal::read(posix_file_system(), home_ / "absent"), IsEmpty());
}

TEST_F(JournalTest, KeepsTheNewestNoteOfEachSchool) {
  open();
  append({{"licey29", "one\n"}, {"school7", "seven\n"}});
  append({{"licey29", "two\nlines\n"}});
  EXPECT_THAT(journal_->newest(), ElementsAre(Pair("licey29", "two\nlines\n"), Pair("school7", "seven\n")));
  open();
  EXPECT_THAT(journal_->newest(), ElementsAre(Pair("licey29", "two\nlines\n"), Pair("school7", "seven\n")));
  EXPECT_EQ(*CheckpointJournal::read(posix_file_system(), path_), journal_->newest());
}

TEST_F(JournalTest, TheRecordIsWhatTheHeaderSays) {
  open();
  append({{"licey29", "one\n"}});
  // printf 'one\n' | sha256sum
  EXPECT_EQ(as_text(file()),
            "letopis-checkpoint licey29 4 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806\none\n\n");
}

TEST_F(JournalTest, ATornLastRecordIsCutOffWhereverItWasTorn) {
  open();
  append({{"licey29", "one\n"}});
  const Bytes before = file();
  append({{"licey29", "two\n"}});
  const Bytes whole = file();
  for (std::size_t size = before.size() + 1; size < whole.size(); ++size) {
    faults::overwrite(path_, ByteView(whole).first(size));
    EXPECT_THAT(*CheckpointJournal::read(posix_file_system(), path_), ElementsAre(Pair("licey29", "one\n"))) << size;
    EXPECT_EQ(file().size(), size) << "reading repairs nothing";
    open();
    EXPECT_THAT(journal_->newest(), ElementsAre(Pair("licey29", "one\n"))) << size;
    EXPECT_EQ(file(), before) << size;
  }
  append({{"licey29", "three\n"}});
  open();
  EXPECT_THAT(journal_->newest(), ElementsAre(Pair("licey29", "three\n")));
}

TEST_F(JournalTest, ATailThatNeverReachedTheDiskIsCutOff) {
  open();
  append({{"licey29", "one\n"}});
  Bytes bytes = file();
  const std::size_t whole = bytes.size();
  bytes.resize(whole + 300);  // a file system may have grown the file and not written it
  faults::overwrite(path_, bytes);
  open();
  EXPECT_EQ(file().size(), whole);
}

TEST_F(JournalTest, AnyDamageBeforeTheLastRecordRefuses) {
  open();
  append({{"licey29", "one\n"}});
  const std::size_t first = file().size();
  append({{"school7", "seven\n"}});
  const Bytes whole = file();
  for (std::size_t at = 0; at < first; ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 0x20;
    faults::overwrite(path_, damaged);
    EXPECT_EQ(open_error(), "damaged") << at;
    EXPECT_EQ(file(), damaged) << "what refuses changes nothing";
  }
}

TEST_F(JournalTest, ALongerAnnouncedSizeDoesNotSwallowWhatFollows) {
  open();
  append({{"licey29", "one\n"}});
  append({{"licey29", "two\n"}});
  Bytes bytes = file();
  const auto digit = as_text(bytes).find(" 4 ") + 1;
  bytes[digit] = '9';
  faults::overwrite(path_, bytes);
  EXPECT_EQ(open_error(), "damaged");
}

TEST_F(JournalTest, IsRewrittenWithTheNewestRecordsWhenItGrows) {
  open(1000);
  append({{"school7", "seven\n"}});
  for (int i = 0; i < 100; ++i) {
    append({{"licey29", "note " + std::to_string(i) + "\n"}});
    EXPECT_LE(file().size(), 1000U);
  }
  open(1000);
  EXPECT_THAT(journal_->newest(), ElementsAre(Pair("licey29", "note 99\n"), Pair("school7", "seven\n")));
}

TEST_F(JournalTest, ManySchoolsDoNotMakeEveryAppendARewrite) {
  open(1000);
  std::map<std::string, std::string> notes;
  for (int i = 0; i < 50; ++i) notes["school" + std::to_string(i)] = "a note of one school\n";
  append(notes);
  const std::size_t rewritten = file().size();
  EXPECT_GT(rewritten, 1000U);
  append({{"school7", "seven\n"}});
  EXPECT_GT(file().size(), rewritten) << "appended, not rewritten";
  open(1000);
  EXPECT_EQ(journal_->newest().at("school7"), "seven\n");
  EXPECT_EQ(journal_->newest().size(), 50U);
}

TEST_F(JournalTest, AfterAFailedSyncNothingMoreIsAccepted) {
  test::FailingFiles files;
  auto journal = CheckpointJournal::open(files, path_);
  ASSERT_TRUE(journal);
  ASSERT_TRUE((*journal)->append({{"licey29", "one\n"}}));
  files.failing = true;
  EXPECT_EQ((*journal)->append({{"licey29", "two\n"}}).error().code, "io_error");
  files.failing = false;
  EXPECT_EQ((*journal)->append({{"licey29", "three\n"}}).error().code, "journal_failed");
}

}  // namespace
}  // namespace letopis::ledger
