// A school's server, real witnesses and a real time-stamping authority over HTTP, and clocks that can be set wrong.

#include "server/anchor_keeper.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>

#include "ledger/schema/codec.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "server/app.h"
#include "server/cosigned_waits.h"
#include "server/witness_routes.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"
#include "tests/support/live_school.h"
#include "tests/support/test_witness.h"
#include "tests/support/time_authority.h"
#include "tests/unit/store/memory_kv.h"

namespace letopis::server {
namespace {

namespace fs = std::filesystem;
using namespace ledger;

using letopis::test::TestWitness;

// A port that takes every connection and never says a word.
class Silence {
 public:
  Silence() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    LETOPIS_ASSERT(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    LETOPIS_ASSERT(::listen(listener_, 8) == 0);
    LETOPIS_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~Silence() {  // whoever waits is told at once
    for (const int one : taken_) ::close(one);
    ::close(listener_);
  }
  // Waits until somebody asks; false: nobody does.
  bool asked() {
    constexpr int kPatienceMs = 30'000;
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kPatienceMs) != 1) return false;
    taken_.push_back(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    return taken_.back() >= 0;
  }
  std::string url;

 private:
  int listener_;
  std::vector<int> taken_;
};

// The two clocks of a machine, which part when somebody sets the one on its wall.
struct TwoClocks final : Clock {
  explicit TwoClocks(Instant now) : wall(now), steady(now) {}
  Instant now() const override { return wall.now(); }
  Instant monotonic() const override { return steady.monotonic(); }
  ManualClock wall, steady;
};

class AnchorKeeping : public testing::Test {
 protected:
  AnchorKeeping()
      : ivan(licey.teacher("Иван Петрович")),
        class_7a(licey.klass("7А", 7, ivan)),
        physics(licey.group("7А", "Физика", {class_7a}, ivan, {{2, 3}})) {
    live.at("2026-09-01 10:30");
    for (std::uint64_t i = 0; i < 3; ++i) {
      witnesses.push_back(std::make_unique<TestWitness>(i, live.clock().now()));
      EXPECT_TRUE(witnesses.back()->witness->add_log(licey.school().vkey()));
    }
  }
  // Everybody's clock.
  void advance(std::int64_t seconds) {
    live.advance(seconds);
    for (auto& one : witnesses) one->clock.set(live.clock().now());
  }
  void set_policy(const std::string& companion = {}) { set_policy(licey, companion); }
  void set_policy(letopis::test::LiveSchool& school, const std::string& companion = {}) {
    std::string text, group = "group g 2";
    for (const auto& one : witnesses) text += one->line(), group += " " + one->name;
    text += group + "\nquorum g\n";
    const Id set = school.say(school.director(), Role::kDirector, WitnessPolicySet{text, companion});
    school.say(school.administrator(), Role::kAdministrator, Endorsed{set, true});
    for (auto& one : witnesses) one->clock.set(live.clock().now());
  }
  void keep() { keep(live.clock()); }
  void keep(const Clock& by) {
    keeper.reset();
    AnchorKeeper::Options options;
    options.clock = &by;
    options.random = &live.random();
    options.log = log.get();
    options.outward.connect_timeout = options.outward.answer_timeout = patience;
    options.own_witness = own_witness;
    keeper = std::make_unique<AnchorKeeper>(live.engine(), options);
  }
  // Waits until the next round is due, and has it.
  void round() {
    const auto due = keeper->next_due();
    ASSERT_TRUE(due) << "nothing is due";
    if (*due > live.clock().now()) advance((due->micros - live.clock().now().micros) / kMicrosPerSecond + 1);
    keeper->run_due();
  }
  std::uint64_t topic(std::string_view date = "2026-09-01") {
    const std::uint64_t index = licey.index_of(licey.topic(ivan, licey.lesson(ivan, physics, date, 3), "Закон Ома"));
    for (auto& one : witnesses) one->clock.set(live.clock().now());
    return index;
  }
  AnchorKeeper::Counters counted() const { return keeper->counters().at("licey29"); }
  // Of the three witnesses, by name.
  std::map<std::string, std::uint64_t> failures(std::uint64_t first, std::uint64_t second, std::uint64_t third) const {
    return {{witnesses[0]->name, first}, {witnesses[1]->name, second}, {witnesses[2]->name, third}};
  }
  std::uint64_t size() {
    return licey.school().read([](const auto& model) { return model.checkpoint.size; });
  }
  bool doubted() {
    return licey.school().read([](const auto& model) { return model.structure.evidence().clock_doubted(); });
  }
  // The newest entry's statement of a type, or none.
  template <class T>
  std::optional<T> newest(Bytes& bytes) {
    for (std::uint64_t i = size(); i-- > 0;) {
      bytes = *licey.school().entry(i);
      const Entry entry = *decode_entry(bytes);
      if (const auto* body = std::get_if<T>(&entry.statement.body); body && entry.event.verdict == Verdict::kAccepted)
        return *body;
    }
    return std::nullopt;
  }
  std::size_t faults() {
    std::size_t found = 0;
    for (std::uint64_t i = 0; i < size(); ++i) {
      const Bytes kept = *licey.school().entry(i);
      found += std::holds_alternative<ClockFault>(decode_entry(kept)->statement.body);
    }
    return found;
  }
  void branch(std::string_view code) {
    licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{code, "Филиал"}, {});
    for (auto& one : witnesses) one->clock.set(live.clock().now());
  }
  std::size_t evidence_in_newest_anchor() {
    Bytes bytes;
    const auto anchor = newest<AnchorAdded>(bytes);
    return anchor ? anchor->evidence.size() : 0;
  }

  letopis::test::LiveEngine live;
  letopis::test::LiveSchool licey{live, "licey29"};
  letopis::test::Member& ivan;
  Id class_7a, physics;
  std::string logged;
  std::unique_ptr<Log> log =
      Log::to([this](std::string_view line) { logged += std::string(line) + "\n"; }, live.clock());
  std::vector<std::unique_ptr<TestWitness>> witnesses;
  std::chrono::milliseconds patience{2'000};
  std::optional<PublicKey> own_witness;
  std::unique_ptr<AnchorKeeper> keeper;
};

TEST_F(AnchorKeeping, WhatIsRecordedIsWitnessed) {
  set_policy();
  keep();
  const std::uint64_t index = topic();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 3U) << logged;
  EXPECT_TRUE(licey.school().cosigned_proof(index));
  EXPECT_EQ(counted().anchors, 1U);
  EXPECT_EQ(counted().failures, failures(0, 0, 0));
  EXPECT_EQ(counted().witnessed_size, size() - 1);
  // And again from where the witnesses stand; a keeper that begins anew learns it from them (409).
  advance(60);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}, {});
  const std::uint64_t next = size() - 1;
  keep();
  round();
  EXPECT_TRUE(licey.school().cosigned_proof(next)) << logged;
}

