// Speed and memory of the journal, each figure beside its limit or rival measured in the same run on the same machine.
//
//   journal_bench BUILD-DIR [--entries N]
//
// Prints one table, writes BUILD-DIR/../bench.json and, with --entries 3000000, the plot in docs/bench.svg.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "server/http.h"
#include "tests/bench/bench_limits.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/plot.h"

namespace letopis::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr unsigned kConnections = 16;
constexpr unsigned kStudents = 29;  // a work and marks for all: 30 statements

struct Figure {
  std::string name;
  double value;
  std::string unit;
  std::string beside;   // the limit or rival, empty when there is none
  double beside_value = 0;
  std::string aim;
};

class Table {
 public:
  void add(Figure figure) {
    std::printf("%-58s %12.1f %-10s", figure.name.c_str(), figure.value, figure.unit.c_str());
    if (!figure.beside.empty())
      std::printf(" %6.1f %% of %s (%.0f)", 100 * figure.value / figure.beside_value, figure.beside.c_str(), figure.beside_value);
    std::printf("%s%s\n", figure.aim.empty() ? "" : "   aim: ", figure.aim.c_str());
    std::fflush(stdout);
    figures_.push_back(std::move(figure));
  }
  void write(const std::string& path) const {
    std::ofstream out(path);
    out << "[\n";
    for (std::size_t i = 0; i < figures_.size(); ++i) {
      const auto& f = figures_[i];
      out << "  {\"name\":\"" << f.name << "\",\"value\":" << f.value << ",\"unit\":\"" << f.unit << '"';
      if (!f.beside.empty()) out << ",\"beside\":\"" << f.beside << "\",\"beside_value\":" << f.beside_value << ",\"ratio\":" << f.value / f.beside_value;
      if (!f.aim.empty()) out << ",\"aim\":\"" << f.aim << '"';
      out << '}' << (i + 1 < figures_.size() ? "," : "") << '\n';
    }
    out << "]\n";
  }

 private:
  std::vector<Figure> figures_;
};

double seconds_of(const std::string& command) {
  const auto start = SteadyClock::now();
  const int status = std::system((command + " > /dev/null").c_str());
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  if (status != 0) std::fprintf(stderr, "bench: exit %d: %s\n", status, command.c_str());
  return seconds;
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  char chunk[4096];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, got);
  ::pclose(pipe);
  return text;
}

// The bearer token of a member's session, signed in by key as programs do.
std::string sign_in(const std::string& url, const test::LiveSchool& school, const test::Member& member) {
  const auto client = server::HttpClient::connect(url);
  if (!client) return {};
  const auto field = [](const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\":\"");
    return at == std::string::npos ? std::string() : json.substr(at + name.size() + 4, json.find('"', at + name.size() + 4) - at - name.size() - 4);
  };
  const std::string key = to_hex(member.key->id().view());
  const auto challenge =
      (*client)->send({"POST", "/v1/auth/challenge", "application/json", "{\"school\":\"" + school.slug() + "\",\"key\":\"" + key + "\"}", {}});
  if (!challenge) return {};
  const std::string nonce = field(challenge->body, "nonce");
  const auto nonce_bytes = from_hex(nonce);
  if (!nonce_bytes) return {};
  const Signature signature = member.key->sign(tagged_message("letopis/sign-in/v1", {as_bytes(school.origin()), *nonce_bytes}));
  const auto session = (*client)->send({"POST", "/v1/auth/key", "application/json",
                                        "{\"school\":\"" + school.slug() + "\",\"key\":\"" + key + "\",\"nonce\":\"" + nonce +
                                            "\",\"signature\":\"" + to_base64(signature.view()) + "\"}",
                                        {}});
  return session ? field(session->body, "token") : std::string();
}

class Bench {
 public:
  Bench(std::string build, std::uint64_t entries)
      : build_(std::move(build)), work_(build_ + "/bench-data"), entries_(entries) {
    std::filesystem::remove_all(work_);
    std::filesystem::create_directories(work_);
    live_ = std::make_unique<test::LiveEngine>();
    ::setenv("LETOPIS_VAULT_KEY_FILE", (live_->directory() + "/vault.key").c_str(), 1);
    school_ = std::make_unique<test::LiveSchool>(*live_, "bench");
    load_ = make_load(*school_, kConnections, kStudents);
    live_->at("2026-09-01 12:00");
  }
  ~Bench() { std::filesystem::remove_all(work_); }

