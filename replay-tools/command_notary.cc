// letopis notary: time-stamps for the neighbours (RFC 3161). SIGTERM and SIGINT drain and end; SIGHUP reloads certificates of TLS.

#include <iostream>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "replay-tools/daemon.h"
#include "server/notary.h"

namespace letopis::tools {
namespace {

constexpr int kYears = 10;
constexpr char kKeyFile[] = "/notary.key", kCertificateFile[] = "/notary.pem";

// What a policy's companion says of it.
std::string companion_line(const std::string& name, const Bytes& certificate, const std::string& url) {
  return "tsa " + name + " " + to_base64(certificate) + (url.empty() ? "" : " " + url);
}

Status make(const NotaryInit& options) {
  const std::string key = options.data + kKeyFile, certificate = options.data + kCertificateFile;
  auto& files = posix_file_system();
  if (options.name.find_first_of(" \t") != std::string::npos)
    return fail("malformed", "--name is a word of the companion's line: no blanks");
  for (const auto& file : {key, certificate})
    if (files.exists(file)) return fail("already_exists", file + " exists; keys are never overwritten");
  TRY(const std::string words, passphrase(key));
  TRY(const auto made, signing::make_authority(options.name, words, SystemClock().now(), kYears * 365));
  TRY_STATUS(files.make_directories(options.data));
  TRY_STATUS(files.write_atomically(key, as_bytes(made.key_pem), 0600));
  TRY_STATUS(files.write_atomically(certificate, as_bytes(made.certificate_pem), 0644));
  std::cout << companion_line(options.name, made.certificate, options.url) << '\n';
  return {};
}

Result<int> run(const NotaryRun& options) {
  if (options.data.empty())
    return fail("malformed", "notary needs --data, where it keeps the serial numbers it has given");
  TRY(const auto http, listening(options.listen, options.tls_cert, options.tls_key));
  const std::string key_file = options.key.empty() ? options.data + kKeyFile : options.key;
  const std::string certificate_file = options.cert.empty() ? options.data + kCertificateFile : options.cert;
  TRY(const std::string key, read_text(key_file, signing::kAuthorityFileMaxBytes));
  TRY(const std::string certificate, read_text(certificate_file, signing::kAuthorityFileMaxBytes));
  TRY(const std::string words, passphrase(key_file));
  TRY(auto authority, signing::TimestampAuthority::open(key, certificate, words));
  const Bytes der = authority.certificate();
  const sigset_t signals = take_signals();
  SystemClock clock;
  const auto log = server::Log::to_stderr(clock);
  TRY_STATUS(posix_file_system().make_directories(options.data));
  TRY(const auto lock, DirectoryLock::acquire(options.data));
  TRY(const auto notary, server::Notary::open(std::move(authority), posix_file_system(), options.data, clock));
  TRY(const auto server, server::NotaryServer::start(*notary, http, *log));
  warn_without_tls(http, *log);
  std::cout << "{\"listening\":" << ledger::json_string(server->url())
            << ",\"certificate\":" << ledger::json_string(to_base64(der)) << "}" << std::endl;
  for (int number = 0; number != SIGTERM && number != SIGINT;) {
    if (::sigwait(&signals, &number) != 0 || number != SIGHUP) continue;
    static_cast<void>(server->reload_certificates());  // the log says what became of it
  }
  server->stop();
  log->flush();
  return kExitOk;
}

}  // namespace

int notary_init(const NotaryInit& options) {
  const auto made = make(options);
  return made ? kExitOk : refuse(made.error());
}

int notary(const NotaryRun& options) {
  const auto status = run(options);
  return status ? *status : refuse(status.error());
}

}  // namespace letopis::tools
