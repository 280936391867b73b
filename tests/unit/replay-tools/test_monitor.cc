// A log watched from outside: what it shows, what its witnesses have seen, and what a monitor makes of both.

#include "replay-tools/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fault/temporary_directory.h"
#include "tests/unit/replay-tools/monitor_fixture.h"

namespace letopis::monitor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Instant kStart = Instant::from_seconds(1'795'000'000);

class Monitored : public testing::Test {
 protected:
  Monitored() {
    log_.grow(300);
    parse_policy("log " + log_.vkey().text() + "\nwitness north " + north_.vkey() + " https://north.example\n" +
                 "witness south " + south_.vkey() +
                 " https://south.example\ngroup both all north south\nquorum both\n");
    start();
  }
  void parse_policy(const std::string& text) {
    auto policy = ledger::TrustPolicy::parse(text);
    ASSERT_TRUE(policy) << policy.error().text();
    policy_ = std::make_unique<ledger::TrustPolicy>(*std::move(policy));
  }
  // As a process that begins: nothing is known but what the folder holds.
  void start() {
    LogMonitor::Options options;
    options.log = log_.vkey();
    options.url = "https://journal.example.org/log/licey29";
    options.policy = policy_.get();
    options.clock = &clock_;
    options.files = &posix_file_system();
    options.directory = folder_ / "licey29";
    options.reads_entries = reads_entries_;
    options.ask_witness = [this](const ledger::PolicyWitness& witness, const std::string& origin) {
      EXPECT_EQ(origin, kOrigin);
      return witness.name == "north" ? north_.keeps : south_.keeps;
    };
    auto opened = LogMonitor::open(shown_, std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    monitor_ = *std::move(opened);
  }
  // What is behind the address: one history or another.
  class Address final : public ServedLog {
   public:
    explicit Address(ServedLog& log) : log_(&log) {}
    Result<std::string> get(const std::string& path) override { return log_->get(path); }
    void lead_to(ServedLog& log) { log_ = &log; }

   private:
    ServedLog* log_;
  };

  Report round() {
    clock_.advance_micros(60 * kMicrosPerSecond);
    return monitor_->round();
  }
  static std::vector<std::string> codes_of(const Report& report) {
    std::vector<std::string> codes;
    for (const auto& finding : report.findings) codes.emplace_back(finding.code->code);
    return codes;
  }
  std::vector<std::string> found() { return codes_of(round()); }
  void witnesses_see(const FakeLog& log, std::uint64_t size) {
    north_.sees(log, size, clock_.now());
    south_.sees(log, size, clock_.now());
  }
  // The files of evidence, by how their names begin.
  std::vector<std::string> kept(const std::string& begins) const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "licey29"))
      if (entry.path().filename().string().starts_with(begins)) files.push_back(entry.path().string());
    return files;
  }
  std::string judged(const std::string& file) const {
    const auto text = faults::read_whole(file);
    const auto fork = ledger::parse_fork_file(as_text(text));
    if (!fork) return fork.error().text();
    const auto verdict = ledger::judge_fork(*fork, log_.vkey());
    return verdict ? std::string(ledger::fork_verdict_name(verdict->verdict)) : verdict.error().text();
  }
  void expect_fork_kept() {
    const auto files = kept("fork-");
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(judged(files[0]), "forked") << "by the file and the vkey alone";
  }
  faults::TemporaryDirectory folder_;
  ManualClock clock_{kStart};
  FakeLog log_{1}, other_{2};
  Address shown_{log_};
  FakeWitness north_{"north.example"}, south_{"south.example"};
  std::unique_ptr<ledger::TrustPolicy> policy_;
  bool reads_entries_ = false;
  std::unique_ptr<LogMonitor> monitor_;
};

// --- All well

TEST_F(Monitored, AGrowingCosignedLogIsWell) {
  for (const std::uint64_t more : {0, 1, 5, 700}) {
    log_.grow(more);
    witnesses_see(log_, log_.size());
    const Report report = round();
    EXPECT_THAT(codes_of(report), IsEmpty());
    EXPECT_EQ(report.alarm(), Alarm::kWell);
    EXPECT_EQ(report.size, log_.size());
    EXPECT_EQ(report.witnessed_size, log_.size());
    EXPECT_EQ(report.waiting_entries, 0U);
  }
}