// From what the anchor before them proves to what the next one proves: the time that nobody outside could say anything of.
TEST_F(AnchorKeeping, ABracketIsAsWideAsItsEntriesHaveIt) {
  const auto seconds = [&] { return counted().bracket_micros / kMicrosPerSecond; };
  set_policy();
  keep();
  topic();
  round();
  EXPECT_EQ(seconds(), 0) << "no anchor stands before the first";
  advance(300);
  branch("a");
  round();
  EXPECT_GE(seconds(), 345);
  EXPECT_LE(seconds(), 355);
  // An anchor at a deadline covers none but the service's own: nobody's bracket.
  const auto deadline = keeper->next_due();
  ASSERT_TRUE(deadline);
  live.clock().set(*deadline);
  advance(3);
  keeper->run_due();
  EXPECT_EQ(counted().anchors, 3U);
  EXPECT_LE(seconds(), 355);
  // A keeper that begins anew knows from the log what was witnessed, and what the newest anchor proves.
  const auto witnessed = counted().witnessed_size;
  keep();
  EXPECT_EQ(counted().witnessed_size, witnessed);
  EXPECT_EQ(witnessed, size() - 1);
  advance(600);
  branch("b");
  round();
  EXPECT_GE(seconds(), 645) << logged;
  EXPECT_LE(seconds(), 655);
}

TEST_F(AnchorKeeping, WithoutAPolicyNobodyIsAsked) {
  keep();
  topic();
  round();
  EXPECT_EQ(counted().rounds, 0U);
  EXPECT_EQ(evidence_in_newest_anchor(), 0U);
}

// Within 2 s of an entry whose deadline is less than 10 minutes away, otherwise at most a minute later; its own anchors cause none.
TEST_F(AnchorKeeping, TheNearerTheDeadlineTheSooner) {
  set_policy();
  keep();
  round();
  EXPECT_EQ(keeper->next_due(), std::nullopt) << "an anchor alone causes no further anchor";
  live.at("2026-09-01 10:50");
  const auto due_after = [&] { return (keeper->next_due()->micros - live.clock().now().micros) / kMicrosPerSecond; };
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);  // due tonight
  EXPECT_GT(due_after(), 2);
  EXPECT_LE(due_after(), 60);
  round();
  const auto tonight = keeper->next_due();
  ASSERT_TRUE(tonight) << "at its deadline";
  live.clock().set({tonight->micros - 5 * 60 * kMicrosPerSecond});
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  licey.topic(ivan, lesson, "Закон Ома");
  EXPECT_LE(due_after(), 2) << "five minutes before the deadline";
}

TEST_F(AnchorKeeping, PastADeadlineThereIsAnAnchorThoughNothingIsNew) {
  set_policy();
  keep();
  topic();
  round();
  const auto anchors = counted().anchors;
  const auto deadline = keeper->next_due();
  ASSERT_TRUE(deadline);
  live.clock().set(*deadline);
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  keeper->run_due();
  EXPECT_EQ(counted().anchors, anchors) << "not yet past it by every clock";
  advance(3);
  keeper->run_due();
  EXPECT_EQ(counted().anchors, anchors + 1);
  Bytes bytes;
  const auto anchor = newest<AnchorAdded>(bytes);
  const auto at =
      projections::anchored_line(*TrustPolicy::parse(witnesses[0]->line() + "quorum " + witnesses[0]->name + "\n"),
                                 as_text(anchor->evidence[0].bytes));
  ASSERT_TRUE(at);
  EXPECT_GT(at->at - 1, deadline->seconds()) << "whatever follows it is proved late";
}

// Nothing was entered, and no entry names a deadline: what comes after it is proved late all the same.
TEST_F(AnchorKeeping, TheDaysTimetableHasItsDeadlines) {
  set_policy();
  keep();
  round();
  ASSERT_EQ(keeper->next_due(), std::nullopt);
  keeper->plan_day();
  const auto deadline = keeper->next_due();
  ASSERT_TRUE(deadline);
  EXPECT_GT(*deadline, live.clock().now());
  live.clock().set(*deadline);
  advance(3);
  const auto anchors = counted().anchors;
  keeper->run_due();
  EXPECT_EQ(counted().anchors, anchors + 1);
}

// Written works of Tuesday are due in a week (r000 3.3): whoever starts in between anchors then, too.
TEST_F(AnchorKeeping, WhatIsStillDueOfEarlierDaysIsKnownAfterARestart) {
  set_policy();
  live.at("2026-09-02 10:30");  // a Wednesday: physics is on Tuesdays
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  keep();
  round();
  ASSERT_EQ(keeper->next_due(), std::nullopt);
  keeper->plan_day();
  const auto deadline = keeper->next_due();
  ASSERT_TRUE(deadline);
  EXPECT_EQ(*deadline, at_local(*parse_date("2026-09-08"), 24 * 60, {3 * 3600})) << "the end of that day";
  live.clock().set(*deadline);
  advance(3);
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  const auto anchors = counted().anchors;
  keeper->run_due();
  EXPECT_EQ(counted().anchors, anchors + 1) << logged;
}

// --- Weeks that are over

// The proof of a week needs a commitment dated after its Sunday, and in holidays nothing else brings one.
class WeeksOver : public AnchorKeeping {
 protected:
  std::size_t commitments() {
    std::size_t found = 0;
    for (std::uint64_t i = 0; i < size(); ++i) {
      const Bytes kept = *licey.school().entry(i);
      found += std::holds_alternative<StateCommitted>(decode_entry(kept)->statement.body);
    }
    return found;
  }
  // What was asked for is placed before whatever comes next.
  void look() {
    keeper->commit_weeks();
    ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockJump, live.clock().now(), {}}));
  }
};

TEST_F(WeeksOver, TheStateIsCommittedToOnceThoughNothingHappens) {
  keep();  // no policy is needed
  topic();
  live.at("2026-09-06 23:59");  // Sunday
  look();
  EXPECT_EQ(commitments(), 0U) << "not over";
  live.at("2026-09-07 00:00");
  look();
  ASSERT_EQ(commitments(), 1U) << logged;
  Bytes bytes;
  const auto said = newest<StateCommitted>(bytes);
  ASSERT_TRUE(said);
  const Entry entry = *decode_entry(bytes);
  EXPECT_EQ(said->size, entry.event.index) << "it covers what precedes it";
  EXPECT_EQ(licey.school().read([](const auto& model) { return model.committed; }), entry.event.index);
  EXPECT_TRUE(licey.school().prove_state({}));
  for (const char* later : {"2026-09-07 12:00", "2026-09-14 00:00", "2026-10-05 00:00"}) {
    live.at(later);
    look();
  }
  keep();
  look();
  EXPECT_EQ(commitments(), 1U) << "the service's own entries are no news";
  branch("b");
  look();
  EXPECT_EQ(commitments(), 1U) << "of a week that goes on";
  live.at("2026-10-12 00:00");
  look();
  look();
  EXPECT_EQ(commitments(), 2U);
  keeper.reset();
  ASSERT_TRUE(live.reopen()) << "an opening holds each against the entries before it";
}

// --- Prefer: wait=cosigned

