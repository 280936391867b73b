// letopis monitor: looks at logs from outside, once or until it is told to stop. SIGTERM and SIGINT end it, SIGHUP asks for a
// round at once.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/daemon.h"
#include "replay-tools/monitor.h"
#include "server/witness_client.h"

namespace letopis::tools {
namespace {

using ledger::TrustPolicy;
using monitor::Alarm;
using monitor::HttpLog;
using monitor::LogMonitor;
using monitor::Report;

constexpr std::size_t kLogsAtOnce = 8;

Language language() { return language_headers().front().second == "en" ? Language::kEnglish : Language::kRussian; }

std::optional<std::string> ca_file() {
  const char* file = std::getenv("LETOPIS_CA_FILE");
  return file == nullptr ? std::optional<std::string>() : std::optional<std::string>(file);
}

// --- Which logs, and where

struct Target {
  signing::VerifierKey log;
  std::string url;
};

// An origin is the log's address without its scheme.
std::string path_of_origin(const std::string& origin) {
  const auto slash = origin.find('/');
  return slash == std::string::npos ? std::string() : origin.substr(slash);
}
std::string without_scheme(const std::string& url) { return url.substr(url.find("://") + 3); }

// A log's key is the policy's. The address says which log: by its log line's address, by its origin, or by the path alone, for a
// server that is reached by another name. A server's address stands for all logs of its name, else for all there are.
Result<std::vector<Target>> targets_at(const std::string& given, const TrustPolicy& policy) {
  if (!given.starts_with("http://") && !given.starts_with("https://"))
    return fail("malformed", "--url " + given + " begins with neither http:// nor https://");
  const auto [server, path] = server::split_url(given);
  std::string url = server + path;
  const auto all = [&](const auto& fits, const auto& address) {
    std::vector<Target> found;
    for (const auto& log : policy.logs())
      if (fits(log)) found.push_back({log.key, address(log)});
    return found;
  };
  const auto here = [&](const ledger::PolicyLog&) { return std::string(url); };
  const auto below = [&, at = server](const ledger::PolicyLog& log) { return at + path_of_origin(log.key.name); };
  if (path.empty()) {
    auto of_name = all([&](const auto& log) { return log.key.name.starts_with(without_scheme(url) + "/"); }, below);
    if (of_name.empty()) of_name = all([](const auto&) { return true; }, below);
    return of_name;
  }
  auto found = all([&](const auto& log) { return log.url == url; }, here);
  if (found.empty()) found = all([&](const auto& log) { return log.key.name == without_scheme(url); }, here);
  if (found.empty())
    found = all([&, wanted = path](const auto& log) { return path_of_origin(log.key.name) == wanted; }, here);
  if (found.empty()) return fail("unknown_log", "no log line of the policy is of " + url + ": add its vkey");
  if (found.size() > 1)
    return fail("ambiguous_log", url + " may be several logs of the policy: write it behind the vkey, in the log line");
  return found;
}

Result<std::vector<Target>> targets_of(const MonitorRun& options, const TrustPolicy& policy) {
  if (policy.logs().empty())
    return fail("unknown_log", options.policy + " has no log line: add “log VKEY”, as the school tells you its vkey");
  std::vector<Target> targets;
  for (const auto& url : options.urls) {
    TRY(const auto found, targets_at(url, policy));
    targets.insert(targets.end(), found.begin(), found.end());
  }
  if (options.urls.empty())
    for (const auto& log : policy.logs())
      targets.push_back({log.key, log.url.empty() ? "https://" + log.key.name : log.url});
  for (auto one = targets.begin(); one != targets.end(); ++one)
    if (std::any_of(targets.begin(), one, [&](const Target& other) { return other.log.name == one->log.name; }))
      return fail("ambiguous_log", one->log.name + " is watched at one address: give each log once");
  return targets;
}

Result<TrustPolicy> read_policy(const MonitorRun& options) {
  if (options.policy.empty()) return fail("malformed", "monitor needs --policy");
  TRY(const std::string policy, read_text(options.policy, ledger::kPolicySizeMaxBytes));
  std::string companion;
  if (!options.companion.empty()) {
    TRY(companion, read_text(options.companion, ledger::kPolicySizeMaxBytes));
  }
  return TrustPolicy::parse(policy, companion);
}

// --- Entries

using Keys = std::map<std::string, std::shared_ptr<signing::KeyPair>>;  // by school; empty: of all others

Result<Keys> read_keys(const std::vector<std::string>& given) {
  Keys keys;
  for (const auto& word : given) {
    const auto equals = word.find('=');
    const bool named = equals != std::string::npos && word.find('/') > equals;
    TRY(auto key, read_key(named ? word.substr(equals + 1) : word, signing::Purpose::kAuthor));
    keys[named ? word.substr(0, equals) : ""] = std::make_shared<signing::KeyPair>(std::move(key));
  }
  return keys;
}

// A name that was misspelt would leave its school watched without the key.
Status all_are_watched(const Keys& keys, const std::vector<Target>& targets) {
  for (const auto& [school, key] : keys) {
    const auto of = [&](const Target& target) { return target.url.ends_with("/log/" + school); };
    if (!school.empty() && std::none_of(targets.begin(), targets.end(), of))
      return fail("unknown_log", "--key " + school + "=…: no log that is watched is /log/" + school);
  }
  return {};
}

// A school's log stands at /log/SCHOOL of its server.
std::function<Result<HttpLog::Headers>()> sign_in_of(const Target& target, const Keys& keys) {
  const auto at = target.url.rfind("/log/");
  if (keys.empty() || at == std::string::npos) return {};
  const std::string server = target.url.substr(0, at), school = target.url.substr(at + 5);
  auto key = keys.find(school);
  if (key == keys.end()) key = keys.find("");
  if (key == keys.end()) return {};
  return [server, school, with = key->second]() -> Result<HttpLog::Headers> {
    TRY(const auto session, sign_in(server, school, *with));
    return session.headers();
  };
}

// --- Rounds

class Watch {
 public:
  Watch(const MonitorRun& options, TrustPolicy policy) : options_(options), policy_(std::move(policy)) {}

