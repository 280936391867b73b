// The sequencer on a disk that fails and loses its power, at every operation of a small day at two schools.
//
// The oracle knows three states: acknowledged (must be there, at its index, byte for byte), sent (may be there), never sent
// (must not). Whatever happened, the log opens again, goes on from every checkpoint it ever gave away, and takes the same
// statements as the ones it has.

#include <gtest/gtest.h>

#include "tests/fault/fault_file_system.h"
#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

using faults::Fault;

constexpr std::uint64_t kJournalRewriteAtBytes = 900;  // so that a day holds a rewrite

// Everything a server has while it runs.
struct Server {
  std::unique_ptr<Vault> vault;
  std::shared_ptr<LogStore> store;
  std::map<std::string, NotingJudge> judges;
  std::map<std::string, SchoolRecord> schools;
  std::unique_ptr<Sequencer> sequencer;
};

struct Acknowledged {
  std::string slug;
  Placed placed;
  Checkpoint checkpoint;
};

struct Sent {
  std::string slug;
  Bytes statement;
};

class SequencerFaults : public ::testing::Test {
 protected:
  static constexpr const char* kSlugs[] = {"licey29", "school7"};

  KvOptions kv_options() {
    KvOptions options;
    options.file_system = faults::rocksdb_file_system(machine_->disk);
    return options;
  }
  signing::KeyPair log_key(std::uint8_t of) const { return signing::KeyPair::from_seed(signing::Purpose::kLog, {of}); }

  Result<std::unique_ptr<Server>> open() {
    auto server = std::make_unique<Server>();
    TRY(server->vault, Vault::open(machine_->home / "vault", master_, kv_options(), random_));
    TRY(std::shared_ptr<KvStore> kv, open_rocksdb(machine_->home / "ledger", kv_options()));
    server->store = std::make_shared<LogStore>(kv);
    TRY(std::shared_ptr<CheckpointJournal> journal,
        CheckpointJournal::open(machine_->files, machine_->home / "checkpoints.journal", kJournalRewriteAtBytes));
    server->sequencer = std::make_unique<Sequencer>(server->store, journal, server->vault.get(), clock_,
                                                    Sequencer::Options{.start_thread = false});
    for (std::uint8_t i = 0; i < 2; ++i) TRY_STATUS(open_school(*server, kSlugs[i], i));
    return server;
  }
  Status open_school(Server& server, const std::string& slug, std::uint8_t number) {
    auto known = server.store->school(slug);
    if (!known && known.error().code == "not_found")
      known = server.store->add_school(slug, "journal.example.org/log/" + slug);
    TRY(server.schools[slug], known);
    auto& judge = server.judges[slug];
    replay(*server.store, server.schools[slug].number, judge);
    return server.sequencer->open_school(server.schools[slug], {log_key(number), server.schools[slug].origin}, judge,
                                         [&](std::uint64_t, ByteView entry) { return verify(slug, entry); });
  }
  // As a server verifies what it finds past its newest checkpoint: by the authors' signatures.
  Status verify(const std::string& slug, ByteView bytes) const {
    TRY(const Entry entry, decode_entry(bytes));
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      if (Author(seed).key() == entry.statement.key)
        return Author(seed).signed_by_me(entry.event.statement, entry.event.signature) ? Status()
                                                                                       : fail("bad_signature", slug);
    return fail("unknown_key", slug);
  }

  // One request of the day; false when the day is over.
  bool send(Server& server, const std::string& slug, Submission submission) {
    for (const auto& statement : submission.statements) sent_.push_back({slug, statement.bytes});
    const auto texts = submission.texts;
    auto answer = server.sequencer->submit(server.schools.at(slug).number, std::move(submission)).get();
    if (!answer) return false;
    for (auto& placed : answer->placed)
      acknowledged_.push_back({slug, std::move(placed), answer->checkpoint.checkpoint});
    for (const auto& text : texts) texts_.push_back({slug, sealed_commitment(text.field, text.salt, text.text)});
    return true;
  }

  // The same every time, as long as nothing fails. Says whether it came to its end.
  bool live(Server& server) {
    Author anna(1), boris(2), vera(3);
    const std::string licey = kSlugs[0], school = kSlugs[1];
    const auto three = [](Author& author) {
      Submission submission;
      for (const auto* mark : {"5", "7", "3"}) submission.statements.push_back(author.says(mark));
      return submission;
    };
    if (!send(server, licey, request(anna.says("5")))) return false;
    if (!send(server, school, three(vera))) return false;
    auto remark = request(anna.says("4"));
    remark.texts.push_back({"remark", Id{{1}}, Hash{{2}}, "болтал"});
    remark.places.push_back({std::string(kOrigin), anna.key(), anna.chain(), anna.number()});
    if (!send(server, licey, std::move(remark))) return false;
    if (!send(server, licey, three(boris))) return false;
    if (!server.store->kv().flush()) return false;
    if (!send(server, school, request(vera.says("2")))) return false;
    return send(server, licey, three(anna));
  }

  // Another disk, and nothing on it.
  void forget() {
    machine_.emplace();
    acknowledged_.clear();
    sent_.clear();
    texts_.clear();
  }

