#pragma once
// The HTTP server as the rest of Letopis sees it: plain requests and responses, no Beast. server/http.cc is the only file
// that includes <boost/beast>. A handler runs on a worker thread, may block, and must be thread-safe; its answer is sent by
// the I/O thread of the connection. Limits and deadlines: HttpLimits.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::server {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOther };

struct Request {
  Method method = Method::kGet;
  std::string target;                          // as sent
  std::string path;                            // percent-decoded, without query
  std::map<std::string, std::string> query;    // decoded; a repeated name is refused with 400
  std::string content_type;                    // lower case, without parameters
  std::string accept;
  std::string accept_language;
  std::string authorization;
  std::string cookie;
  std::string if_none_match;
  std::string last_event_id;
  std::string idempotency_key;
  std::string origin;                          // the Origin header, for cross-site checks
  std::string host;
  std::string remote_address;
  std::string body;
  bool secure = false;                         // came over TLS
  std::string request_id;                      // random, in logs and in every problem document
};

class EventStream;

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of body: served from a cache without a copy
  std::vector<std::pair<std::string, std::string>> headers;
  // Set for a server-sent event stream: the connection stays open, the stream delivers.
  std::shared_ptr<EventStream> stream;
};

// One subscriber's queue of server-sent events. push is thread-safe and never blocks: a reader whose queue holds more than
// HttpLimits::stream_queue_max_bytes is dropped (its connection is closed; it resumes by Last-Event-ID).
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual bool push(std::string_view id, std::string_view event, std::string_view data) = 0;  // false: closed or dropped
  virtual bool closed() const = 0;
};
std::shared_ptr<EventStream> make_event_stream();

using Handler = std::function<Response(const Request&)>;

struct HttpLimits {
  std::size_t header_max_bytes = 16 * 1024;
  std::size_t body_max_bytes = 24u << 20;
  std::size_t connections_max = 1024;
  std::size_t connections_per_address_max = 256;
  std::size_t requests_per_connection_max = 1'000'000;
  std::size_t workers = 4;
  std::size_t worker_queue_max = 512;             // beyond: 503 with Retry-After
  std::size_t stream_queue_max_bytes = 256 * 1024;
  std::size_t streams_max = 512;
  int read_header_seconds = 15;
  int read_body_seconds = 30;
  int idle_seconds = 60;
  int handler_seconds = 30;
  int write_seconds = 30;
  int handshake_seconds = 10;
  int tls_shutdown_seconds = 3;
  int drain_seconds = 20;
  int stream_heartbeat_seconds = 15;
  double requests_per_second_per_address = 0;     // 0: no limit; a token bucket with a burst of ten seconds otherwise
};

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::string> tls_certificate_file;  // PEM chain
  std::optional<std::string> tls_key_file;
  HttpLimits limits;
};

struct HttpCounters {  // for /metrics
  std::atomic<std::uint64_t> connections_open{0}, connections_total{0}, connections_refused{0};
  std::atomic<std::uint64_t> requests_total{0}, requests_timed_out{0}, requests_overloaded{0}, requests_malformed{0};
  std::atomic<std::uint64_t> streams_open{0}, streams_dropped{0};
  std::atomic<std::uint64_t> bytes_received{0}, bytes_sent{0};
};

class HttpServer {
 public:
  // Called once for every finished request: method, route status, micros; for logs and metrics. Must not block.
  using Observer = std::function<void(const Request&, unsigned status, std::int64_t micros)>;
  static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options, Handler handler, Observer observer);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::string url() const = 0;
  virtual Status reload_certificates() = 0;  // keeps the old ones when the new do not load
  // Stop accepting → cancel idle reads → finish what is in flight, bounded by drain_seconds → close. Then threads join.
  virtual void stop() = 0;
  virtual const HttpCounters& counters() const = 0;
};

// A client, for the command line and tests: one connection, kept alive, blocking, with deadlines. Same limits on answers.
struct ClientRequest {
  std::string method = "GET";
  std::string target;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};
struct ClientResponse {
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> set_cookies;
};
class HttpClient {
 public:
  // url: http://host:port or https://host:port (certificates are checked against the system's store, or `ca_file`).
  static Result<std::unique_ptr<HttpClient>> connect(std::string_view url, const std::optional<std::string>& ca_file = {});
  virtual ~HttpClient() = default;
  virtual Result<ClientResponse> send(const ClientRequest& request) = 0;  // reconnects once if the server closed an idle one
  // Reads server-sent events until `visit` returns false or the server ends the stream.
  virtual Status read_events(const ClientRequest& request,
                             const std::function<bool(std::string_view id, std::string_view event, std::string_view data)>& visit) = 0;
};

// RFC 9457.
Response problem(unsigned status, std::string_view type, std::string_view title, std::string_view detail, std::string_view request_id);

}  // namespace letopis::server
