// A crash oracle. A worker process opens an engine and writes with several authors; it is killed with SIGKILL at random
// moments. Three states only: acknowledged (must be there, unchanged), sent (may be there), never sent (must not).
//
// The worker is this program again (--worker); it writes "sent" before and "acknowledged" after every submission to a pipe.
// LETOPIS_KILLS sets the number of kills, LETOPIS_SEED repeats a run.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "commands/engine.h"

namespace letopis::commands {
namespace {

using namespace ledger;

constexpr char kOrigin[] = "journal.example.org/log/crash";
constexpr int kAuthors = 3;

Engine::Options options_for(const std::string& directory, const Clock& clock, Random& random) {
  Engine::Options options;
  options.directory = directory;
  options.master_key.key_file = directory + ".key";
  options.clock = &clock;
  options.random = &random;
  options.commit_state_every = 64;
  return options;
}

signing::KeyPair root_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(7);
  return signing::KeyPair::from_seed(signing::Purpose::kRoot, seed);
}

// Lines are shorter than PIPE_BUF, so those of several threads never mix.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(3);
}

void write_until_killed(School& school, const signing::KeyPair& key, Random& random, const Clock& clock) {
  Author author(key, kOrigin, {}, random);
  for (;;) {
    RawSubmission submission;
    std::vector<Id> ids(random.below(4) + 1);
    for (auto& id : ids) {
      Author::Draft draft;
      const Id person = random.id();
      draft.acting_as = Role::kRoot;
      draft.body = PersonRegistered{person};
      draft.sealed = {{"name", person, "Иван"}};
      draft.claimed_at = clock.now();
      const auto seen = school.read([](const ReadModel& model) {
        return Seen{model.checkpoint.size, model.checkpoint.root};
      });
      submission.statements.push_back(author.sign(draft, seen, &submission.texts, &id));
      say("sent " + to_hex(id.view()));
    }
    const auto done = school.submit(std::move(submission), Language::kEnglish);
    if (!done) {
      say("error " + done.error().text());
      std::_Exit(4);
    }
    for (const auto& item : *done) {
      const auto bytes = school.entry(item.index);
      say("ack " + to_hex(item.statement.view()) + " " + std::to_string(item.index) + " " +
          to_hex(leaf_hash(*bytes).view()));
    }
  }
}

int run_worker(const std::string& directory) {
  static SystemClock clock;
  static SystemRandom random;
  auto engine = Engine::open(options_for(directory, clock, random));
  if (!engine) {
    say("error " + engine.error().text());
    return 2;
  }
  const auto key = root_key();
  School* school = (*engine)->find("crash");
  if (school == nullptr) {
    NewSchool wanted;
    wanted.slug = "crash";
    wanted.origin = kOrigin;
    wanted.name = "Школа";
    wanted.zone = "UTC";
    wanted.root_keys = {&key};
    const auto created = (*engine)->create_school(wanted);
    if (!created) {
      say("error " + created.error().text());
      return 2;
    }
    school = *created;
  }
  say("ready");
  std::vector<std::thread> threads;
  for (int i = 0; i < kAuthors; ++i) threads.emplace_back([&] { write_until_killed(*school, key, random, clock); });
  for (auto& thread : threads) thread.join();
  return 0;
}

struct Oracle {
  std::map<std::uint64_t, std::string> acknowledged;  // index → leaf hash
  std::set<std::string> sent;
  std::string error;
};

// One life of the worker: started, read until `lines` lines after it was ready, killed.
void one_life(const std::string& directory, std::uint64_t lines, Oracle& oracle) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::execl("/proc/self/exe", "test_crash", "--worker", directory.c_str(), static_cast<char*>(nullptr));
    std::_Exit(9);
  }
  ::close(ends[1]);
  FILE* from = ::fdopen(ends[0], "r");
  char line[512];
  std::uint64_t after_ready = 0;
  bool ready = false;
  bool killed = false;
  while (std::fgets(line, sizeof line, from) != nullptr) {  // after the kill: what was already in the pipe
    std::istringstream words(line);
    std::string kind, id, leaf;
    std::uint64_t index = 0;
    words >> kind >> id;
    if (kind == "ready") ready = true;
    if (kind == "sent") oracle.sent.insert(id);
    if (kind == "ack" && words >> index >> leaf) oracle.acknowledged[index] = leaf;
    if (kind == "error") oracle.error = line;
    if (ready && !killed && ++after_ready > lines) {
      ::kill(child, SIGKILL);
      killed = true;
    }
  }
  std::fclose(from);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(oracle.error.empty()) << oracle.error;
  EXPECT_TRUE(killed) << "the worker ended by itself";
}

void check(const std::string& directory, const Oracle& oracle) {
  SystemClock clock;
  SystemRandom random;
  auto engine = Engine::open(options_for(directory, clock, random));
  ASSERT_TRUE(engine) << engine.error().text();
  School* school = (*engine)->find("crash");
  ASSERT_NE(school, nullptr);
  for (const auto& [index, leaf] : oracle.acknowledged) {
    const auto bytes = school->entry(index);
    ASSERT_TRUE(bytes) << "acknowledged entry " << index << " is gone";
    ASSERT_EQ(to_hex(leaf_hash(*bytes).view()), leaf) << "acknowledged entry " << index << " changed";
  }
  const auto size = school->read([](const ReadModel& model) { return model.checkpoint.size; });
  for (std::uint64_t index = 1; index < size; ++index) {
    const auto bytes = school->entry(index);
    const auto entry = decode_entry(*bytes);
    ASSERT_TRUE(entry);
    if (std::holds_alternative<StateCommitted>(entry->statement.body)) continue;
    ASSERT_TRUE(oracle.sent.contains(to_hex(entry->statement.id.view()))) << "entry " << index << " was never sent";
    const auto& commitment = entry->statement.commitments.at(0);
    ASSERT_TRUE(school->text_of(commitment.digest)) << "the sealed text of entry " << index << " is gone";
  }
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Crash, WhatWasAcknowledgedSurvivesKill) {
  const std::string base = std::filesystem::temp_directory_path() / ("letopis-crash-" + std::to_string(::getpid()));
  const std::string directory = base + "/data";
  std::filesystem::create_directories(base);
  std::ofstream(directory + ".key") << std::string(64, 'a');
  const std::uint64_t seed = from_environment("LETOPIS_SEED", static_cast<std::uint64_t>(::getpid()));
  const std::uint64_t kills = from_environment("LETOPIS_KILLS", 20);
  std::printf("seed %llu, %llu kills\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(kills));
  SeededRandom random(seed);
  Oracle oracle;
  for (std::uint64_t i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    one_life(directory, random.below(200), oracle);
    if (i % 10 == 9) check(directory, oracle);
  }
  if (!testing::Test::HasFailure()) check(directory, oracle);
  EXPECT_FALSE(oracle.acknowledged.empty());
  std::printf("%zu acknowledged entries, all there\n", oracle.acknowledged.size());
  std::filesystem::remove_all(base);
}

}  // namespace

int worker(const std::string& directory) { return run_worker(directory); }

}  // namespace letopis::commands

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--worker") return letopis::commands::worker(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
