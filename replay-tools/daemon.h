#pragma once
// What the commands that listen have in common: where, with which certificate, which signals.

#include <signal.h>

#include <string>

#include "server/http.h"
#include "server/log.h"

namespace letopis::tools {

// HOST:PORT, and a certificate with its key or neither. "malformed".
Result<server::HttpOptions> listening(const std::string& listen, const std::string& tls_cert,
                                      const std::string& tls_key);

// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 for this thread and all that come after, so that one alone may wait for them, and
// ignores SIGPIPE. Before any thread exists.
sigset_t take_signals();

// Whoever is on the network reads along, unless it is this machine alone.
void warn_without_tls(const server::HttpOptions& http, server::Log& log);

}  // namespace letopis::tools