  Status add(const Target& target, const Keys& keys) {
    auto one = std::make_unique<One>();
    HttpLog::Options http;
    http.url = target.url;
    http.ca_file = ca_file();
    http.sign_in = sign_in_of(target, keys);
    http.clock = &clock_;
    http.stopped = [this] { return stopping_.load(); };
    LogMonitor::Options watched;
    watched.reads_entries = static_cast<bool>(http.sign_in);
    one->log = std::make_unique<HttpLog>(std::move(http));
    watched.log = target.log;
    watched.url = target.url;
    watched.policy = &policy_;
    watched.limits = {options_.lag, options_.bracket_limit, static_cast<unsigned>(options_.refused_limit),
                      static_cast<unsigned>(options_.late_limit)};
    watched.clock = &clock_;
    watched.files = &posix_file_system();
    watched.directory = options_.data + "/" + monitor::folder_name(target.log);
    watched.ask_witness = [](const ledger::PolicyWitness& witness, const std::string& origin) {
      server::OutwardLimits limits;
      limits.ca_file = ca_file();
      return server::WitnessClient(witness, limits).newest(origin);
    };
    TRY(one->monitor, LogMonitor::open(*one->log, std::move(watched)));
    logs_.push_back(std::move(one));
    return {};
  }

  // A line for every log as it is done; the gravest of what they say.
  Alarm round() {
    std::vector<Report> reports(logs_.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(kLogsAtOnce, logs_.size()); ++i)
      threads.emplace_back([&] {
        for (std::size_t at = next++; at < logs_.size(); at = next++) {
          logs_[at]->log->begin_round();
          reports[at] = logs_[at]->monitor->round();
          const std::string line = monitor::json_line(reports[at], language_) + "\n";
          const std::lock_guard lock(mutex_);
          if (!stopping_) std::cout << line << std::flush;
        }
      });
    for (auto& thread : threads) thread.join();
    Alarm gravest = Alarm::kWell;
    for (const auto& report : reports) gravest = std::max(gravest, report.alarm());
    if (stopping_) return gravest;
    const std::lock_guard lock(mutex_);
    reports_ = std::move(reports);
    ++rounds_;
    finished_ = clock_.monotonic();
    return gravest;
  }

  void run_until_stopped(const std::function<void()>& after_each) {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      asked_ = false;
      lock.unlock();
      round();
      if (!stopping_) after_each();
      lock.lock();
      wake_.wait_for(lock, std::chrono::seconds(options_.interval), [this] { return asked_ || stopping_; });
    }
  }
  void ask() {
    const std::lock_guard lock(mutex_);
    asked_ = true;
    wake_.notify_all();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }

  std::string metrics() const {
    const std::lock_guard lock(mutex_);
    return monitor::metrics(reports_, rounds_);
  }
  // Whether rounds come to an end: a round may take a minute a log.
  bool alive() const {
    const std::lock_guard lock(mutex_);
    const auto rows = static_cast<std::int64_t>(1 + logs_.size() / kLogsAtOnce);
    return clock_.monotonic().micros - finished_.micros <
           (3 * std::int64_t{options_.interval} + 90 * rows) * kMicrosPerSecond;
  }

