// What the sequencer costs: bench_store DIRECTORY [STATEMENTS]. The directory must be new and on the disk to be measured.
// Statements are encoded, signed and decoded beforehand, as the pool of verifying threads does it; the judge judges nothing.

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <thread>

#include "ledger/checkpoint_journal.h"
#include "ledger/scrub.h"
#include "ledger/sequencer.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kCallers = 64, kPerRequest = 30;

class SilentJudge final : public Judge {
 public:
  Ruling judge(const Statement&, std::uint64_t, Instant) override { return {}; }
  void applied(const Entry&, const Hash&) override {}
  void published(const std::vector<Published>&, const SignedCheckpoint&, const std::string&) override {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    sequencer_cpu_seconds = static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
  }
  std::atomic<double> sequencer_cpu_seconds{0};  // of its thread, so far
};

class Author {
 public:
  explicit Author(SeededRandom& random)
      : random_(random), key_(signing::KeyPair::generate(signing::Purpose::kAuthor, random)), chain_(random.id()) {}
  SignedStatement says(std::string_view mark) {
    Statement statement;
    statement.origin = "journal.example.org/log/licey29";
    statement.id = random_.id();
    statement.author = random_.id();
    statement.acting_as = Role::kTeacher;
    statement.key = key_.id();
    statement.chain = chain_;
    statement.number = ++number_;
    statement.previous = previous_;
    statement.salt = random_.id();
    statement.seen = Seen{1, random_.fixed<Hash>()};
    statement.claimed_at = Instant::from_seconds(1'790'000'000);
    statement.body = MarkGiven{random_.id(), 1, random_.id(), mark};
    SignedStatement out;
    out.bytes = encode(statement);
    out.signature = key_.sign(statement_message(out.bytes));
    out.decoded = *decode_statement(out.bytes);
    previous_ = previous_hash(out.bytes, out.signature);
    return out;
  }
  Submission request(std::size_t statements) {
    Submission submission;
    for (std::size_t i = 0; i < statements; ++i) submission.statements.push_back(says("5"));
    return submission;
  }

 private:
  SeededRandom& random_;
  signing::KeyPair key_;
  Id chain_;
  std::uint64_t number_ = 0;
  Hash previous_;
};

double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

struct Running {
  std::shared_ptr<LogStore> store;
  SilentJudge judge;
  SystemClock clock;
  SchoolRecord school;
  std::unique_ptr<Sequencer> sequencer;

