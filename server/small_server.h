#pragma once
// A server of a handful of routes that are answered at once, without an engine behind them: a witness, a notary. One log line a
// request, none of its content. Thread-safe as HttpServer is.

#include <functional>
#include <memory>
#include <string>

#include "server/certificates.h"

namespace letopis::server {

class SmallServer {
 public:
  // log outlives it.
  explicit SmallServer(Log& log) : log_(log) {}
  ~SmallServer() { stop(); }
  SmallServer(const SmallServer&) = delete;
  SmallServer& operator=(const SmallServer&) = delete;

  // `answer` is called on worker threads until stop(). Errors: those of HttpServer::start.
  Status start(HttpOptions options, std::function<Response(const Request&)> answer);
  std::string url() const { return http_->url(); }
  Status reload_certificates() { return server::reload_certificates(*http_, log_, SystemClock().now()); }
  void write_metrics(MetricsWriter& out) const { write_certificate(out, *http_); }
  void stop() {
    if (http_) http_->stop();
  }

 private:
  Log& log_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace letopis::server