class WaitingForWitnesses : public AnchorKeeping {
 protected:
  void open(std::chrono::milliseconds most = std::chrono::seconds(30), std::size_t waiting_max = 2) {
    CosignedWaits::Options options;
    options.wait_most = most;
    options.waiting_max = waiting_max;
    options.hurry = [this](const commands::School& school) { keeper->hurry(school); };
    waits = std::make_unique<CosignedWaits>(live.engine(), options);
  }
  std::future<bool> wait(std::uint64_t index) {
    auto done = std::make_shared<std::promise<bool>>();
    waits->wait(licey.school(), index, [done](bool covered) { done->set_value(covered); });
    return done->get_future();
  }
  std::unique_ptr<CosignedWaits> waits;
};

TEST_F(WaitingForWitnesses, AreAnsweredOnceTheyHaveCosigned) {
  set_policy();
  keep();
  open();
  const std::uint64_t index = topic();
  auto answer = wait(index);
  EXPECT_LE(keeper->next_due()->micros - live.clock().now().micros, 2 * kMicrosPerSecond) << "somebody waits";
  round();
  EXPECT_TRUE(answer.get());
  EXPECT_TRUE(wait(index).get()) << "at once, where it is there already";
}

TEST_F(WaitingForWitnesses, NobodyIsKeptForEver) {
  set_policy();
  keep();
  for (auto& one : witnesses) one->die();
  open(std::chrono::milliseconds(20));
  EXPECT_FALSE(wait(topic()).get());
  open();
  auto first = wait(size() - 1), second = wait(size() - 1);
  EXPECT_FALSE(wait(size() - 1).get()) << "more than may wait";
  waits->stop();
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(second.get());
  EXPECT_FALSE(wait(size() - 1).get()) << "after the end";
}

TEST_F(WaitingForWitnesses, WithoutAPolicyThereIsNothingToWaitFor) {
  keep();
  open();
  EXPECT_FALSE(wait(topic()).get());
}

TEST_F(AnchorKeeping, AMissingWitnessStopsNothingAndShows) {
  set_policy();
  keep();
  witnesses[2]->die();
  const std::uint64_t index = topic();
  round();
  EXPECT_TRUE(licey.school().cosigned_proof(index));
  EXPECT_EQ(evidence_in_newest_anchor(), 2U);
  EXPECT_EQ(counted().failures, failures(0, 0, 1));
  EXPECT_NE(logged.find("\"event\":\"no_evidence\",\"school\":\"licey29\",\"asked\":\"" + witnesses[2]->name + "\""),
            std::string::npos)
      << logged;
}

// A policy that neighbours share names the school's own witness, which cosigns no log of its own.
TEST_F(AnchorKeeping, TheOwnWitnessIsNotAsked) {
  own_witness = witnesses[2]->witness->vkey().key;
  set_policy();
  keep();
  keeper->look_back();
  topic();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 2U);
  const std::map<std::string, std::uint64_t> others{{witnesses[0]->name, 0}, {witnesses[1]->name, 0}};
  EXPECT_EQ(counted().failures, others);
  EXPECT_EQ(logged.find("\"asked\""), std::string::npos) << logged;
}

// One that takes the question and keeps it: the others' evidence is recorded without it, and it is not asked again meanwhile.
TEST_F(AnchorKeeping, AWitnessThatKeepsSilentKeepsNobodysEvidenceBack) {
  auto silence = std::make_unique<Silence>();
  witnesses[1]->url = silence->url;
  set_policy();
  patience = std::chrono::seconds(120);  // longer than this test may take
  keep();
  topic();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 2U) << logged;
  EXPECT_EQ(counted().failures, failures(0, 1, 0));
  EXPECT_NE(logged.find("slow"), std::string::npos) << logged;
  advance(60);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}, {});
  round();
  EXPECT_EQ(counted().anchors, 2U);
  EXPECT_NE(logged.find("still_asked"), std::string::npos) << logged;
  silence.reset();
  keeper.reset();
}

// Two schools, and one of them has two witnesses that take the question and keep it: the other's evidence is there all the same,
// for what is recorded before that question and for what is recorded while it is out.
TEST_F(AnchorKeeping, ASchoolWhoseWitnessesKeepSilentDelaysNoOther) {
  letopis::test::LiveSchool gymnasium(live, "gymnasium", "Гимназия");
  for (auto& one : witnesses) EXPECT_TRUE(one->witness->add_log(gymnasium.school().vkey()));
  set_policy(gymnasium);
  auto silence = std::make_unique<Silence>();
  witnesses[1]->url = witnesses[2]->url = silence->url;
  set_policy();
  patience = std::chrono::seconds(120);  // longer than this test may take
  keep();
  std::mutex mutex;
  std::condition_variable came;
  std::size_t anchors = 0;
  const auto listener = gymnasium.school().listen([&](const std::vector<commands::Change>& changes) {
    const std::lock_guard lock(mutex);
    anchors += static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(), [](const auto& change) { return change.of_service; }));
    came.notify_all();
  });
  const auto anchored = [&](std::size_t so_many) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, std::chrono::seconds(30), [&] { return anchors >= so_many; });
  };
  keeper->start();  // both are due
  EXPECT_TRUE(silence->asked());
  EXPECT_TRUE(anchored(1));
  gymnasium.say(gymnasium.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}, {});
  advance(60);
  EXPECT_TRUE(anchored(2)) << "while the other school's question is out";
  EXPECT_EQ(evidence_in_newest_anchor(), 0U) << "that school has nothing yet";
  silence.reset();
  keeper.reset();
  gymnasium.school().unlisten(listener);
  EXPECT_GT(evidence_in_newest_anchor(), 0U) << logged;
}

TEST_F(AnchorKeeping, WithoutAQuorumItIsTriedAgainLaterEachTime) {
  set_policy();
  keep();
  witnesses[1]->die();
  witnesses[2]->die();
  const std::uint64_t index = topic();
  std::vector<std::int64_t> waits;
  for (int tries = 0; tries < 3; ++tries) {
    round();
    waits.push_back((keeper->next_due()->micros - live.clock().now().micros) / kMicrosPerSecond);
  }
  EXPECT_LT(waits[0], waits[1]);
  EXPECT_LT(waits[1], waits[2]);
  EXPECT_EQ(licey.school().cosigned_proof(index).error().code, "pending");
  EXPECT_EQ(counted().witnessed_size, 0U);
}

// "An anchor alone causes no further anchor": whoever is asked again and again says nothing new by it.
TEST_F(AnchorKeeping, WithoutAQuorumTheSameWordIsRecordedOnce) {
  set_policy();
  keep();
  witnesses[1]->die();
  witnesses[2]->die();
  const std::uint64_t index = topic();
  for (int tries = 0; tries < 10; ++tries) round();
  EXPECT_EQ(counted().rounds, 10U);
  EXPECT_EQ(counted().anchors, 1U) << logged;
  keep();
  for (int tries = 0; tries < 3; ++tries) round();
  EXPECT_EQ(counted().rounds, 3U) << "it is asked on after a restart";
  EXPECT_EQ(counted().anchors, 0U) << "and knows from the log what was said";
  branch("b");
  for (int tries = 0; tries < 3; ++tries) round();
  EXPECT_EQ(counted().anchors, 1U) << "over an entry that is new";
  witnesses[1]->come_back();
  round();
  EXPECT_EQ(counted().anchors, 2U) << logged;
  EXPECT_TRUE(licey.school().cosigned_proof(index)) << "it meets the quorum";
  EXPECT_EQ(counted().witnessed_size, size() - 1);
}

