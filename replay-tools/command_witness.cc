// letopis witness: a complete C2SP tlog-witness. SIGTERM and SIGINT drain and end; SIGHUP reloads certificates.

#include <unistd.h>

#include <iostream>
#include <map>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/daemon.h"
#include "server/witness_routes.h"

namespace letopis::tools {
namespace {

// A log on the command line is written as in a policy: its vkey, and where it is when that is not https:// and its origin.
struct KnownLog {
  signing::VerifierKey key;
  std::string url;
};
Result<KnownLog> known_log(const std::string& text) {
  const auto blank = text.find(' ');
  KnownLog log;
  TRY(log.key, signing::parse_vkey(text.substr(0, blank)));
  if (blank != std::string::npos) log.url = text.substr(blank + 1);
  if (log.key.type != signing::kNoteTypeEd25519)
    return fail("key_type", "--log takes the vkey of a log (type 01), not of a witness");
  return log;
}

Result<int> run(const WitnessRun& options) {
  TRY(const auto http, listening(options.listen, options.tls_cert, options.tls_key));
  std::map<std::string, std::string> urls;
  std::vector<signing::VerifierKey> logs;
  for (const auto& text : options.logs) {
    TRY(const KnownLog log, known_log(text));
    logs.push_back(log.key);
    urls[log.key.name] = log.url;
  }
  TRY(auto key, read_key(options.key, signing::Purpose::kWitness));
  const sigset_t signals = take_signals();
  SystemClock clock;
  const auto log = server::Log::to_stderr(clock);
  TRY_STATUS(posix_file_system().make_directories(options.data));
  TRY(const auto lock, DirectoryLock::acquire(options.data));
  TRY(const auto store, ledger::open_rocksdb(options.data + "/witness", {}));
  ledger::Witness::Options witness_options;
  witness_options.name = options.name.empty() ? ledger::default_witness_name(key) : options.name;
  witness_options.clock = &clock;
  if (!options.allow_simulated)
    witness_options.admits = [&urls](const signing::VerifierKey& of) {
      const auto it = urls.find(of.name);
      return server::admits_log(of, it == urls.end() ? "" : it->second);
    };
  const pid_t self = ::getpid();
  witness_options.on_failure = [self](const Error&) { ::kill(self, SIGUSR1); };
  TRY(const auto witness, ledger::Witness::open(*store, std::move(key), witness_options));
  for (const auto& of : logs) TRY_STATUS(witness->add_log(of));
  TRY(const auto server, server::WitnessServer::start(*witness, http, *log));
  warn_without_tls(http, *log);
  std::cout << "{\"listening\":" << ledger::json_string(server->url())
            << ",\"vkey\":" << ledger::json_string(witness->vkey().text()) << "}" << std::endl;
  int status = kExitOk;
  for (int number = 0;;) {
    if (::sigwait(&signals, &number) != 0) continue;
    if (number == SIGHUP) {
      static_cast<void>(server->reload_certificates());  // the log says what became of it
      continue;
    }
    if (number == SIGUSR1) {
      log->write(server::LogLevel::kError, "storing_failed", {});
      status = 1;  // what is on the disk only a restart can tell
    }
    break;
  }
  server->stop();
  log->flush();
  return status;
}

}  // namespace

int witness(const WitnessRun& options) {
  const auto status = run(options);
  return status ? *status : refuse(status.error());
}

}  // namespace letopis::tools