TEST_F(Monitored, AnEmptyLogIsOneToo) {
  log_.shows = 0;
  witnesses_see(log_, 0);
  EXPECT_THAT(found(), IsEmpty());
  log_.shows.reset();
  witnesses_see(log_, 300);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Monitored, ALeapBeyondTheWindowIsProvedByTheTilesAbove) {
  witnesses_see(log_, 300);
  EXPECT_THAT(found(), IsEmpty());
  log_.grow(70'000);
  witnesses_see(log_, log_.size());
  EXPECT_THAT(found(), IsEmpty());
  other_.branch_off(log_, 200, 140'500);
  shown_.lead_to(other_);
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
}

// --- Forks

TEST_F(Monitored, TwoRootsOfOneSize) {
  round();
  other_.branch_off(log_, 299, 300);
  shown_.lead_to(other_);
  const Report report = round();
  EXPECT_EQ(report.alarm(), Alarm::kFork);
  expect_fork_kept();
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(),
                          [&](const Finding& finding) { return finding.detail == kept("fork-")[0]; }));
}

TEST_F(Monitored, ALongerLogOfAnotherHistory) {
  round();
  for (const std::uint64_t common : {0, 1, 255, 256, 257, 299}) {
    other_.branch_off(log_, common, 900);
    shown_.lead_to(other_);
    EXPECT_EQ(round().alarm(), Alarm::kFork) << common;
    expect_fork_kept();
    std::filesystem::remove(kept("fork-")[0]);
    shown_.lead_to(log_);
    EXPECT_NE(round().alarm(), Alarm::kFork) << "it had not moved on";
  }
}

// The monitor proves it from what it remembers: the server is asked for nothing but the checkpoint.
TEST_F(Monitored, AShorterLogOfAnotherHistoryIsProvedWithoutTheServersHelp) {
  round();
  log_.grow(1000);
  round();
  other_.branch_off(log_, 700, 850);
  other_.without_tiles = true;
  shown_.lead_to(other_);
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
}

TEST_F(Monitored, AShorterLogFromBeforeTheFirstSightIsComparedByTiles) {
  log_.grow(2000);
  round();
  other_.branch_off(log_, 50, 100);
  other_.instead["tile/0/000.p/100"] = "";
  log_.instead["checkpoint"] = other_.note(100);  // the tiles are still the whole log's
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
}

TEST_F(Monitored, AForkStaysUntilSomebodyTakesTheFileAway) {
  round();
  other_.branch_off(log_, 299, 300);
  shown_.lead_to(other_);
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  const auto before = faults::read_whole(kept("fork-")[0]);
  shown_.lead_to(log_);
  const std::uint64_t asked = log_.asked;
  EXPECT_THAT(found(), ElementsAre("fork"));
  EXPECT_EQ(log_.asked, asked) << "followed no further";
  start();
  EXPECT_THAT(found(), ElementsAre("fork")) << "by another process too";
  EXPECT_EQ(faults::read_whole(kept("fork-")[0]), before);
  std::filesystem::remove(kept("fork-")[0]);
  EXPECT_EQ(round().alarm(), Alarm::kAttention) << "unwitnessed, and nothing else";
  shown_.lead_to(other_);
  EXPECT_EQ(round().alarm(), Alarm::kFork) << "what was seen first is what counts";
}

TEST_F(Monitored, ARestartForgetsNothing) {
  round();
  log_.grow(40);
  round();
  start();
  other_.branch_off(log_, 310, 345);
  shown_.lead_to(other_);
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
}

// --- Older, or not shown

TEST_F(Monitored, AnOlderCheckpointOfTheSameHistoryIsNoFork) {
  log_.grow(400);
  witnesses_see(log_, 600);
  EXPECT_THAT(found(), IsEmpty());
  log_.shows = 650;
  EXPECT_THAT(found(), ElementsAre("behind"));
  log_.shows = 17;
  north_.keeps = south_.keeps = std::optional<std::string>();
  EXPECT_THAT(found(), UnorderedElementsAre("witness_new", "witness_new", "unproved"))
      << "older than what is remembered leaf by leaf, and its tiles are gone";
  EXPECT_EQ(judged(kept("undecided-")[0]), "undecided");
  log_.shows.reset();
  witnesses_see(log_, 700);
  EXPECT_THAT(found(), IsEmpty()) << "it is back";
  EXPECT_THAT(kept("fork-"), IsEmpty());
}

TEST_F(Monitored, WhatIsNotProvedIsNotMovedOnTo) {
  round();
  other_.branch_off(log_, 100, 800);
  other_.without_tiles = true;
  shown_.lead_to(other_);
  for (int i = 0; i < 3; ++i) {
    const Report report = round();
    EXPECT_TRUE(report.has("unproved"));
    EXPECT_EQ(report.alarm(), Alarm::kAttention);
    EXPECT_EQ(report.size, 300U);
  }
  EXPECT_EQ(kept("undecided-").size(), 1U);
  other_.without_tiles = false;
  EXPECT_EQ(round().alarm(), Alarm::kFork) << "now it shows what it signed";
}