 private:
  struct One {
    std::unique_ptr<HttpLog> log;
    std::unique_ptr<LogMonitor> monitor;
  };
  const MonitorRun options_;
  const TrustPolicy policy_;
  const Language language_ = language();
  SystemClock clock_;
  std::vector<std::unique_ptr<One>> logs_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // of everything below, and of standard output
  std::condition_variable wake_;
  bool asked_ = false;
  std::vector<Report> reports_;
  std::uint64_t rounds_ = 0;
  Instant finished_ = clock_.monotonic();
};

server::Response answer(const Watch& watch, const server::Request& request) {
  const bool reads = request.method == server::Method::kGet || request.method == server::Method::kHead;
  server::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  if (reads && request.path == "/metrics") {
    response.body = watch.metrics();
  } else if (reads && request.path == "/healthz") {
    response.status = watch.alive() ? 200 : 503;
    response.body = watch.alive() ? "ok\n" : "no round came to an end for too long\n";
  } else {
    response.status = 404;
    response.body = "there are /metrics and /healthz here\n";
  }
  return response;
}

Result<int> watch_until_stopped(const MonitorRun& options, Watch& watch) {
  const sigset_t signals = take_signals();
  SystemClock clock;
  const auto log = server::Log::to_stderr(clock);
  std::unique_ptr<server::HttpServer> http;
  if (!options.listen.empty()) {
    TRY(auto where, listening(options.listen, {}, {}));
    where.limits.body_max_bytes = 1024;
    where.limits.workers = 2;
    TRY(http, server::HttpServer::start(where, server::answers_at_once([&](const server::Request& request) {
                                          return answer(watch, request);
                                        }),
                                        [](const server::Request&, unsigned, std::int64_t) {}));
    std::cout << "{\"listening\":" << ledger::json_string(http->url()) << "}" << std::endl;
  }
  std::thread rounds([&] {
    watch.run_until_stopped([&] {
      if (options.metrics_file.empty()) return;
      const std::string text = watch.metrics();
      const auto written = posix_file_system().write_atomically(options.metrics_file, as_bytes(text), 0644);
      if (!written)
        log->write(server::LogLevel::kWarning, "metrics_unwritten",
                   {{"why", std::string_view(written.error().detail)}});
    });
  });
  for (int number = 0; number != SIGTERM && number != SIGINT;) {
    if (::sigwait(&signals, &number) == 0 && number == SIGHUP) watch.ask();
  }
  watch.stop();
  rounds.join();
  if (http) http->stop();
  log->flush();
  return kExitOk;
}

// Where what was seen is remembered when nobody says (XDG Base Directory Specification: state).
Result<std::string> own_folder() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return std::string(state) + "/letopis-monitor";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.local/state/letopis-monitor";
  return fail("malformed", "monitor needs --data, where it remembers what it has seen: there is no HOME to put it in");
}

Result<int> watch_logs(MonitorRun options) {
  if (options.data.empty()) {
    TRY(options.data, own_folder());
    std::cerr << "letopis: what is seen is remembered in " << options.data << " (--data names another folder)\n";
  }
  TRY(auto policy, read_policy(options));
  TRY(const auto targets, targets_of(options, policy));
  TRY(const auto keys, read_keys(options.keys));
  TRY_STATUS(posix_file_system().make_directories(options.data));
  TRY(const auto lock, DirectoryLock::acquire(options.data));
  Watch watch(options, std::move(policy));
  TRY_STATUS(all_are_watched(keys, targets));
  for (const auto& target : targets) TRY_STATUS(watch.add(target, keys));
  if (!options.once) return watch_until_stopped(options, watch);
  const int code = monitor::exit_code(watch.round());
  if (!options.metrics_file.empty()) {
    const std::string text = watch.metrics();
    TRY_STATUS(posix_file_system().write_atomically(options.metrics_file, as_bytes(text), 0644));
  }
  return code;
}

// --- A file of evidence

Result<signing::VerifierKey> key_of_log(const MonitorRun& options, const ledger::ForkFile& file) {
  if (!options.vkey.empty()) return signing::parse_vkey(options.vkey);
  TRY(const auto checkpoint, ledger::parse_checkpoint_note(file.smaller));
  // A key that stood in the file would prove nothing: whoever made the file would have chosen it.
  if (options.policy.empty())
    return fail("malformed",
                "the file says that it is of the log " + checkpoint.origin +
                    ": give its key, --vkey V, as the school told it to you, or --policy FILE with a log line of it");
  TRY(const auto policy, read_policy(options));
  for (const auto& log : policy.logs())
    if (log.key.name == checkpoint.origin) return log.key;
  return fail("unknown_log", "the policy has no log line of " + checkpoint.origin);
}

Result<int> check_fork(const MonitorRun& options) {
  TRY(const std::string text, read_text(options.check_fork, ledger::kForkFileSizeMaxBytes));
  TRY(const auto file, ledger::parse_fork_file(text));
  TRY(const auto key, key_of_log(options, file));
  TRY(const auto judged, ledger::judge_fork(file, key));
  std::cout << "{\"verdict\":\"" << ledger::fork_verdict_name(judged.verdict)
            << "\",\"log\":" << ledger::json_string(key.name) << ",\"smaller\":" << judged.smaller.size
            << ",\"larger\":" << judged.larger.size << "}\n";
  switch (judged.verdict) {
    case ledger::ForkVerdict::kForked: return monitor::exit_code(Alarm::kFork);
    case ledger::ForkVerdict::kOneHistory: return monitor::exit_code(Alarm::kWell);
    case ledger::ForkVerdict::kUndecided: return monitor::exit_code(Alarm::kAttention);
  }
  return kExitUnusable;
}

}  // namespace

int monitor(const MonitorRun& options) {
  const auto status = options.check_fork.empty() ? watch_logs(options) : check_fork(options);
  return status ? *status : refuse(status.error());
}

}  // namespace letopis::tools
