// letopis serve: all schools of a data directory over HTTP(S). SIGTERM and SIGINT drain and end; SIGHUP reloads certificates.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <map>
#include <thread>

#include <toml++/toml.h>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/daemon.h"
#include "replay-tools/erase.h"
#include "replay-tools/federation.h"
#include "server/app.h"

namespace letopis::tools {
namespace {

// A socket's address holds 107 bytes, a data directory's path may be longer: it is named by an open descriptor instead.
class SocketPlace {
 public:
  explicit SocketPlace(const std::string& data) : folder_(::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const std::string path = "/proc/self/fd/" + std::to_string(folder_) + "/" + std::string(kControlSocket);
    address_.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address_.sun_path);
  }
  ~SocketPlace() {
    if (folder_ >= 0) ::close(folder_);
  }
  SocketPlace(const SocketPlace&) = delete;
  SocketPlace& operator=(const SocketPlace&) = delete;
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  void remove() const { ::unlinkat(folder_, std::string(kControlSocket).c_str(), 0); }

 private:
  int folder_;
  sockaddr_un address_{};
};

// One line in, one line out, one caller at a time: for commands on a running server.
class ControlSocket {
 public:
  // neighbours may be null.
  ControlSocket(commands::Engine& engine, server::Neighbours* neighbours, const std::string& data)
      : engine_(engine), neighbours_(neighbours), place_(data) {
    place_.remove();
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = ::umask(0077);
    const bool bound = ::bind(listener_, place_.address(), sizeof(sockaddr_un)) == 0 && ::listen(listener_, 4) == 0;
    ::umask(before);
    if (bound)
      thread_ = std::thread([this] { run(); });
    else
      why_not_ = std::strerror(errno);
  }
  ~ControlSocket() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
    if (why_not_.empty()) place_.remove();
  }
  const std::string& why_not() const { return why_not_; }  // empty: it listens
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  static constexpr int kPollMillis = 200;
  static constexpr std::size_t kLineMaxBytes = kEraseLineSizeMaxBytes;

  void run() {
    while (!stopping_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, kPollMillis) <= 0) continue;
      const int caller = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (caller < 0) continue;
      answer(caller);
      ::close(caller);
    }
  }
  static Result<std::string> no_witness() {
    return fail("not_found", "this server is nobody's witness; its log says why");
  }
  void answer(int caller) {
    std::string line;
    char c = 0;
    pollfd readable{caller, POLLIN, 0};
    while (line.size() < kLineMaxBytes && ::poll(&readable, 1, 5000) > 0 && ::read(caller, &c, 1) == 1 && c != '\n')
      line += c;
    std::string reply = "error unknown command";
    if (line.starts_with("backup ")) {
      const auto made = make_backup(engine_, line.substr(7));
      reply = made ? "ok" : "error " + made.error().text();
    } else if (line.starts_with(kEraseCommand)) {
      const auto answered = answer_erase(engine_, line);
      reply = answered ? "ok " + *answered : "error " + answered.error().text();
    } else if (line.starts_with(kFederationCommand)) {
      const auto answered = neighbours_ != nullptr ? answer_federation(*neighbours_, line) : no_witness();
      reply = answered ? "ok " + *answered : "error " + answered.error().text();
    }
    reply += '\n';
    if (::write(caller, reply.data(), reply.size()) < 0) return;  // the caller has gone; the backup stands
  }

  commands::Engine& engine_;
  server::Neighbours* const neighbours_;
  const SocketPlace place_;
  std::string why_not_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

constexpr std::int64_t kStateCommitmentSeconds =
    3600;  // a week's proof of completeness lags no further behind while entries come
constexpr std::string_view kListenByDefault = "127.0.0.1:8080";
constexpr std::size_t kConfigMaxBytes = 64 * 1024;

// A TOML file of the same words as the command line, which wins where both speak: listen, tls-cert, tls-key, public-origin.
Result<Serve> with_config(Serve options) {
  if (options.config.empty()) return options;
  TRY(const std::string text, read_text(options.config, kConfigMaxBytes));
  const auto refuse_line = [&](const toml::source_region& at, std::string_view why) {
    return fail("malformed", options.config + ":" + std::to_string(at.begin.line) + ": " + std::string(why));
  };
  toml::table settings;
  try {
    settings = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return refuse_line(error.source(), error.description());
  }
  const std::map<std::string_view, std::string*> texts{
      {"listen", &options.listen}, {"tls-cert", &options.tls_cert}, {"tls-key", &options.tls_key}};
  const bool origins_said = !options.public_origins.empty();
  for (const auto& [key, value] : settings) {
    const std::string name(key.str());
    if (const auto* origins = value.as_array(); origins != nullptr && name == "public-origin") {
      for (const auto& origin : *origins) {
        if (!origin.is_string()) return refuse_line(origin.source(), "public-origin is a list of texts");
        if (!origins_said) options.public_origins.push_back(**origin.as_string());
      }
      continue;
    }
    const auto known = texts.find(name);
    if (known == texts.end())
      return refuse_line(value.source(),
                         name + " is no setting; there are listen, tls-cert, tls-key, public-origin = [...]");
    if (!value.is_string()) return refuse_line(value.source(), name + " is a text");
    if (known->second->empty()) *known->second = **value.as_string();
  }
  return options;
}