TEST_F(Monitored, TilesOfRubbishProveNothing) {
  round();
  log_.grow(10);
  const std::string good = *log_.get("tile/0/001.p/54");
  log_.instead["tile/0/001.p/54"] = std::string(good.size(), 'x');
  EXPECT_TRUE(round().has("unproved"));
  log_.instead["tile/0/001.p/54"] = good + "x";
  EXPECT_TRUE(round().has("unproved")) << "of another length";
  log_.instead["tile/0/001.p/54"] = std::string(1 << 20, 'x');
  EXPECT_TRUE(round().has("unproved"));
  log_.instead.clear();
  EXPECT_FALSE(round().has("unproved"));
  EXPECT_THAT(kept("fork-"), IsEmpty());
}

TEST_F(Monitored, RubbishAtFirstSightIsNoBeginning) {
  log_.instead["tile/0/000"] = std::string(8192, 'x');
  const Report report = round();
  EXPECT_TRUE(report.has("unproved"));
  EXPECT_FALSE(report.size);
}

// --- The server

TEST_F(Monitored, AServerThatDoesNotAnswer) {
  witnesses_see(log_, 300);
  round();
  log_.down = true;
  const Report report = round();
  EXPECT_THAT(codes_of(report), ElementsAre("unreachable"));
  EXPECT_EQ(report.alarm(), Alarm::kUnreachable);
  EXPECT_FALSE(report.answered);
  EXPECT_EQ(report.size, 300U) << "what was known";
}