TEST_F(AnchorKeeping, WithoutAQuorumWhoeverHadNotSpokenIsHeardOnce) {
  set_policy();
  keep();
  witnesses[1]->die();
  witnesses[2]->die();
  topic();
  round();
  for (int turns = 0; turns < 2; ++turns) {
    witnesses[0]->die();
    witnesses[1]->come_back();
    round();
    EXPECT_EQ(counted().anchors, 2U) << "one that says what it had not said";
    witnesses[1]->die();
    witnesses[0]->come_back();
    round();
    EXPECT_EQ(counted().anchors, 2U) << "one that had said it";
  }
}

TEST_F(AnchorKeeping, AWitnessOfAnotherKeyGivesNothing) {
  set_policy();
  keep();
  // Somebody else answers at its address.
  SeededRandom random(99);
  ledger::test::MemoryKv store;
  const auto impostor = Witness::open(store, signing::KeyPair::generate(signing::Purpose::kWitness, random),
                                      {witnesses[2]->name, &witnesses[2]->clock});
  ASSERT_TRUE(impostor);
  ASSERT_TRUE((*impostor)->add_log(licey.school().vkey()));
  HttpOptions at;
  at.port = static_cast<std::uint16_t>(std::stoi(witnesses[2]->url.substr(witnesses[2]->url.rfind(':') + 1)));
  witnesses[2]->die();
  const auto server = WitnessServer::start(**impostor, at, *witnesses[2]->log);
  ASSERT_TRUE(server) << server.error().text();
  topic();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 2U);
  EXPECT_NE(logged.find("no_cosignature"), std::string::npos) << logged;
}

// --- Clocks

TEST_F(AnchorKeeping, AClockAloneAgainstItsWitnessesIsInDoubtUntilItAgrees) {
  set_policy();
  keep();
  topic();
  for (auto& one : witnesses) one->clock.set({live.clock().now().micros + 7'200 * kMicrosPerSecond});
  live.advance(60);
  keeper->run_due();
  EXPECT_TRUE(doubted());
  Bytes bytes;
  const auto fault = newest<ClockFault>(bytes);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, "evidence");
  EXPECT_GT(fault->expected.micros - fault->observed.micros, 7'000 * kMicrosPerSecond);
  EXPECT_EQ(evidence_in_newest_anchor(), 3U) << "the bracket alone counts: it is recorded";
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"a", "Филиал"}, {});
  live.advance(60);
  for (auto& one : witnesses) one->clock.advance_micros(60 * kMicrosPerSecond);
  keeper->run_due();
  EXPECT_EQ(faults(), 1U) << "said once, while it lasts";
  // The clock is set right.
  live.clock().set(witnesses[0]->clock.now());
  advance(1);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}, {});
  advance(60);
  keeper->run_due();
  EXPECT_FALSE(doubted()) << logged;
}

