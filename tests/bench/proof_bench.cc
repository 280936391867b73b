// What proof costs: how many logs a second a witness cosigns on one core, beside what its signatures alone cost there; how long
// letopis-verify takes for one receipt, its start included; what an entry costs in the state tree, beside its signature.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "ledger/witness.h"
#include "projections/shards.h"
#include "tests/bench/bench_limits.h"
#include "tests/bench/bench_log.h"
#include "tests/support/live_school.h"

extern char** environ;

namespace letopis::test {
namespace {

using namespace ledger;
using bench::BenchLog;
using Seconds = std::chrono::duration<double>;

void witness() {
  constexpr std::size_t kLogs = 500, kRounds = 12, kCallers = 32;
  const faults::TemporaryDirectory home;
  const auto store = open_rocksdb(home / "witness", {}).value();
  SystemClock clock;
  SeededRandom random(1);
  const auto witness =
      Witness::open(*store, signing::KeyPair::generate(signing::Purpose::kWitness, random), {"bench.example/w", &clock})
          .value();
  std::vector<BenchLog> logs;
  for (std::uint64_t i = 0; i < kLogs; ++i) {
    logs.emplace_back(i);
    LETOPIS_ASSERT(witness->add_log(logs.back().vkey()));
  }
  double best = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<std::string> requests;
    for (auto& log : logs) requests.push_back(log.grow());
    std::atomic<std::size_t> next{0}, good{0};
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> callers;
    for (std::size_t i = 0; i < kCallers; ++i)
      callers.emplace_back([&] {
        for (std::size_t at = next++; at < requests.size(); at = next++)
          good += witness->add_checkpoint(requests[at]).status == 200;
      });
    for (auto& caller : callers) caller.join();
    LETOPIS_ASSERT(good == kLogs);
    best = std::max(best, kLogs / Seconds(std::chrono::steady_clock::now() - begin).count());
  }
  const auto counted = witness->counters();
  std::printf(
      "witness, %zu logs, every answer durable: %.0f logs/s (aim 2000), %.1f answers a sync; libsodium's verify alone "
      "%.0f/s\n",
      kLogs, best, static_cast<double>(counted.cosigned) / static_cast<double>(counted.commits),
      bench::verify_per_second(1, 1));
}

double spawned_millis(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  const auto begin = std::chrono::steady_clock::now();
  pid_t pid = 0;
  LETOPIS_ASSERT(::posix_spawn(&pid, argv[0], &quiet, nullptr, argv.data(), environ) == 0);
  int status = 0;
  ::waitpid(pid, &status, 0);
  LETOPIS_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return Seconds(std::chrono::steady_clock::now() - begin).count() * 1000;
}

// A receipt with two cosignatures and the anchor before it, checked by the program a parent runs.
void verify(const std::string& program) {
  LiveEngine live;
  LiveSchool licey(live, "licey29");
  SeededRandom random(2);
  const auto key = signing::KeyPair::generate(signing::Purpose::kWitness, random);
  const std::string policy =
      "witness w " + signing::vkey_of("w.example", signing::kNoteTypeCosignature, key).text() + "\nquorum w\n";
  const Id set = licey.say(licey.director(), Role::kDirector, WitnessPolicySet{policy, {}});
  licey.say(licey.administrator(), Role::kAdministrator, Endorsed{set, true});
  const auto anchor = [&] {
    const auto [checkpoint, note] = licey.school().read(
        [](const commands::ReadModel& model) { return std::pair(model.checkpoint, model.checkpoint_note); });
    signing::Note cosigned;
    cosigned.text = checkpoint.text();
    cosigned.signatures = {signing::cosign(cosigned.text, "w.example", key, live.clock().now().seconds())};
    const std::string encoded = cosigned.encode();
    const std::string line = encoded.substr(cosigned.text.size() + 1, encoded.size() - cosigned.text.size() - 2);
    AnchorAdded body;
    body.checkpoint = note;
    body.evidence.push_back({projections::kCosignature, as_bytes(std::string_view(line))});
    LETOPIS_ASSERT(licey.school().record(body));
  };
  anchor();
  live.advance(5);
  const std::uint64_t index =
      licey.index_of(licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"}));
  live.advance(5);
  anchor();
  const faults::TemporaryDirectory home;
  std::ofstream(home / "receipt.tlog-proof") << licey.school().cosigned_proof(index).value();
  std::ofstream(home / "policy") << policy;
  const std::vector<std::string> words{
      program, home / "receipt.tlog-proof", "--vkey", licey.school().vkey().text(), "--policy", home / "policy"};
  std::vector<double> millis;
  for (int i = 0; i < 200; ++i) millis.push_back(spawned_millis(words));
  std::sort(millis.begin(), millis.end());
  std::vector<double> empty;
  for (int i = 0; i < 200; ++i) empty.push_back(spawned_millis({"/bin/true"}));
  std::sort(empty.begin(), empty.end());
  std::printf(
      "letopis-verify of one receipt with its policy, start included: median %.2f ms (aim 5), p95 %.2f ms; an empty "
      "program %.2f ms\n",
      millis[millis.size() / 2], millis[millis.size() * 95 / 100], empty[empty.size() / 2]);
}

// A school of a thousand pupils in three hundred groups: every entry in a journal's shard and a diary's, the root every 4 096 of them,
// as a server commits to it. An entry's intake costs its signature's verification and more: the share of intake is less than this.
void state_tree() {
  constexpr std::uint64_t kEntries = 400'000, kGroups = 300, kPupils = 1'000, kWeekly = 10'000, kEvery = 4'096;
  const auto id = [](std::uint64_t number) {
    Id made;
    for (std::size_t i = 0; i < 8; ++i) made.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return made;
  };
  SeededRandom random(3);
  Hash leaf;
  random.fill(leaf.bytes);
  const double verify = bench::verify_per_second(1, 1.0);
  projections::Shards shards;
  double roots = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    const Date week = make_date(2026, 8, 31) + static_cast<std::int32_t>(7 * (i / kWeekly));
    leaf.bytes[i % Hash::kSize] ^= static_cast<std::uint8_t>(i);
    shards.add({ShardView::kJournal, id(i % kGroups), week}, i, leaf);
    shards.add({ShardView::kDiary, id(i * 7 % kPupils), week}, i, leaf);
    if (i % kEvery != 0) continue;
    const auto asked = std::chrono::steady_clock::now();
    shards.root();
    roots += Seconds(std::chrono::steady_clock::now() - asked).count();
  }
  const double micros = Seconds(std::chrono::steady_clock::now() - begin).count() * 1e6 / kEntries;
  std::printf(
      "state tree, %zu shards: %.2f us an entry, of which roots %.2f us (%.1f ms each); one signature verified %.1f "
      "us: "
      "%.1f %% of it (aim: 10 %% of intake, which costs more)\n",
      shards.count(), micros, roots * 1e6 / kEntries, roots * 1e3 / (kEntries / kEvery + 1), 1e6 / verify,
      micros * verify / 1e4);
}

}  // namespace
}  // namespace letopis::test

int main(int argc, char** argv) {
  LETOPIS_ASSERT(letopis::signing::initialise());
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "witness")
    letopis::test::witness();
  else if (what == "verify" && argc == 3)
    letopis::test::verify(argv[2]);
  else if (what == "state")
    letopis::test::state_tree();
  else
    std::fprintf(stderr, "proof_bench witness | verify PROGRAM | state\n");
}