  explicit Running(const std::string& directory) {
    LETOPIS_ASSERT(posix_file_system().make_directories(directory).has_value());
    store = std::make_shared<LogStore>(*open_rocksdb(directory + "/ledger", {}));
    auto known = store->school("licey29");
    school = known ? *known : *store->add_school("licey29", "journal.example.org/log/licey29");
    std::shared_ptr<CheckpointJournal> journal =
        *CheckpointJournal::open(posix_file_system(), directory + "/checkpoints.journal");
    sequencer = std::make_unique<Sequencer>(store, journal, nullptr, clock, Sequencer::Options{});
    const auto opened =
        sequencer->open_school(school, {signing::KeyPair::from_seed(signing::Purpose::kLog, {1}), school.origin}, judge,
                               [](std::uint64_t, ByteView) -> Status { return {}; });
    LETOPIS_ASSERT(opened.has_value());
  }
};

void measure_throughput(Running& running, std::size_t statements, SeededRandom& random) {
  std::deque<Author> authors;
  std::vector<std::vector<Submission>> of_callers(kCallers);
  for (auto& requests : of_callers) {
    auto& author = authors.emplace_back(random);
    for (std::size_t i = 0; i < statements / kCallers / kPerRequest; ++i)
      requests.push_back(author.request(kPerRequest));
  }
  const double seconds = seconds_of([&] {
    std::vector<std::thread> callers;
    for (auto& requests : of_callers)
      callers.emplace_back([&running, &requests] {
        for (auto& request : requests)
          LETOPIS_ASSERT(running.sequencer->submit(running.school.number, std::move(request)).get().has_value());
      });
    for (auto& caller : callers) caller.join();
  });
  const auto counters = running.sequencer->counters();
  const auto done = static_cast<double>(counters.statements);
  std::printf(
      "%zu callers, %zu statements a request: %.0f statements/s in %llu batches; a statement: judge and encode %.1f "
      "us, "
      "commit %.1f us, journal %.1f us; %.1f us of the processor in all\n",
      kCallers, kPerRequest, done / seconds, static_cast<unsigned long long>(counters.batches),
      static_cast<double>(counters.judge_micros_total) / done, static_cast<double>(counters.commit_micros_total) / done,
      static_cast<double>(counters.journal_micros_total) / done, 1e6 * running.judge.sequencer_cpu_seconds / done);
}

void measure_lone_requests(Running& running, SeededRandom& random) {
  Author author(random);
  std::vector<double> micros;
  const auto before = running.sequencer->counters();
  for (int i = 0; i < 500; ++i) {
    auto request = author.request(1);
    micros.push_back(1e6 * seconds_of([&] {
                       LETOPIS_ASSERT(
                           running.sequencer->submit(running.school.number, std::move(request)).get().has_value());
                     }));
  }
  std::sort(micros.begin(), micros.end());
  const auto after = running.sequencer->counters();
  std::printf("a lone request: median %.0f us, 99%% %.0f us, of which commit %.0f us and journal %.0f us on average\n",
              micros[250], micros[495],
              static_cast<double>(after.commit_micros_total - before.commit_micros_total) / 500,
              static_cast<double>(after.journal_micros_total - before.journal_micros_total) / 500);
}

void measure_proofs(Running& running, SeededRandom& random) {
  constexpr std::uint64_t kProofs = 200'000;
  const auto& tree = running.sequencer->tree();
  const std::uint64_t size = *tree.size(running.school.number);
  const auto micros_of = [&](std::uint64_t newest) {
    return 1e6 / kProofs * seconds_of([&] {
             for (std::uint64_t i = 0; i < kProofs; ++i)
               LETOPIS_ASSERT(
                   tree.inclusion_proof(running.school.number, size - 1 - random.below(newest), size).has_value());
           });
  };
  std::printf("an inclusion proof in a tree of %llu: %.2f us among the newest 4096",
              static_cast<unsigned long long>(size), micros_of(std::min<std::uint64_t>(size, 4'096)));
  std::printf(", %.2f us anywhere\n", micros_of(size));
}

void measure_scrub(Running& running) {
  const auto checkpoint =
      open_checkpoint(*running.sequencer->newest_checkpoint(running.school.number),
                      log_vkey(running.school.origin, signing::KeyPair::from_seed(signing::Purpose::kLog, {1})));
  auto scrub = *Scrub::begin(running.store, running.school.number, checkpoint->checkpoint, running.clock);
  while (!scrub.progress().done()) scrub.step();
  LETOPIS_ASSERT(!scrub.progress().finding);
  std::printf("the scrub: %.1f MB/s\n", static_cast<double>(scrub.progress().bytes_per_second()) / 1e6);
}

}  // namespace
}  // namespace letopis::ledger

int main(int argc, char** argv) {
  using namespace letopis;
  using namespace letopis::ledger;
  if (argc < 2) return std::fprintf(stderr, "bench_store DIRECTORY [STATEMENTS]\n"), 2;
  SeededRandom random(1);
  auto running = std::make_unique<Running>(argv[1]);
  measure_throughput(*running, argc > 2 ? std::stoul(argv[2]) : 200'000, random);
  measure_lone_requests(*running, random);
  measure_proofs(*running, random);
  measure_scrub(*running);
  const double seconds = seconds_of([&] {
    running.reset();
    running = std::make_unique<Running>(argv[1]);
  });
  std::printf("closing and opening again: %.2f s\n", seconds);
}