// A machine that boots with a wrong clock: whatever it recorded before the first round would be called a lie.
TEST_F(AnchorKeeping, AStartUnderAWrongClockIsOnRecordBeforeTheFirstEntry) {
  set_policy();
  keep();
  topic();
  round();
  ASSERT_FALSE(doubted());
  live.advance(3 * 3'600);  // and the witnesses' clocks stay
  keep();
  const std::uint64_t before = size();
  keeper->ask_the_time();
  EXPECT_TRUE(doubted()) << logged;
  Bytes bytes;
  const auto fault = newest<ClockFault>(bytes);
  ASSERT_TRUE(fault);
  EXPECT_EQ(decode_entry(bytes)->event.index, before) << "nothing came first";
  EXPECT_GT(fault->observed.micros - fault->expected.micros, 10'000 * kMicrosPerSecond);
  EXPECT_EQ(counted().clock_faults, 1U);
  // A start that finds it as it was says nothing again.
  const std::uint64_t told = size();
  keep();
  keeper->ask_the_time();
  EXPECT_EQ(size(), told) << logged;
  // The next finds it right, and says so once.
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  keep();
  keeper->ask_the_time();
  EXPECT_FALSE(doubted()) << logged;
}

TEST_F(AnchorKeeping, AStartUnderARightClockLeavesNoTrace) {
  set_policy();
  keep();
  topic();
  round();
  advance(3 * 3'600);
  const std::uint64_t before = size();
  for (int start = 0; start < 3; ++start) {
    keep();
    keeper->ask_the_time();
    EXPECT_EQ(counted().rounds, 1U);
    EXPECT_EQ(keeper->next_due(), std::nullopt);
  }
  EXPECT_EQ(size(), before) << "a log does not grow by being started";
  // What was recorded since is witnessed by the same round.
  keeper.reset();
  branch("a");
  keep();
  keeper->ask_the_time();
  EXPECT_EQ(counted().witnessed_size, before + 1) << logged;
  // Nobody there: as if nobody had been asked.
  for (auto& one : witnesses) one->die();
  keep();
  keeper->ask_the_time();
  EXPECT_EQ(keeper->next_due(), std::nullopt);
  EXPECT_FALSE(doubted());
}

// Its operator mends the certificate's path or the port, and starts it again: the log is what it was.
TEST_F(AnchorKeeping, AStartThatFailsForItsAddressOrCertificatesRecordsNothing) {
  set_policy();
  topic();  // not witnessed yet
  const std::uint64_t before = size();
  AppOptions options;
  options.random = &live.random();
  options.log = log.get();
  options.witnesses.emplace();
  options.http.port = static_cast<std::uint16_t>(std::stoi(witnesses[0]->url.substr(witnesses[0]->url.rfind(':') + 1)));
  const auto port_taken = App::start(live.engine(), options);
  ASSERT_FALSE(port_taken);
  EXPECT_EQ(port_taken.error().code, "address_in_use");
  options.http.port = 0;
  options.http.tls_certificate_file = "/nowhere/server.pem";
  const auto no_certificate = App::start(live.engine(), options);
  ASSERT_FALSE(no_certificate);
  EXPECT_EQ(no_certificate.error().code, "tls_certificate");
  EXPECT_EQ(size(), before) << logged;
  for (const auto& one : witnesses)
    EXPECT_EQ(one->witness->counters().cosigned, 0U) << "a witness that nobody has asked";
  options.http.tls_certificate_file.reset();
  const auto started = App::start(live.engine(), options);
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_GT(size(), before) << "before it says that it has started: " << logged;
}

// Whether anybody is asked or not: where there is no policy nobody else would tell.
TEST_F(AnchorKeeping, AJumpOfTheClockIsRecordedWithoutAPolicy) {
  TwoClocks clocks(live.clock().now());
  keep(clocks);
  const auto pass = [&](std::int64_t wall, std::int64_t steady) {
    clocks.wall.advance_micros(wall * kMicrosPerSecond);
    clocks.steady.advance_micros(steady * kMicrosPerSecond);
  };
  branch("a");
  pass(100, 100);
  branch("b");
  keeper->run_due();
  EXPECT_EQ(faults(), 0U);
  pass(7'200, 100);
  branch("c");
  keeper->run_due();
  EXPECT_EQ(faults(), 2U)
      << "the jump; and that the clock is not behind the log, all that can be known without witnesses";
  EXPECT_FALSE(doubted());
  EXPECT_EQ(counted().clock_faults, 1U);
  pass(100, 100);
  branch("d");
  keeper->run_due();
  EXPECT_EQ(faults(), 2U) << "said once";
  pass(-7'200, 100);
  branch("e");
  keeper->run_due();
  EXPECT_EQ(faults(), 4U) << "the other way";
  EXPECT_EQ(counted().clock_faults, 2U);
}

TEST_F(AnchorKeeping, AJumpOfTheClockIsRecordedAndOverOnceItsWitnessesAgree) {
  set_policy();
  TwoClocks clocks(live.clock().now());
  keep(clocks);
  branch("a");
  keeper->run_due();
  clocks.steady.advance_micros(-7'200 * kMicrosPerSecond);
  branch("b");
  keeper->run_due();
  EXPECT_EQ(faults(), 2U) << logged;
  EXPECT_FALSE(doubted()) << "it went to where the witnesses' clocks are";
  EXPECT_EQ(counted().clock_faults, 1U);
  EXPECT_EQ(evidence_in_newest_anchor(), 3U);
}

TEST_F(AnchorKeeping, AJumpAwayFromTheWitnessesIsToldWithWhatTheySay) {
  set_policy();
  TwoClocks clocks(live.clock().now());
  keep(clocks);
  branch("a");
  keeper->run_due();
  clocks.wall.advance_micros(7'200 * kMicrosPerSecond);
  branch("b");
  keeper->run_due();
  EXPECT_EQ(faults(), 2U) << "a jump, and evidence: " << logged;
  EXPECT_TRUE(doubted());
  Bytes bytes;
  const auto fault = newest<ClockFault>(bytes);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, "evidence");
  EXPECT_LT(fault->expected.micros, clocks.now().micros - 7'000 * kMicrosPerSecond);
}

// --- A clock that was ahead, and is set right

class AheadForOneEntry : public AnchorKeeping {
 protected:
  static constexpr std::int64_t kDay = 86'400;
  Result<commands::Acknowledged> branch(std::string_view code) {
    auto said = licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{code, "Филиал"});
    for (auto& one : witnesses) one->clock.set(live.clock().now());
    return said;
  }
  // A day ahead, one entry, and right again.
  void be_ahead_once() {
    live.advance(kDay);
    ASSERT_TRUE(branch("ahead"));
    at_newest = newest_at();
    live.advance(-kDay);
    for (auto& one : witnesses) one->clock.set(live.clock().now());
    EXPECT_EQ(branch("refused").error().code, "clock_behind") << "nothing explains it yet";
  }
  Instant newest_at() {
    return licey.school().read([](const auto& model) { return model.times.back(); });
  }
  void look() {
    keeper->check_clock();
    const auto due = keeper->next_due();
    ASSERT_TRUE(due);
    EXPECT_LE(*due, live.clock().now()) << "not when the clock said it was tomorrow";
    keeper->run_due();
  }
  void a_day_later() {
    advance(kDay + 120);
    ASSERT_TRUE(branch("later"));
    EXPECT_EQ(newest_at(), live.clock().now()) << "the clock counts again";
    keeper->check_clock();
    round();
    EXPECT_FALSE(doubted()) << logged;
  }
  audit::AuditReport audited(const std::string& policy) {
    keeper.reset();
    live.close();
    std::array<std::uint8_t, 32> key;
    key.fill(7);
    const auto source = audit::DirectorySource::open(live.directory() + "/data", "licey29", key);
    EXPECT_TRUE(source) << source.error().text();
    audit::AuditOptions options;
    if (!policy.empty()) options.policy = *TrustPolicy::parse(policy);
    return *audit::audit(**source, options);
  }
  Instant at_newest;
};

TEST_F(AheadForOneEntry, WithWitnessesTheBracketAloneCountsUntilItIsPast) {
  set_policy();
  Bytes bytes;
  const std::string policy(newest<WitnessPolicySet>(bytes)->policy);
  keep();
  topic();
  round();
  be_ahead_once();
  const auto anchors = counted().anchors;
  look();
  EXPECT_TRUE(doubted()) << logged;
  EXPECT_EQ(counted().anchors, anchors + 1) << logged;
  EXPECT_EQ(evidence_in_newest_anchor(), 3U);
  const auto fault = newest<ClockFault>(bytes);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, "evidence");
  EXPECT_GT(fault->observed.micros - fault->expected.micros, (kDay - 600) * kMicrosPerSecond);
  EXPECT_EQ(newest_at().micros, at_newest.micros + 2) << "the fault and the anchor, one after another";
  ASSERT_TRUE(branch("b")) << "people are not kept waiting";
  EXPECT_EQ(newest_at().micros, at_newest.micros + 3);
  advance(60);
  round();
  EXPECT_TRUE(doubted()) << "entries of tomorrow are the newest still";
  a_day_later();
  const auto report = audited(policy);
  EXPECT_EQ(report.findings_by_code.count("time_not_increasing"), 0U);
  const auto outside = report.findings_by_code.find("outside_bracket");
  ASSERT_NE(outside, report.findings_by_code.end());
  EXPECT_EQ(outside->second, 1U) << "of the one entry that was recorded before anybody knew";
  EXPECT_EQ(report.violations, 1U);
}

TEST_F(AheadForOneEntry, WithoutAPolicyTheClockIsHeldAgainstTheLog) {
  keep();
  topic();
  be_ahead_once();
  look();
  EXPECT_TRUE(doubted()) << logged;
  Bytes bytes;
  EXPECT_EQ(newest<ClockFault>(bytes)->kind, "jump");
  ASSERT_TRUE(branch("b"));
  EXPECT_EQ(newest_at().micros, at_newest.micros + 2);
  keeper.reset();
  ASSERT_TRUE(live.reopen());
  keep();
  ASSERT_TRUE(branch("c")) << "after a start, too";
  a_day_later();
  EXPECT_EQ(audited({}).violations, 0U);
}

TEST_F(AnchorKeeping, AWitnessAloneWithItsTimeIsLeftOut) {
  set_policy();
  keep();
  topic();
  witnesses[1]->clock.set({live.clock().now().micros + 600 * kMicrosPerSecond});
  live.advance(50);
  witnesses[0]->clock.set(live.clock().now());
  witnesses[2]->clock.set(live.clock().now());
  keeper->run_due();
  EXPECT_FALSE(doubted());
  EXPECT_EQ(evidence_in_newest_anchor(), 2U);
  EXPECT_EQ(counted().refused, 1U);
  EXPECT_NE(logged.find("evidence_off_clock"), std::string::npos);
}

// --- Authorities

TEST_F(AnchorKeeping, TokensOfAuthoritiesAreKeptBesideCosignatures) {
  letopis::test::TimeAuthority authority("tsa.example", live.clock().now());
  HttpOptions options;
  const auto server = HttpServer::start(options, answers_at_once([&](const Request& request) {
                                          Response response;
                                          response.content_type = "application/timestamp-reply";
                                          const Bytes answer =
                                              authority.answer(as_bytes(std::string_view(request.body)));
                                          response.body = std::string(as_text(answer));
                                          EXPECT_EQ(request.content_type, "application/timestamp-query");
                                          return response;
                                        }),
                                        {});
  ASSERT_TRUE(server);
  set_policy("tsa district " + to_base64(authority.root()) + " " + (*server)->url() + "/tsr\n");
  keep();
  topic();
  authority.set(live.clock().now());
  round();
  Bytes bytes;
  const auto anchor = newest<AnchorAdded>(bytes);
  ASSERT_TRUE(anchor);
  ASSERT_EQ(anchor->evidence.size(), 4U) << logged;
  EXPECT_EQ(anchor->evidence[3].kind, projections::kTimestamp);
  EXPECT_TRUE(signing::verify_timestamp(anchor->evidence[3].bytes, signing::sha256({as_bytes(anchor->checkpoint)}),
                                        authority.root(), kMicrosPerSecond));
  EXPECT_EQ(counted().tokens, 1U);
}

// The companion alone changes: whoever it names is asked as soon as the policy is in force.
TEST_F(AnchorKeeping, AChangedCompanionIsTakenUpWhileTheServerRuns) {
  set_policy();
  keep();
  topic();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 3U);
  letopis::test::TimeAuthority authority("tsa.example", live.clock().now());
  const auto server = HttpServer::start(
      {}, answers_at_once([&](const Request& request) {
        Response response;
        response.content_type = "application/timestamp-reply";
        response.body = std::string(as_text(authority.answer(as_bytes(std::string_view(request.body)))));
        return response;
      }),
      {});
  ASSERT_TRUE(server);
  advance(60);
  set_policy("tsa district " + to_base64(authority.root()) + " " + (*server)->url() + "/tsr\n");
  round();  // a quorum of the one before sees it
  advance(60);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}, {});
  for (auto& one : witnesses) one->clock.set(live.clock().now());
  authority.set(live.clock().now());
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 4U) << logged;
  EXPECT_EQ(counted().failures.count("district"), 1U);
}

// An authority whose certificate says where the list of revoked ones is, and a server that has both.
class ListedAuthority : public AnchorKeeping {
 protected:
  using Authority = letopis::test::TimeAuthority;
  void open(const std::string& companion = {}) {
    auto started =
        HttpServer::start({}, answers_at_once([this](const Request& request) { return answer(request); }), {});
    ASSERT_TRUE(started);
    server = *std::move(started);
    Authority::Kind kind;
    kind.lists_at = server->url() + "/root.crl";
    authority = std::make_unique<Authority>("tsa.example", live.clock().now(), kind);
    set_policy("tsa district " + to_base64(authority->root()) + " " + server->url() + "/tsr\n" + companion);
    keep();
  }
  void ask() {
    const std::string code = "b" + std::to_string(++entries);
    licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{code, "Филиал"}, {});
    for (auto& one : witnesses) one->clock.set(live.clock().now());
    const std::lock_guard lock(mutex);
    authority->set(live.clock().now());
  }
  Response answer(const Request& request) {
    const std::lock_guard lock(mutex);
    Response response;
    const bool wants_list = request.path == "/root.crl";
    if (gone) {
      response.status = 503;
      return response;
    }
    lists_asked += wants_list ? 1 : 0;
    response.status = wants_list && !has_list ? 404 : 200;
    const Bytes body = !wants_list ? authority->answer(as_bytes(std::string_view(request.body)))
                       : has_list  ? (given = authority->revocation_list(signer, others))
                                   : Bytes();
    response.body = std::string(as_text(body));
    return response;
  }
  // Whether the newest anchor's token holds this list; nullopt: it has no token.
  std::optional<bool> token_holds(const Bytes& list) {
    Bytes bytes;
    const auto anchor = newest<AnchorAdded>(bytes);
    if (!anchor || anchor->evidence.size() < 4) return std::nullopt;
    const ByteView token = anchor->evidence[3].bytes;
    EXPECT_TRUE(signing::verify_timestamp(token, signing::sha256({as_bytes(anchor->checkpoint)}), authority->root(),
                                          kMicrosPerSecond));
    return std::search(token.begin(), token.end(), list.begin(), list.end()) != token.end();
  }

  std::mutex mutex;
  std::unique_ptr<Authority> authority;
  std::optional<Authority::Revoked> signer;
  std::size_t others = 0;  // that stand on the list
  bool has_list = true, gone = false;
  int lists_asked = 0, entries = 0;
  Bytes given;
  std::unique_ptr<HttpServer> server;  // last: it uses the rest
};

