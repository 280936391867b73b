// The witness of a data directory: its key, whom it knows, and what it refuses before anybody's thread is held up.

#include "server/neighbours.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "server/witness_routes.h"
#include "signing/sha256.h"
#include "tests/fault/fault_file_system.h"
#include "tests/support/live_school.h"

namespace letopis::server {
namespace {

using namespace ledger;

class NeighboursTest : public testing::Test {
 protected:
  NeighboursTest() { EXPECT_EQ(open(), "ok"); }
  std::string open(Neighbours::Options options = {}) {
    neighbours.reset();
    options.directory = live.directory();
    options.random = &live.random();
    auto opened = Neighbours::open(live.engine(), options);
    if (!opened) return opened.error().code;
    neighbours = *std::move(opened);
    return "ok";
  }
  Neighbours::Addition gymnasium() {
    Neighbours::Addition addition;
    addition.vkey = other.school().vkey().text();
    addition.url = "https://gymnasium.example/log/gymnasium";
    addition.genesis = other.school().proof(0, true).value();
    return addition;
  }
  std::string code(const Result<Neighbours::Added>& added) { return added ? "ok" : added.error().code; }
  std::string note() {
    return other.school().read([](const commands::ReadModel& model) { return model.checkpoint_note; });
  }
  std::uint64_t size(test::LiveSchool& school) {
    return school.school().read([](const commands::ReadModel& model) { return model.checkpoint.size; });
  }
  Witness::Answer ask(std::uint64_t old_size, std::vector<Hash> proof = {}) {
    const auto answer = std::make_shared<std::promise<Witness::Answer>>();
    const Status taken =
        neighbours->add_checkpoint("192.0.2.1", AddCheckpoint{old_size, std::move(proof), note()}.encode(),
                                   [answer](Witness::Answer given) { answer->set_value(std::move(given)); });
    if (!taken) return {0, taken.error().code, false};
    return answer->get_future().get();
  }
  // A row of DIR/neighbours as somebody else would change it.
  void change_row(const Bytes& row, const std::function<void(Bytes&)>& change) {
    neighbours.reset();
    const auto store = open_rocksdb(live.directory() + "/neighbours", {}).value();
    Bytes value = store->get(row).value().value();
    change(value);
    WriteBatch batch;
    batch.put(row, value);
    ASSERT_TRUE(store->commit(batch, Durability::kSync));
  }