// The witness that this server is for its neighbours. Where it cannot be, the schools go on without: the log says why.
std::unique_ptr<server::Neighbours> open_neighbours(commands::Engine& engine, const std::string& data, Random& random,
                                                    server::Log& log) {
  const auto say = [&log](std::string_view event, const Error& why) {
    log.write(server::LogLevel::kError, event, {{"code", why.code}, {"why", std::string_view(why.detail)}});
  };
  server::Neighbours::Options options;
  options.directory = data;
  options.random = &random;
  options.on_failure = [say](const Error& why) { say("cosigning_stopped", why); };
  auto neighbours = server::Neighbours::open(engine, options);
  if (neighbours) return *std::move(neighbours);
  if (neighbours.error().code != "read_only") say("no_witness", neighbours.error());
  return nullptr;
}

void announce(commands::Engine& engine, const server::Neighbours* neighbours, const server::App& app) {
  std::string line = "{\"listening\":" + ledger::json_string(app.url()) + ",\"vkey\":{";
  bool first = true;
  for (const auto* school : engine.schools()) {
    if (!first) line += ',';
    first = false;
    line += ledger::json_string(school->slug()) + ":" + ledger::json_string(school->vkey().text());
  }
  line += "}";
  if (neighbours != nullptr) line += ",\"witness\":" + ledger::json_string(neighbours->vkey().text());
  std::cout << line << "}" << std::endl;
}

Result<int> run(const Serve& given) {
  TRY(Serve options, with_config(given));
  if (options.listen.empty()) options.listen = kListenByDefault;
  TRY(const auto http, listening(options.listen, options.tls_cert, options.tls_key));
  if (!options.witness_ca.empty()) TRY_STATUS(server::check_authorities(options.witness_ca));
  if (!posix_file_system().exists(options.data + "/ledger"))
    return fail("not_found", options.data + " holds no school; letopis init creates one");
  const sigset_t signals = take_signals();

  SystemClock clock;
  SystemRandom random;
  const auto log = server::Log::to_stderr(clock);
  commands::Engine::Options engine_options;
  engine_options.directory = options.data;
  TRY(engine_options.master_key, vault_key());
  engine_options.clock = &clock;
  engine_options.random = &random;
  engine_options.commit_state_micros = kStateCommitmentSeconds * kMicrosPerSecond;
  TRY(auto engine, commands::Engine::open(engine_options));
  const auto neighbours = open_neighbours(*engine, options.data, random, *log);
  server::AppOptions app_options;
  app_options.http = http;
  app_options.random = &random;
  app_options.neighbours = neighbours.get();
  app_options.log = log.get();
  app_options.site.secure_cookies = !options.tls_cert.empty() || !options.insecure_cookies;
  app_options.site.public_origins = options.public_origins;
  app_options.witnesses.emplace();
  if (!options.witness_ca.empty()) app_options.witnesses->outward.ca_file = options.witness_ca;
  app_options.witnesses->usual = std::chrono::seconds(options.witness_interval);
  const pid_t self = ::getpid();
  app_options.on_failure = [self] { ::kill(self, SIGUSR1); };
  TRY(auto app, server::App::start(*engine, app_options));
  int status = kExitOk;
  {
    const ControlSocket control_socket(*engine, neighbours.get(), options.data);
    if (!control_socket.why_not().empty())
      log->write(server::LogLevel::kWarning, "no_backup_while_running",
                 {{"why", std::string_view(control_socket.why_not())}});
    warn_without_tls(http, *log);
    announce(*engine, neighbours.get(), *app);
    for (int number = 0;;) {
      if (::sigwait(&signals, &number) != 0) continue;
      if (number == SIGHUP) {
        static_cast<void>(app->reload_certificates());  // the log says what became of it
        continue;
      }
      if (number == SIGUSR1) {
        log->write(server::LogLevel::kError, "recording_failed", {});
        status = 1;  // a failed sync: only a restart can tell what is on the disk
      }
      break;
    }
  }
  app->stop();
  engine->stop();
  log->flush();
  return status;
}

}  // namespace

int serve(const Serve& options) {
  const auto status = run(options);
  return status ? *status : refuse(status.error());
}

Result<std::string> control(const std::string& data, const std::string& line) {
  const SocketPlace place(data);
  const int to = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(to, place.address(), sizeof(sockaddr_un)) != 0) {
    ::close(to);
    return fail("in_use", "a process holds " + data + " but answers no commands");
  }
  const std::string sent = line + "\n";
  std::string reply;
  char c = 0;
  if (::write(to, sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()))
    while (::read(to, &c, 1) == 1 && c != '\n') reply += c;
  ::close(to);
  if (reply.starts_with("ok")) return reply.substr(std::min<std::size_t>(3, reply.size()));
  if (!reply.starts_with("error ")) return fail("refused", "no answer");
  // "error code: detail", as Error::text() writes it.
  const auto colon = reply.find(": ");
  return fail(std::string_view(reply).substr(6, colon == std::string::npos ? colon : colon - 6),
              colon == std::string::npos ? "" : reply.substr(colon + 2));
}

}  // namespace letopis::tools