TEST_F(ListedAuthority, ATokenIsKeptWithTheListOfItsDay) {
  open();
  ask();
  round();
  EXPECT_EQ(token_holds(given), true) << logged;
  EXPECT_EQ(lists_asked, 1);
  ask();
  round();
  EXPECT_EQ(lists_asked, 1) << "an hour has not passed";
  live.advance(3600);
  ask();
  round();
  EXPECT_EQ(lists_asked, 2);
}

TEST_F(ListedAuthority, WithoutAListThatIsToBeHadTheTokenIsKeptAlone) {
  has_list = false;
  open();
  ask();
  round();
  EXPECT_TRUE(token_holds({}).has_value()) << logged;
  EXPECT_EQ(lists_asked, 1);
  EXPECT_NE(logged.find("revocation_list_missed"), std::string::npos) << logged;
  EXPECT_NE(logged.find(server->url() + "/root.crl"), std::string::npos) << logged;
  ask();
  round();
  EXPECT_EQ(lists_asked, 1) << "it is not asked for again at once";
  has_list = true;
  live.advance(600);
  ask();
  round();
  EXPECT_EQ(lists_asked, 2);
}

TEST_F(ListedAuthority, ASignerThatIsOnTheListIsNotHeard) {
  signer = Authority::Revoked{live.clock().now(), std::nullopt};
  open();
  ask();
  round();
  EXPECT_EQ(evidence_in_newest_anchor(), 3U) << "the witnesses' alone";
  EXPECT_NE(logged.find("revoked"), std::string::npos) << logged;
}

// Whoever can keep a list from the server must not bring a revoked authority back.
TEST_F(ListedAuthority, AListThatIsNoLongerToBeHadStillStands) {
  signer = Authority::Revoked{live.clock().now(), std::nullopt};
  open();
  ask();
  round();
  EXPECT_EQ(keeper->revocation_lists_missed(), 0U);
  has_list = false;
  logged.clear();
  live.advance(3600);
  ask();
  round();
  EXPECT_EQ(lists_asked, 2);
  EXPECT_EQ(keeper->revocation_lists_missed(), 1U);
  EXPECT_NE(logged.find("revocation_list_missed"), std::string::npos) << logged;
  EXPECT_NE(logged.find("revoked\""), std::string::npos) << logged;
  EXPECT_EQ(evidence_in_newest_anchor(), 3U) << "the witnesses' alone";
}