  void audit(const std::string& when) {
    SCOPED_TRACE(when);
    auto opened = open();
    ASSERT_TRUE(opened) << opened.error().text();
    Server& server = **opened;
    for (const auto& [slug, placed, checkpoint] : acknowledged_) {
      const std::uint32_t school = server.schools.at(slug).number;
      const auto entry = server.store->entry(school, placed.index);
      ASSERT_TRUE(entry) << "an acknowledged entry is gone: " << entry.error().text();
      EXPECT_EQ(*entry, placed.entry);
      const auto root = server.sequencer->tree().root(school, checkpoint.size);
      ASSERT_TRUE(root) << "a checkpoint was given away that the log does not reach: " << root.error().text();
      EXPECT_EQ(*root, checkpoint.root);
    }
    for (const auto& [slug, commitment] : texts_) EXPECT_TRUE(server.vault->get_text(slug, commitment));
    for (const auto& [slug, record] : server.schools) expect_only_what_was_sent(server, record);
    expect_the_same_day_again(server);
  }

  void expect_only_what_was_sent(const Server& server, const SchoolRecord& school) {
    ASSERT_TRUE(server.store->each_entry(
        school.number, 0, *server.store->size(school.number), true, [&](std::uint64_t index, ByteView bytes) {
          const Event event = *decode_event(bytes);
          const bool sent = std::any_of(sent_.begin(), sent_.end(), [&](const Sent& one) {
            return one.slug == school.slug && equal(one.statement, event.statement);
          });
          EXPECT_TRUE(sent) << "entry " << index << " of " << school.slug;
          return true;
        }));
  }

  // Clients send again what they have no receipt for, and what they have one for.
  void expect_the_same_day_again(Server& server) {
    auto before = std::move(acknowledged_);
    acknowledged_.clear();
    sent_.clear();
    ASSERT_TRUE(live(server));
    for (const auto& earlier : before) {
      const auto again = std::find_if(acknowledged_.begin(), acknowledged_.end(), [&](const Acknowledged& one) {
        return one.slug == earlier.slug && one.placed.index == earlier.placed.index;
      });
      ASSERT_NE(again, acknowledged_.end());
      EXPECT_TRUE(again->placed.repeated);
      EXPECT_EQ(again->placed.entry, earlier.placed.entry);
    }
    EXPECT_EQ(*server.store->size(server.schools.at(kSlugs[0]).number), 8U);
    EXPECT_EQ(*server.store->size(server.schools.at(kSlugs[1]).number), 4U);
  }

  // A day in which the n-th operation fails, for every n there is; then what `then` does, and the audit.
  template <class Then>
  std::uint64_t with_every_operation_failing(Fault fault, bool from_then_on, Then then) {
    for (std::uint64_t n = 1;; ++n) {
      forget();
      machine_->disk.fail_operation(n, fault, from_then_on);
      if (auto server = open()) live(**server);
      const auto where = machine_->disk.failed_operation();
      machine_->disk.heal();
      if (where.empty()) return n - 1;
      const std::string when = "operation " + std::to_string(n) + ", " + where;
      then();
      audit(when);
      if (HasFatalFailure()) return n;
    }
  }

  struct Machine {
    faults::TemporaryDirectory home;
    faults::FaultDisk disk;
    faults::FaultFileSystem files{disk};
  };
  std::optional<Machine> machine_{std::in_place};
  SeededRandom random_{12};
  ManualClock clock_{kMorning};
  const std::array<std::uint8_t, 32> master_ = random_.fixed<Hash>().bytes;
  std::vector<Acknowledged> acknowledged_;
  std::vector<Sent> sent_;
  std::vector<std::pair<std::string, Hash>> texts_;
};

TEST_F(SequencerFaults, WithoutFaultsTheDayComesToItsEnd) {
  auto server = open();
  ASSERT_TRUE(server) << server.error().text();
  ASSERT_TRUE(live(**server));
  EXPECT_EQ(acknowledged_.size(), 12U);
  server->reset();
  audit("after a quiet day");
}

TEST_F(SequencerFaults, AnIoErrorOnceAtEveryOperation) {
  EXPECT_GT(with_every_operation_failing(Fault::kIoError, false, [] {}), 100U);
}

TEST_F(SequencerFaults, ADiskThatFillsUpAtEveryOperation) {
  EXPECT_GT(with_every_operation_failing(Fault::kNoSpace, true, [] {}), 100U);
}

TEST_F(SequencerFaults, ThePowerGoesAtEveryOperation) {
  std::uint64_t lost_bytes = 0;
  const auto operations = with_every_operation_failing(Fault::kPowerLost, true, [&] {
    machine_->disk.lose_power();
    machine_->disk.restore_power();
    lost_bytes += machine_->disk.lost_bytes();
  });
  EXPECT_GT(operations, 100U);
  EXPECT_GT(lost_bytes, 0U) << "what loses nothing tests nothing";
}

TEST_F(SequencerFaults, ThePowerGoesAndTearsWhatWasNotSynced) {
  SeededRandom torn(5);
  EXPECT_GT(with_every_operation_failing(Fault::kPowerLost, true,
                                         [&] {
                                           machine_->disk.lose_power(&torn);
                                           machine_->disk.restore_power();
                                         }),
            100U);
}

// Again while the server that lost its power is being opened.
TEST_F(SequencerFaults, ThePowerGoesTwice) {
  SeededRandom random(6);
  EXPECT_GT(with_every_operation_failing(Fault::kPowerLost, true,
                                         [&] {
                                           machine_->disk.lose_power(&random);
                                           machine_->disk.restore_power();
                                           machine_->disk.fail_operation(1 + random.below(60), Fault::kPowerLost, true);
                                           if (auto server = open()) live(**server);
                                           machine_->disk.heal();
                                           machine_->disk.lose_power(&random);
                                           machine_->disk.restore_power();
                                         }),
            100U);
}

}  // namespace
}  // namespace letopis::ledger::test
