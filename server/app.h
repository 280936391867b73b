#pragma once
// The server: an engine's schools over HTTP. Wires transport, routes, sessions, streams, metrics and logs.

#include <functional>
#include <memory>
#include <string>

#include "commands/engine.h"
#include "server/anchor_keeper.h"
#include "server/dispatch.h"
#include "server/http.h"
#include "server/log.h"
#include "server/neighbours.h"
#include "server/sessions.h"
#include "server/stream.h"

namespace letopis::server {

struct AppOptions {
  HttpOptions http;  // its functions are set by the App
  Sessions::Options sessions;
  StreamHub::Options streams;
  SitePolicy site;
  std::size_t view_cache_max_bytes = 256u << 20;
  Random* random = nullptr;  // required; thread-safe: tokens, nonces, salts
  Log* log = nullptr;        // required; outlives the App
  // Has the schools witnessed by their policies (server/anchor_keeper.h); nobody is asked without it.
  struct Witnesses {
    OutwardLimits outward;
    std::chrono::milliseconds usual{45'000};  // at most so long after an entry whose deadline is far
  };
  std::optional<Witnesses> witnesses;
  Neighbours* neighbours = nullptr;  // whom this server witnesses, if anybody; outlives the App
  Pages pages;                       // what is not the API: the web pages
  std::function<void()> on_failure;  // a failed write has stopped recording for good: the process should end
};

class App {
 public:
  // The engine outlives the App, and its schools are open. Errors: those of HttpServer::start.
  static Result<std::unique_ptr<App>> start(commands::Engine& engine, const AppOptions& options);
  virtual ~App() = default;  // stop()

  virtual std::string url() const = 0;
  virtual std::uint16_t port() const = 0;
  virtual Status reload_certificates() = 0;  // keeps the old ones when the new do not load
  // Readiness goes, streams end, what is in flight is answered, then the engine may stop. A second call waits for the
  // first.
  virtual void stop() = 0;
  // For tests and embedding: one request without a network.
  virtual Response handle(const Request& request) = 0;
  virtual std::optional<Response> handle_cached(const Request& request) = 0;
  virtual Services& services() = 0;
};

}  // namespace letopis::server