// Authorities that date a checkpoint by themselves prove what follows a deadline late, though no witness is there.
TEST_F(ListedAuthority, PastADeadlineAnAuthoritysWordIsRecordedThoughNothingIsNew) {
  open("tsa-quorum 1\n");
  for (auto& one : witnesses) one->die();
  topic();
  ask();
  round();
  round();
  EXPECT_EQ(counted().anchors, 1U) << logged;
  live.at("2026-09-02 00:30");  // the topic had its deadline at the end of the day
  authority->set(live.clock().now());
  keeper->run_due();
  EXPECT_EQ(counted().anchors, 2U) << logged;
  round();
  EXPECT_EQ(counted().anchors, 2U);
}

// What fails at the deadline is still worth recording when it comes.
TEST_F(ListedAuthority, AnAuthorityThatFailsAtADeadlineIsHeardWhenItIsBack) {
  open("tsa-quorum 1\n");
  for (auto& one : witnesses) one->die();
  topic();
  ask();
  round();
  EXPECT_EQ(counted().anchors, 1U) << logged;
  live.at("2026-09-02 00:30");
  gone = true;
  keeper->run_due();
  EXPECT_EQ(counted().anchors, 1U) << logged;
  gone = false;
  advance(60);
  authority->set(live.clock().now());
  keeper->run_due();
  EXPECT_EQ(counted().anchors, 2U) << logged;
}

// A list that is too long for an anchor, or for any token, is a file that the anchor names.
TEST_F(ListedAuthority, AListThatDoesNotFitIsAFileOfItsOwn) {
  open();
  ask();
  round();
  EXPECT_EQ(token_holds(given), true) << logged;
  for (const std::size_t so_many : {930U, 1090U, 20'000U}) {
    logged.clear();
    others = so_many;
    live.advance(3600);  // a new list is fetched
    for (int once_more = 0; once_more < 2; ++once_more) {
      ask();
      round();
      EXPECT_GT(given.size(), others * 20);
      EXPECT_EQ(token_holds(given), false) << logged;
      Bytes bytes;
      const auto anchor = newest<AnchorAdded>(bytes);
      ASSERT_EQ(anchor->evidence.size(), 5U) << logged;
      EXPECT_EQ(anchor->evidence[4].kind, kRevocationListFile);
      const auto file = EvidenceFile::read(anchor->evidence[4]);
      ASSERT_TRUE(file);
      const auto text = licey.school().blob(file->hash);
      ASSERT_TRUE(text) << text.error().text();
      EXPECT_EQ(text->size(), file->size);
      const auto list = signing::list_of_text(as_text(*text));
      ASSERT_TRUE(list) << list.error().text();
      EXPECT_TRUE(equal(list->der(), given)) << "that of its day";
    }
    EXPECT_EQ(logged.find("revocation_list"), std::string::npos) << logged;
  }
  EXPECT_EQ(counted().refused, 0U) << "no evidence was";
}

TEST_F(ListedAuthority, AListLargerThanAnyMayBeIsToldOfAndLeftOut) {
  others = signing::kRevocationListSizeMaxBytes / 20;
  open();
  ask();
  round();
  EXPECT_GT(given.size(), signing::kRevocationListSizeMaxBytes);
  EXPECT_EQ(evidence_in_newest_anchor(), 4U) << "the token alone";
  EXPECT_NE(logged.find("revocation_list_missed"), std::string::npos) << logged;
}

// More tokens than a statement holds.
class ManyAuthorities : public AnchorKeeping {
 protected:
  static constexpr std::size_t kMany = 30;
  // `address` is where their certificates say that their lists are, below the server's own.
  void open(const std::string& address, const std::string& quorum = {}) {
    auto started =
        HttpServer::start({}, answers_at_once([this](const Request& request) { return answer(request); }), {});
    ASSERT_TRUE(started);
    server = *std::move(started);
    std::string companion;
    for (std::size_t i = 0; i < kMany; ++i) {
      const std::string number = std::to_string(i);
      letopis::test::TimeAuthority::Kind kind;
      kind.lists_at = server->url() + "/" + number + address;
      authorities.push_back(std::make_unique<letopis::test::TimeAuthority>("tsa" + number, live.clock().now(), kind));
      companion +=
          "tsa t" + number + " " + to_base64(authorities.back()->root()) + " " + server->url() + "/" + number + "\n";
    }
    set_policy(companion + quorum);
    keep();
  }
  Response answer(const Request& request) {
    const std::lock_guard lock(mutex);
    Response response;
    auto& asked = *authorities.at(std::stoul(request.path.substr(1)));
    const bool wants_list = request.path.ends_with(".crl");
    if (wants_list || !request.body.empty()) {
      const Bytes bytes = wants_list ? asked.revocation_list() : asked.answer(as_bytes(std::string_view(request.body)));
      response.body = std::string(as_text(bytes));
    } else {
      response.status = 404;
    }
    return response;
  }
  std::uint64_t topic() {
    const std::uint64_t index = AnchorKeeping::topic();
    for (auto& one : authorities) one->set(live.clock().now());
    return index;
  }
  // Of the newest anchor.
  std::size_t kept(std::string_view kind) {
    Bytes bytes;
    const auto anchor = newest<AnchorAdded>(bytes);
    return anchor ? static_cast<std::size_t>(std::count_if(anchor->evidence.begin(), anchor->evidence.end(),
                                                           [&](const auto& one) { return one.kind == kind; }))
                  : 0;
  }
  std::mutex mutex;
  std::vector<std::unique_ptr<letopis::test::TimeAuthority>> authorities;
  std::unique_ptr<HttpServer> server;  // last: it uses the rest
};

TEST_F(ManyAuthorities, TokensThatDoNotFitAreFilesAndReceiptsHoldThemAll) {
  open("/none");
  const std::uint64_t index = topic();
  round();
  EXPECT_EQ(kept(kCosignature), 3U) << logged;
  EXPECT_GT(kept(kTimestamp), 0U);
  EXPECT_GT(kept(kTimestampFile), 0U);
  EXPECT_EQ(kept(kTimestamp) + kept(kTimestampFile), kMany);
  EXPECT_EQ(counted().tokens, kMany);
  EXPECT_EQ(counted().refused, 0U);
  const auto proof = licey.school().cosigned_proof(index);
  ASSERT_TRUE(proof) << logged;
  EXPECT_EQ(decode_receipt(*parse_proof_file(*proof)->extra)->tokens.size(), kMany);
}

TEST_F(ManyAuthorities, ListsMakeRoomForTokens) {
  open("/root.crl");
  topic();
  round();
  EXPECT_EQ(kept(kTimestamp) + kept(kTimestampFile), kMany) << logged;
  EXPECT_GT(kept(kRevocationListFile), 0U);
  EXPECT_EQ(counted().refused, 0U);
  EXPECT_NE(logged.find("revocation_list_left_out"), std::string::npos);
}

// The cosignatures come first, and what is left out is told of. An address of a kilobyte makes a token larger by as much.
TEST_F(ManyAuthorities, MoreTokensThanAnAnchorHoldsAndNamesAreLeftOut) {
  open("/" + std::string(1500, 'x'));
  const std::uint64_t index = topic();
  round();
  EXPECT_EQ(kept(kCosignature), 3U) << logged;
  EXPECT_LT(kept(kTimestamp) + kept(kTimestampFile), kMany);
  EXPECT_EQ(counted().refused, kMany - kept(kTimestamp) - kept(kTimestampFile));
  EXPECT_NE(logged.find("too_many_files"), std::string::npos);
  EXPECT_TRUE(licey.school().cosigned_proof(index)) << logged;
}

// Without a quorum the same is asked again and again: what lies in files is known, too.
TEST_F(ManyAuthorities, WhatFilesSayIsNotSaidTwice) {
  open("/none");
  for (auto& one : witnesses) one->die();
  topic();
  round();
  ASSERT_GT(kept(kTimestampFile), 0U) << logged;
  const auto anchors = counted().anchors;
  round();
  EXPECT_EQ(counted().anchors, anchors) << logged;
}

// --- A restored machine image

class RestoredImage : public AnchorKeeping {
 protected:
  std::string data() const { return live.directory() + "/data"; }
  std::string mark() const { return data() + "/licey29.held"; }
  // Stops, lets somebody have the directory, and starts again.
  void restart(const std::function<void()>& meanwhile = {}) {
    keeper.reset();
    live.close();
    if (meanwhile) meanwhile();
    ASSERT_TRUE(live.reopen());
    keep();
  }
  std::string refused() {
    const auto said = licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
    for (auto& one : witnesses) one->clock.set(live.clock().now());
    return said ? "recorded" : said.error().code;
  }
  // The newer directory is put back, beside what the old one was held by.
  void bring_the_newer() {
    const Bytes kept = faults::read_whole(mark());
    fs::remove_all(data());
    fs::copy(newer.path(), data(), fs::copy_options::recursive);
    faults::overwrite(mark(), kept);
  }
  const faults::TemporaryDirectory newer;

  // An image of the directory is put back, of before its witnesses saw more of the log.
  void put_back() {
    set_policy();
    live.close();
    const faults::TemporaryDirectory image;
    fs::copy(live.directory(), image.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    ASSERT_TRUE(live.reopen());
    keep();
    keeper->look_back();
    EXPECT_FALSE(licey.school().held()) << "never cosigned";
    topic();
    round();
    keeper.reset();
    live.close();
    ASSERT_TRUE(live.reopen());
    keep();
    keeper->look_back();
    EXPECT_FALSE(licey.school().held()) << "what the witnesses saw is there: " << logged;
    keeper.reset();

    live.close();
    fs::copy(data(), newer.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    for (const auto& entry : fs::directory_iterator(live.directory())) fs::remove_all(entry.path());
    fs::copy(image.path(), live.directory(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    ASSERT_TRUE(live.reopen());
    keep();
  }
};

TEST_F(RestoredImage, AnImageBehindItsWitnessesTakesNoWrites) {
  put_back();
  keeper->look_back();
  ASSERT_TRUE(licey.school().held());
  EXPECT_EQ(licey.school().held()->code, "witness_ahead");
  EXPECT_NE(licey.school().held()->detail.find("witness " + witnesses[0]->name + " "), std::string::npos)
      << licey.school().held()->detail;
  const auto said = licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, "held");
}

TEST_F(RestoredImage, AnImageThatWentOnIsHeldOnceAWitnessShowsAnotherHistory) {
  put_back();
  // Nobody was asked at the start, and the copy went its own way.
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"other", "Другая история"}, {});
  ASSERT_FALSE(licey.school().held());
  round();
  ASSERT_TRUE(licey.school().held()) << logged;
  EXPECT_EQ(licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}).error().code,
            "held");
}

