#include "tests/bench/bench_limits.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "ledger/kv.h"
#include "signing/keys.h"

namespace letopis::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char chunk[4096];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, got);
  return ::pclose(pipe) == 0 ? text : std::string();
}

}  // namespace

double verify_per_second(unsigned threads, double seconds) {
  SystemRandom random;
  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  Bytes message(520);
  random.fill(message);
  const Signature signature = key.sign(message);
  std::atomic<std::uint64_t> verified{0};
  const auto start = Clock::now();
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      std::uint64_t mine = 0;
      while (since(start) < seconds)
        for (int k = 0; k < 64; ++k) mine += signing::verify(key.public_key(), message, signature) ? 1 : 0;
      verified += mine;
    });
  for (auto& worker : workers) worker.join();
  return static_cast<double>(verified) / since(start);
}

double rocksdb_synced_rows_per_second(const std::string& directory, unsigned rows_per_batch, double seconds) {
  std::filesystem::create_directories(directory);
  auto store = ledger::open_rocksdb(directory, {});
  if (!store) return 0;
  SeededRandom random(1);
  Bytes value(700);
  random.fill(value);
  std::uint64_t rows = 0;
  const auto start = Clock::now();
  while (since(start) < seconds) {
    ledger::WriteBatch batch;
    for (unsigned i = 0; i < rows_per_batch; ++i) {
      Bytes key;
      put_u64(key, rows++);
      batch.put(std::move(key), value);
    }
    if (!(*store)->commit(batch, ledger::Durability::kSync)) return 0;
  }
  return static_cast<double>(rows) / since(start);
}

std::optional<double> postgres_inserts_per_second(const std::string& directory, unsigned clients, unsigned seconds) {
  const std::string bin = "/usr/lib/postgresql/15/bin";
  if (!std::filesystem::exists(bin + "/initdb")) return std::nullopt;
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/insert.sql") << "\\set student random(1, 1000000)\nINSERT INTO mark (work, student, "
                                              "value, author, at) VALUES (1, :student, '5', 7, now());\n";
  // PostgreSQL refuses to run as root: the cluster belongs to the user its package made.
  const bool root = std::system("test \"$(id -u)\" = 0") == 0;
  const std::string as = root ? "su postgres -s /bin/sh -c " : "sh -c ";
  if (root && std::system(("chown -R postgres " + directory).c_str()) != 0) return std::nullopt;
  const std::string socket = "-h " + directory;
  const auto run = [&](const std::string& command) { return output_of(as + "'" + command + "' 2>/dev/null"); };
  run(bin + "/initdb -D " + directory + "/db -A trust");
  run(bin + "/pg_ctl -D " + directory + "/db -w -l " + directory +
      "/log -o \"-c listen_addresses= -c unix_socket_directories=" + directory + "\" start");
  run(bin + "/psql " + socket +
      " -d postgres -c \"CREATE TABLE mark (id bigserial PRIMARY KEY, work int, student int, value text, author int, "
      "at timestamptz)\"");
  const std::string report = run(bin + "/pgbench " + socket + " -n -c " + std::to_string(clients) + " -j 2 -T " +
                                 std::to_string(seconds) + " -f " + directory + "/insert.sql postgres");
  run(bin + "/pg_ctl -D " + directory + "/db -m immediate stop");
  const auto at = report.find("tps = ");
  return at == std::string::npos ? std::nullopt : std::optional(std::strtod(report.c_str() + at + 6, nullptr));
}

}  // namespace letopis::bench