TEST_F(Monitored, AnAnswerThatIsNoCheckpointOfThisLog) {
  const auto stranger = signing::KeyPair::from_seed(signing::Purpose::kLog, {9});
  for (const std::string& answer :
       {std::string(), std::string("<html>"), std::string(200'000, 'a'), log_.note(300) + "x",
        ledger::sign_checkpoint({kOrigin, 300, log_.root(300)}, stranger),
        ledger::sign_checkpoint({"other.example/log/licey29", 300, log_.root(300)}, log_.key()),
        ledger::sign_checkpoint({kOrigin, 0, log_.root(300)}, log_.key())}) {
    log_.instead["checkpoint"] = answer;
    const Report report = round();
    EXPECT_TRUE(report.has("bad_checkpoint")) << answer.substr(0, 80);
    EXPECT_EQ(report.alarm(), Alarm::kAttention);
    EXPECT_FALSE(report.answered);
  }
}

// --- Witnesses

TEST_F(Monitored, AWitnessThatWasShownAnotherHistory) {
  log_.grow(100);
  round();
  other_.branch_off(log_, 320, 390);
  south_.sees(other_, 390, clock_.now());
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
  const auto text = faults::read_whole(kept("fork-")[0]);
  EXPECT_NE(as_text(text).find("— south.example "), std::string_view::npos) << "the file says who saw it";
}

TEST_F(Monitored, AWitnessThatHasSeenMoreThanTheServerShows) {
  log_.shows = 280;
  witnesses_see(log_, 280);
  round();
  other_.branch_off(log_, 250, 350);
  north_.sees(other_, 350, clock_.now());
  EXPECT_THAT(found(), ElementsAre("witness_ahead")) << "a fork, but the server shows no tiles of it";
  log_.shows.reset();
  log_.grow(200);
  EXPECT_EQ(round().alarm(), Alarm::kFork) << "once it is overtaken it is told";
  expect_fork_kept();
}

TEST_F(Monitored, WitnessesWhoSayNothingOfUse) {
  south_.keeps = fail("timeout", "no answer");
  EXPECT_THAT(found(), UnorderedElementsAre("witness_new", "witness_silent", "unwitnessed"));
  south_.keeps = north_.cosigned(log_.note(300), clock_.now());
  north_.keeps = std::string("nonsense");
  EXPECT_THAT(found(), UnorderedElementsAre("bad_witness", "bad_witness", "unwitnessed"))
      << "signed by another witness, and by nobody";
}

// A policy that the schools of a district share names everybody's witness, and nobody is their own.
TEST_F(Monitored, ItsOwnServersWitnessIsNotSaidToBeNew) {
  const auto found_with = [&](const std::string& north_url) {
    parse_policy("witness north " + north_.vkey() + " " + north_url + "\nwitness south " + south_.vkey() +
                 " https://south.example/witness\ngroup both all north south\nquorum both\n");
    start();
    return found();
  };
  EXPECT_THAT(found_with("https://journal.example.org/witness"), UnorderedElementsAre("witness_new", "unwitnessed"));
  for (const char* another : {"https://journal.example.org:8090/witness", "https://journal.example.org/north",
                              "https://example.org/witness", "https://other.example/journal.example.org/witness"})
    EXPECT_THAT(found_with(another), UnorderedElementsAre("witness_new", "witness_new", "unwitnessed")) << another;
}

TEST_F(Monitored, AWitnessOfALargerTreeHasSeenTheSmallerOne) {
  log_.grow(20);
  north_.sees(log_, 310, clock_.now());
  south_.sees(log_, 320, clock_.now());
  EXPECT_EQ(round().witnessed_size, 310U);
}

TEST_F(Monitored, CosignaturesMayStandOnTheServedCheckpoint) {
  log_.instead["checkpoint"] = south_.cosigned(north_.cosigned(log_.note(300), clock_.now()), clock_.now());
  EXPECT_EQ(round().witnessed_size, 300U);
}

TEST_F(Monitored, EntriesThatWaitTooLongAreALag) {
  witnesses_see(log_, 300);
  EXPECT_THAT(found(), IsEmpty());
  log_.grow(3);
  for (int i = 0; i < 30; ++i) EXPECT_THAT(found(), IsEmpty()) << "an anchor and what belongs to it is nobody's entry";
  log_.grow(1);
  EXPECT_THAT(found(), ElementsAre("lag")) << "the first of the four has waited for half an hour";
  witnesses_see(log_, 304);
  EXPECT_THAT(found(), IsEmpty());
  log_.grow(10);
  Report report;
  for (int minutes = 0; minutes <= 10; ++minutes) {
    EXPECT_FALSE(report.has("lag")) << minutes;
    report = round();
  }
  EXPECT_FALSE(report.has("lag")) << "at the limit";
  report = round();
  EXPECT_THAT(codes_of(report), ElementsAre("lag"));
  EXPECT_EQ(report.waiting_entries, 7U);
  EXPECT_EQ(report.waiting_seconds, 660);
}

TEST_F(Monitored, AtFirstSightTheLagIsTheWitnesses) {
  log_.grow(50);
  witnesses_see(log_, 300);
  clock_.advance_micros(1800 * kMicrosPerSecond);
  EXPECT_THAT(found(), ElementsAre("lag"));
}

TEST_F(Monitored, APolicyThatAsksNobodyHasNoLag) {
  parse_policy("log " + log_.vkey().text() + "\nquorum none\n");
  start();
  const Report report = round();
  EXPECT_THAT(codes_of(report), IsEmpty());
  EXPECT_FALSE(report.waiting_entries);
}

// --- Entries

class Read : public Monitored {
 protected:
  Read() {
    reads_entries_ = true;
    log_.entries.clear();
    log_.grow(300, ledger::Verdict::kAccepted, clock_.now());
    start();
  }
  // The service appends what both witnesses signed over the log as it is.
  void anchor() {
    const std::string note = log_.note(log_.size());
    const std::string north = north_.line(note, clock_.now()), south = south_.line(note, clock_.now());
    log_.add(ledger::AnchorAdded{note,
                                 {{projections::kCosignature, as_bytes(std::string_view(north))},
                                  {projections::kCosignature, as_bytes(std::string_view(south))}}},
             ledger::Role::kService, ledger::Verdict::kAccepted, clock_.now());
  }
  void enter(std::uint64_t count, ledger::Verdict verdict = ledger::Verdict::kAccepted) {
    log_.grow(count, verdict, clock_.now());
  }
};

TEST_F(Read, AnchorsInTheLogSayWhoHasSeenWhat) {
  anchor();
  Report report = round();
  EXPECT_THAT(codes_of(report), UnorderedElementsAre("witness_new", "witness_new"));
  EXPECT_EQ(report.witnessed_size, 300U);
  EXPECT_EQ(report.waiting_entries, 0U) << "the anchor itself waits for nobody";
  enter(1);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(round().has("lag"));
  report = round();
  EXPECT_TRUE(report.has("lag")) << "one entry is enough where entries are read";
  EXPECT_EQ(report.waiting_entries, 1U);
  anchor();
  EXPECT_FALSE(round().has("lag"));
}

// A folder that was begun without a key counts what may be the log's own; once there is a key, it is known.
TEST_F(Read, WhatWasCountedWithoutAKeyIsReadOnceThereIsOne) {
  reads_entries_ = false;
  start();
  witnesses_see(log_, 300);
  anchor();
  EXPECT_EQ(round().waiting_entries, 0U);
  reads_entries_ = true;
  start();
  for (int minutes = 0; minutes <= 11; ++minutes) EXPECT_FALSE(round().has("lag")) << minutes;
}
TEST_F(Read, AndPupilsEntriesAmongItWait) {
  reads_entries_ = false;
  start();
  witnesses_see(log_, 300);
  round();
  enter(5, ledger::Verdict::kLate);
  EXPECT_EQ(round().waiting_entries, 2U) << "three of them may be the log's own";
  reads_entries_ = true;
  start();
  const Report report = round();
  EXPECT_EQ(report.waiting_entries, 5U);
  ASSERT_TRUE(report.entries);
  EXPECT_EQ(report.entries->late, 5U) << "each once";
  EXPECT_EQ(round().waiting_entries, 5U);
}

TEST_F(Read, BracketsAreMeasuredBetweenAnchors) {
  anchor();
  round();
  for (int day = 0; day < 4; ++day) {
    clock_.advance_micros(30 * kMicrosPerSecond);
    enter(6);
    clock_.advance_micros(30 * kMicrosPerSecond);
    anchor();
    clock_.advance_micros(1);
    round();
  }
  Report report = round();
  ASSERT_TRUE(report.bracket_seconds);
  EXPECT_NEAR(*report.bracket_seconds, 120, 5) << "between two anchors, a minute and a round apart";
  EXPECT_FALSE(report.has("wide"));
  for (int day = 0; day < 4; ++day) {
    clock_.advance_micros(3600 * kMicrosPerSecond);
    enter(30);
    clock_.advance_micros(3600 * kMicrosPerSecond);
    anchor();
    report = round();
  }
  EXPECT_TRUE(report.has("wide"));
  EXPECT_NEAR(*report.bracket_seconds, 7260, 5);
}

TEST_F(Read, RefusalsAndLateEntriesAreCounted) {
  round();
  enter(10);
  enter(3, ledger::Verdict::kRefused);
  enter(2, ledger::Verdict::kLate);
  Report report = round();
  ASSERT_TRUE(report.entries);
  EXPECT_EQ(report.entries->accepted, 10U);
  EXPECT_EQ(report.entries->refused, 3U);
  EXPECT_EQ(report.entries->late, 2U);
  EXPECT_FALSE(report.has("refused")) << "three of the newest 256";
  enter(60, ledger::Verdict::kRefused);
  report = round();
  EXPECT_TRUE(report.has("refused"));
  EXPECT_FALSE(report.has("late"));
  EXPECT_EQ(report.recent.total(), 256U);
  enter(150, ledger::Verdict::kLate);
  report = round();
  EXPECT_TRUE(report.has("late"));
  EXPECT_EQ(round().entries->total(), 0U) << "each is counted once";
  start();
  EXPECT_EQ(round().entries->total(), 0U) << "by another process too";
}

TEST_F(Read, AnAnchorOverAnotherHistoryIsAFork) {
  round();
  other_.branch_off(log_, 290, 300);
  const std::string note = other_.note(300), line = north_.line(note, clock_.now());
  log_.add(ledger::AnchorAdded{note, {{projections::kCosignature, as_bytes(std::string_view(line))}}},
           ledger::Role::kService, ledger::Verdict::kAccepted, clock_.now());
  EXPECT_EQ(round().alarm(), Alarm::kFork);
  expect_fork_kept();
}

TEST_F(Read, EntriesThatAreNotTheLogsOwn) {
  round();
  enter(2);
  FakeLog stranger(9);
  stranger.entries = log_.entries;
  stranger.entries.pop_back();
  stranger.grow(1);
  log_.instead["tile/entries/001.p/46"] = *stranger.get("tile/entries/001.p/46");
  Report report = round();
  EXPECT_TRUE(report.has("bad_entries"));
  EXPECT_EQ(report.entries->total(), 1U);
  log_.instead["tile/entries/001.p/46"] = "rubbish";
  EXPECT_TRUE(round().has("bad_entries"));
  log_.instead.clear();
  EXPECT_FALSE(round().has("bad_entries"));
  log_.entries.push_back({1, 2, 3});
  EXPECT_TRUE(round().has("bad_entries")) << "signed, and no entry";
  log_.forbids_entries = true;
  EXPECT_TRUE(round().has("entries_unread"));
}

}  // namespace
}  // namespace letopis::monitor::test