// A hold lived in memory alone: an old image that was started again while its witnesses were away went its own way.
TEST_F(RestoredImage, AHoldOutlivesTheProcessThoughNobodyCanBeAsked) {
  put_back();
  keeper->look_back();
  const auto held = licey.school().held();
  ASSERT_TRUE(held);
  const std::string since = format_instant(live.clock().now());
  EXPECT_NE(held->detail.find("since " + since), std::string::npos) << held->detail;
  for (auto& one : witnesses) one->die();
  live.advance(3600);
  logged.clear();
  restart();
  EXPECT_EQ(refused(), "held") << "from the first moment on";
  keeper->look_back();
  EXPECT_EQ(refused(), "held");
  EXPECT_NE(logged.find("\"held\""), std::string::npos) << logged;
  EXPECT_NE(logged.find("since " + since), std::string::npos) << logged;
}

TEST_F(RestoredImage, TheRightDirectoryIsReleasedOnceTheWitnessHasBeenAsked) {
  put_back();
  keeper->look_back();
  restart([this] { bring_the_newer(); });
  EXPECT_EQ(refused(), "held") << "nobody has been asked yet";
  keeper->look_back();
  EXPECT_FALSE(licey.school().held()) << logged;
  EXPECT_NE(logged.find("released"), std::string::npos) << logged;
  EXPECT_FALSE(fs::exists(mark()));
  EXPECT_EQ(refused(), "recorded");
  restart();
  EXPECT_FALSE(licey.school().held()) << "for good";
}

TEST_F(RestoredImage, TheRightDirectoryStaysHeldWhileTheWitnessIsAway) {
  put_back();
  keeper->look_back();
  for (auto& one : witnesses) one->die();
  restart([this] { bring_the_newer(); });
  keeper->look_back();
  EXPECT_EQ(refused(), "held");
}

TEST_F(RestoredImage, AMarkThatCannotBeReadHolds) {
  put_back();
  keeper->look_back();
  restart([this] {
    bring_the_newer();
    faults::overwrite(mark(), Bytes{'?'});
  });
  keeper->look_back();
  ASSERT_TRUE(licey.school().held());
  EXPECT_EQ(licey.school().held()->code, "hold_unreadable");
  EXPECT_TRUE(fs::exists(mark())) << "for somebody to look at";
}

TEST_F(AnchorKeeping, AHoldThatIsOvercomeGivesWayToTheNext) {
  const auto note = [this] { return licey.school().read([](const auto& model) { return model.checkpoint_note; }); };
  const std::string older = note();
  topic();
  const Instant since = live.clock().now();
  ASSERT_TRUE(licey.school().hold({since, "witness_ahead", "all of it is here by now", "first", note()}));
  live.advance(60);
  ASSERT_TRUE(licey.school().hold({live.clock().now(), "witness_inconsistent", "another history", "second", older}));
  const auto mark = licey.school().hold_mark();
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->witness, "second");
  EXPECT_EQ(mark->since, since) << "held all the while";
}

TEST_F(AnchorKeeping, WitnessesThatDoNotAnswerHoldNobody) {
  set_policy();
  for (auto& one : witnesses) one->die();
  keep();
  keeper->look_back();
  EXPECT_FALSE(licey.school().held());
  EXPECT_NE(logged.find("witness_unasked"), std::string::npos);
  topic();
}

}  // namespace
}  // namespace letopis::server
