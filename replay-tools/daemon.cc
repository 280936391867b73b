#include "replay-tools/daemon.h"

namespace letopis::tools {

Result<server::HttpOptions> listening(const std::string& listen, const std::string& tls_cert,
                                      const std::string& tls_key) {
  server::HttpOptions http;
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return fail("malformed", "--listen takes HOST:PORT");
  http.host = listen.substr(0, colon);
  const std::string port = listen.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      std::stoi(port) > 65'535)
    return fail("malformed", "--listen takes HOST:PORT");
  http.port = static_cast<std::uint16_t>(std::stoi(port));
  if (tls_cert.empty() != tls_key.empty()) return fail("malformed", "--tls-cert and --tls-key go together");
  if (!tls_cert.empty()) http.tls_certificate_file = tls_cert, http.tls_key_file = tls_key;
  return http;
}

sigset_t take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void warn_without_tls(const server::HttpOptions& http, server::Log& log) {
  const bool this_machine_only = http.host == "localhost" || http.host == "::1" || http.host.starts_with("127.");
  if (http.tls_certificate_file || this_machine_only) return;
  log.write(server::LogLevel::kWarning, "no_tls",
            {{"why", std::string_view("whoever is on the network reads along and takes over sessions: give --tls-cert "
                                      "and --tls-key, or listen on 127.0.0.1 behind a proxy that has them")}});
}

}  // namespace letopis::tools