  void limits() {
    verify_ = verify_per_second(std::max(1U, std::thread::hardware_concurrency()), 3);
    table_.add({"limit: Ed25519 verify, libsodium, all cores", verify_, "1/s", "", 0, ""});
    table_.add({"limit: RocksDB synced rows, 128 a batch", rocksdb_synced_rows_per_second(work_ + "/rocks", 128, 2), "1/s", "", 0, ""});
    postgres_ = postgres_inserts_per_second(work_ + "/postgres", kConnections, 5).value_or(0);
    if (postgres_ > 0) table_.add({"rival: PostgreSQL 15, durable unsigned inserts, 16 clients", postgres_, "1/s", "", 0, ""});
  }

  void intake() {
    std::vector<std::vector<std::string>> thirty, one, lone(1), pour;
    for (auto& desk : load_.desks) {
      thirty.push_back(sign_requests(*school_, desk, 80, 30));
      one.push_back(sign_requests(*school_, desk, 600, 1));
    }
    lone[0] = sign_requests(*school_, load_.desks[0], 500, 1);
    for (auto& desk : load_.desks) pour.push_back(sign_requests(*school_, desk, 60, 30));
    live_->close();
    {
      const Served server = serve();
      const auto batches = send_all("127.0.0.1", server.port(), thirty, 201);
      table_.add({"entries acknowledged over HTTP, 30 a request, 16 connections", static_cast<double>(batches.requests) * 30 / batches.seconds,
                  "1/s", "verify", verify_, ">= 60 % of verify"});
      const auto single = send_all("127.0.0.1", server.port(), one, 201);
      Figure figure{"entries acknowledged over HTTP, 1 a request, 16 connections", static_cast<double>(single.requests) / single.seconds, "1/s", "", 0,
                    ">= 0.8 x PostgreSQL"};
      if (postgres_ > 0) figure.beside = "PostgreSQL", figure.beside_value = postgres_;
      table_.add(figure);
      const auto alone = send_all("127.0.0.1", server.port(), lone, 201);
      table_.add({"one lone request, receipt included, median", alone.median_micros / 1000, "ms", "", 0, "< 2 ms"});
      table_.add({"one lone request, receipt included, p99", alone.p99_micros / 1000, "ms", "", 0, ""});
      if (batches.failures + single.failures + alone.failures > 0) std::printf("!! some requests failed\n");
      reads(server.port(), pour);
    }
    const bool opened = live_->reopen().has_value();
    if (!opened) std::abort();
  }

  void growth() {
    Series start{"start to ready, s", {}}, audit{"audit, entries/s", {}}, replay{"replay, entries/s", {}}, intake{"intake in process, entries/s", {}},
        memory{"resident, bytes/entry", {}}, disk{"disk / raw entries", {}};
    for (const std::uint64_t size : {10'000ULL, 30'000ULL, 100'000ULL, 300'000ULL, 1'000'000ULL, 3'000'000ULL}) {
      if (size > entries_) break;
      const double filled = fill(size);
      const auto [raw, stored] = compact();
      live_->close();
      const double n = static_cast<double>(size);
      {
        const Served server = serve();
        start.points.push_back({n, server.ready_seconds()});
        memory.points.push_back({n, static_cast<double>(server.resident_bytes()) / n});
      }
      const auto command = [&](const std::string& name) { return build_ + "/letopis " + name + " --data " + data() + " --school bench"; };
      audit.points.push_back({n, n / seconds_of(command("audit"))});
      replay.points.push_back({n, n / seconds_of(command("replay"))});
      disk.points.push_back({n, stored / raw});
      if (filled > 0) intake.points.push_back({n, filled});
      if (!live_->reopen()) std::abort();
      std::printf("  %8llu entries: start %.2f s, audit %.0f/s, replay %.0f/s, %.0f bytes resident an entry, disk %.2f x raw\n",
                  static_cast<unsigned long long>(size), start.points.back().y, audit.points.back().y, replay.points.back().y,
                  memory.points.back().y, disk.points.back().y);
      std::fflush(stdout);
    }
    const std::string at = " at " + std::to_string(static_cast<std::uint64_t>(audit.points.back().x)) + " entries";
    table_.add({"audit, everything checked," + at, audit.points.back().y, "1/s", "verify", verify_, ">= 85 % of verify"});
    table_.add({"replay without signatures, one core," + at, replay.points.back().y, "1/s", "", 0, ">= 400000/s"});
    table_.add({"start to ready," + at, start.points.back().y, "s", "", 0, "< 3 s at 1 M"});
    table_.add({"memory of the server," + at, memory.points.back().y, "MB/M", "", 0, ""});
    table_.add({"bytes on disk / raw entries, compacted," + at, disk.points.back().y, "x", "", 0, "<= 1.3"});
    if (entries_ >= 3'000'000) write_plot("docs/bench.svg", {start, audit, replay, intake, memory, disk});
  }

  void finish() const { table_.write(build_ + "/../bench.json"); }