  test::LiveEngine live, elsewhere;
  test::LiveSchool licey{live, "licey29"}, other{elsewhere, "gymnasium", "Гимназия"};
  std::unique_ptr<Neighbours> neighbours;
};

TEST_F(NeighboursTest, RecordsAGenesisOnceAndCosignsWhatFollowsIt) {
  const std::uint64_t before = size(licey);
  const auto added = neighbours->add(gymnasium());
  ASSERT_TRUE(added) << added.error().text();
  EXPECT_FALSE(added->recorded_before);
  EXPECT_EQ(size(licey), before + 1);
  const auto entry = licey.school().entry(added->index).value();
  const auto decoded = decode_entry(entry).value();
  const auto& said = std::get<NeighbourGenesis>(decoded.statement.body);
  EXPECT_EQ(said.vkey, other.school().vkey().text());
  EXPECT_EQ(said.genesis, leaf_hash(other.school().entry(0).value()));
  const auto again = neighbours->add(gymnasium());
  EXPECT_TRUE(again->recorded_before);
  EXPECT_EQ(again->index, added->index);
  EXPECT_EQ(size(licey), before + 1);

  const std::uint64_t seen = neighbours->list().front().size;
  EXPECT_EQ(seen, size(other)) << "the checkpoint the genesis was proved under";
  other.say(other.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  EXPECT_EQ(ask(0).body, std::to_string(seen) + "\n") << "409";
  EXPECT_EQ(ask(seen, {Hash{}}).status, 422U);
  EXPECT_EQ(ask(seen, other.school().consistency(seen, size(other)).value()).status, 200U);
  EXPECT_EQ(neighbours->list().front().size, size(other));
}

TEST_F(NeighboursTest, KeepsItsKeyItsListAndItsMemoryOverAStart) {
  const auto vkey = neighbours->vkey();
  EXPECT_EQ(vkey.type, signing::kNoteTypeCosignature);
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  ASSERT_EQ(open(), "ok");
  EXPECT_EQ(neighbours->vkey(), vkey);
  EXPECT_EQ(ask(0).status, 409U);
  ASSERT_TRUE(neighbours->remove(other.origin()));
  EXPECT_EQ(ask(0).status, 404U);
  ASSERT_EQ(open(), "ok");
  EXPECT_EQ(ask(0).status, 404U);
  EXPECT_FALSE(neighbours->list().front().cosigned);
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  EXPECT_EQ(ask(0).status, 409U) << "it had not forgotten";
}

TEST_F(NeighboursTest, AnotherAddressIsLearntWithoutAnEntry) {
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  const std::uint64_t before = size(licey);
  auto moved = gymnasium();
  moved.url = "https://new.example/log/gymnasium";
  ASSERT_EQ(code(neighbours->add(moved)), "ok");
  EXPECT_EQ(size(licey), before);
  EXPECT_EQ(neighbours->list().front().url, moved.url);
  ASSERT_EQ(open(), "ok");
  EXPECT_EQ(neighbours->list().front().url, moved.url);
}

TEST_F(NeighboursTest, TakesNoGenesisThatProvesNothing) {
  const std::uint64_t before = size(licey);
  const auto refused = [&](const std::function<void(Neighbours::Addition&)>& spoil) {
    auto addition = gymnasium();
    spoil(addition);
    return code(neighbours->add(addition));
  };
  EXPECT_EQ(refused([&](auto& a) { a.vkey = licey.school().vkey().text(); }), "not_told") << "another log's key";
  EXPECT_EQ(refused([&](auto& a) { a.vkey = neighbours->vkey().text(); }), "key_type");
  EXPECT_EQ(refused([&](auto& a) { a.genesis = other.school().proof(1, true).value(); }), "not_told");
  EXPECT_EQ(refused([&](auto& a) { a.genesis = other.school().proof(0, false).value(); }), "not_told");
  EXPECT_EQ(refused([&](auto& a) { a.genesis.resize(a.genesis.size() / 2); }), "not_told");
  EXPECT_EQ(refused([&](auto& a) { a.genesis = std::string(kGenesisSizeMaxBytes + 1, 'x'); }), "not_told");
  EXPECT_EQ(refused([&](auto& a) { a.url = "ftp://gymnasium.example"; }), "malformed");
  for (const char* url : {"https://a b", "https://user:password@a", "https://a/?b", "journal"})
    EXPECT_EQ(refused([&](auto& a) { a.url = url; }), "malformed") << url;
  EXPECT_EQ(refused([&](auto& a) { a.url += std::string(Neighbours::kUrlSizeMaxBytes, 'x'); }), "malformed");
  EXPECT_EQ(refused([&](auto& a) { a.school = "nowhere"; }), "not_found");
  EXPECT_EQ(refused([&](auto& a) {
              a.vkey = licey.school().vkey().text();
              a.genesis = licey.school().proof(0, true).value();
            }),
            "own_log");
  EXPECT_EQ(size(licey), before);
  EXPECT_TRUE(neighbours->list().empty());
  EXPECT_EQ(ask(0).status, 404U);
}

TEST_F(NeighboursTest, AnotherFirstEntryUnderTheSameKeyIsAFork) {
  ASSERT_TRUE(licey.school().record(
      NeighbourGenesis{other.school().vkey().text(), signing::sha256({as_bytes(std::string_view("another"))}), ""}));
  EXPECT_EQ(code(neighbours->add(gymnasium())), "other_genesis");
  EXPECT_EQ(ask(0).status, 404U);
}

TEST_F(NeighboursTest, ASchoolThatIsHeldCosignsForNobody) {
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  ASSERT_TRUE(licey.school().hold({{}, "witness_ahead", "a witness has seen 900 entries", "w", "note"}));
  EXPECT_EQ(ask(0).body, "held");
}

// An address has its share; another one's is untouched, and time gives it back.
TEST_F(NeighboursTest, OneAddressCannotAskWithoutEnd) {
  const auto asked = [&](std::string_view address) {
    const auto done = std::make_shared<std::promise<void>>();
    const Status taken = neighbours->add_checkpoint(address, "nonsense", [done](const auto&) { done->set_value(); });
    if (taken) done->get_future().get();
    return taken ? std::string("taken") : taken.error().code;
  };
  for (int i = 0; i < static_cast<int>(Neighbours::kPerAddress.capacity); ++i)
    ASSERT_EQ(asked("192.0.2.1"), "taken") << i;
  EXPECT_EQ(asked("192.0.2.1"), "rate_limited");
  EXPECT_EQ(asked("192.0.2.2"), "taken");
  live.advance(1);
  EXPECT_EQ(asked("192.0.2.1"), "taken");
}

TEST_F(NeighboursTest, WhenAllThreadsAreBusyTheRestIsTurnedAway) {
  std::promise<void> gate;
  const std::shared_future<void> open_gate = gate.get_future().share();
  const auto blocking = [&](std::size_t i) {
    return neighbours->add_checkpoint("192.0.2." + std::to_string(i % 200), "nonsense",
                                      [open_gate](const auto&) { open_gate.wait(); });
  };
  for (std::size_t i = 0; i < Neighbours::kThreads + Neighbours::kWaitingMax; ++i) ASSERT_TRUE(blocking(i)) << i;
  const Status full = blocking(0);
  gate.set_value();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, "queue_full");
  neighbours->stop();
  EXPECT_EQ(ask(0).body, "queue_full") << "nothing is taken after the end";
}

TEST_F(NeighboursTest, WhatDoesNotReadAsItWasWrittenOpensNoWitness) {
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  change_row({'k'}, [](Bytes& value) { value.back() ^= 1; });
  EXPECT_EQ(open(), "damaged") << "the seal";
  change_row({'k'}, [](Bytes& value) { value.back() ^= 1; });
  EXPECT_EQ(open(), "ok");
  change_row({'k'}, [](Bytes& value) { value.front() ^= 1; });
  EXPECT_EQ(open(), "damaged") << "the public key";
  change_row({'k'}, [](Bytes& value) { value.front() ^= 1; });
  Bytes row{'n'};
  append(row, as_bytes(std::string_view(other.origin())));
  change_row(row, [&](Bytes& value) {
    const std::string vkey = licey.school().vkey().text() + " https://x";
    value.assign(vkey.begin(), vkey.end());
  });
  EXPECT_EQ(open(), "damaged") << "a neighbour under another's name";
}

// A full disk under the witness is no reason to stop a school.
TEST_F(NeighboursTest, AfterAFailedWriteNothingIsCosignedAndTheSchoolGoesOn) {
  ASSERT_EQ(code(neighbours->add(gymnasium())), "ok");
  faults::FaultDisk disk;
  Neighbours::Options options;
  options.store.file_system = faults::rocksdb_file_system(disk);
  std::promise<std::string> told;
  options.on_failure = [&](const Error& why) { told.set_value(why.code); };
  ASSERT_EQ(open(options), "ok");
  disk.fail_operation(1, faults::Fault::kNoSpace);
  const std::uint64_t seen = size(other);
  EXPECT_EQ(ask(seen).status, 500U);
  EXPECT_FALSE(told.get_future().get().empty());
  EXPECT_EQ(ask(seen).status, 500U) << "the disk is well again, and only a restart can tell what is on it";
  const std::uint64_t before = size(licey);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  EXPECT_EQ(size(licey), before + 1);
  auto moved = gymnasium();
  moved.url = "https://new.example/log/gymnasium";
  EXPECT_EQ(code(neighbours->add(moved)), "not_cosigned");
  ASSERT_EQ(open(), "ok");
  EXPECT_EQ(ask(seen).status, 200U);
}

TEST_F(NeighboursTest, WhereNothingIsWrittenNobodyIsWitnessed) {
  test::LiveEngine empty;
  Neighbours::Options options;
  options.directory = empty.directory();
  options.random = &empty.random();
  const auto opened = Neighbours::open(empty.engine(), options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "read_only");
  EXPECT_FALSE(std::filesystem::exists(empty.directory() + "/neighbours"));
}

}  // namespace
}  // namespace letopis::server