 private:
  std::string data() const { return live_->directory() + "/data"; }
  Served serve() {
    return Served({build_ + "/letopis", "serve", "--data", data(), "--listen", "127.0.0.1:0"}, work_ + "/serve.log");
  }

  // A diary week from a parent's session, beside a bare Beast server that sends the same bytes; then while entries pour in.
  void reads(std::uint16_t port, const std::vector<std::vector<std::string>>& pour) {
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    const std::string token = sign_in(url, *school_, *load_.parent);
    const std::string path = "/v1/schools/bench/diary?student=" + to_hex(load_.parent_child.view()) + "&week=2026-W36";
    const std::string bearer = "Authorization: Bearer " + token;
    const std::string body = output_of("curl -s -H '" + bearer + "' '" + url + path + "'");
    std::ofstream(work_ + "/diary.json") << body;
    if (body.find("\"days\"") == std::string::npos) std::printf("!! no diary: %s\n", body.substr(0, 200).c_str());
    const auto wrk = [](const std::string& to, const std::string& header) {
      const std::string report = output_of("wrk -t1 -c16 -d4s -H '" + header + "' '" + to + "'");
      const auto at = report.find("Requests/sec:");
      return at == std::string::npos ? 0.0 : std::strtod(report.c_str() + at + 13, nullptr);
    };
    double bare = 0;
    {
      const Served beast({build_ + "/tests/bench/bench_bare_beast", work_ + "/diary.json"}, work_ + "/beast.log");
      bare = wrk("http://127.0.0.1:" + std::to_string(beast.port()) + "/", "X-Bench: 1");
    }
    table_.add({"a diary week from a parent's session, 16 connections", wrk(url + path, bearer), "1/s", "bare Beast", bare, ">= 50 % of bare Beast"});
    // At half the intake limit: 16 connections of 30 statements, paced.
    const std::vector<std::string> gets(2000, get(path, bearer + "\r\n"));
    const auto pace = static_cast<std::int64_t>(1e6 * kConnections * 30 / (0.5 * 0.6 * verify_));
    std::thread pouring([&] { send_all("127.0.0.1", port, pour, 201, pace); });
    const auto reading = send_all("127.0.0.1", port, {gets}, 200, 1500);
    pouring.join();
    table_.add({"the same while entries pour in at half the limit, p99", reading.p99_micros / 1000, "ms", "", 0, "< 10 ms"});
  }

  // Brings the log to `size` entries through the engine; entries a second (signing the load not counted), 0 when there was little to do.
  double fill(std::uint64_t size) {
    std::uint64_t done = 0;
    double seconds = 0;
    for (;;) {
      const std::uint64_t now = school_->seen().size;
      if (now + 30 * kConnections > size) break;
      const std::size_t rounds = std::min<std::uint64_t>(100, (size - now) / (30 * kConnections));
      std::vector<std::vector<commands::RawSubmission>> requests;
      for (auto& desk : load_.desks) requests.push_back(sign_submissions(*school_, desk, rounds, 30));
      const auto start = SteadyClock::now();
      std::vector<std::thread> writers;
      for (auto& list : requests)
        writers.emplace_back([&] {
          for (auto& submission : list)
            if (!school_->school().submit(std::move(submission), commands::Language::kEnglish)) std::abort();
        });
      for (auto& writer : writers) writer.join();
      seconds += std::chrono::duration<double>(SteadyClock::now() - start).count();
      done += rounds * 30 * kConnections;
    }
    return done < 5000 ? 0 : static_cast<double>(done) / seconds;
  }

  std::pair<double, double> compact() {
    auto& store = live_->engine().store();
    if (!store.kv().flush() || !store.kv().compact()) std::abort();
    const auto record = store.school("bench");
    double raw = 0;
    const auto size = store.size(record->number);
    const auto scanned = store.each_entry(record->number, 0, *size, false, [&](std::uint64_t, ByteView bytes) {
      raw += static_cast<double>(bytes.size());
      return true;
    });
    if (!scanned) std::abort();
    return {raw, static_cast<double>(store.kv().bytes_on_disk().value_or(0))};
  }

  std::string build_, work_;
  std::uint64_t entries_;
  std::unique_ptr<test::LiveEngine> live_;
  std::unique_ptr<test::LiveSchool> school_;
  Load load_;
  Table table_;
  double verify_ = 0, postgres_ = 0;
};

}  // namespace
}  // namespace letopis::bench

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::uint64_t entries = 100'000;
  for (int i = 2; i + 1 < argc; ++i)
    if (std::strcmp(argv[i], "--entries") == 0) entries = std::strtoull(argv[i + 1], nullptr, 10);
  letopis::bench::Bench bench(argv[1], entries);
  bench.limits();
  bench.intake();
  bench.growth();
  bench.finish();
  return 0;
}
