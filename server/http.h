#pragma once
// The HTTP server as the rest of Letopis sees it: plain requests and responses, no Beast (that stays behind
// server/beast.h). A handler runs on a worker thread (HttpOptions::quick: the I/O thread), may block there, and must be
// thread-safe; it answers at once or later, from any thread, and its answer is sent by the I/O thread of the connection.
// HTTP/1.1 and 1.0 (RFC 9112), TLS 1.2 and 1.3. Limits and deadlines: HttpLimits. What the transport itself refuses it
// answers with a problem document (RFC 9457) of type "urn:letopis:problem:" and one of
//   malformed-request 400, header-timeout 408, body-timeout 408, body-too-large 413, target-too-long 414,
//   content-encoding 415, expectation 417, rate-limited 429, header-too-large 431, internal 500, method-unknown 501,
//   transfer-encoding 501, overloaded 503, handler-timeout 504, http-version 505.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::server {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOther };  // kOther: OPTIONS or PATCH

struct Request {
  Method method = Method::kGet;
  std::string target{};                        // as sent
  std::string path{};                          // percent-decoded, without query (parse_target)
  std::map<std::string, std::string> query{};  // decoded; a repeated name is refused with 400
  std::string content_type{};                  // lower case, without parameters
  std::string accept{};                        // several fields are joined with ", "
  std::string accept_language{};               // likewise
  std::string authorization{};
  std::string cookie{};
  std::string if_none_match{};  // likewise
  std::string last_event_id{};
  std::string prefer{};  // several fields are joined with ", "
  std::string idempotency_key{};
  std::string origin{};  // the Origin header, for cross-site checks
  std::string host{};
  std::string user_agent{};
  std::string sec_fetch_site{};  // the Sec-Fetch-Site header, for cross-site checks
  std::string remote_address{};  // of the connection; forwarding headers are not believed
  std::string body{};
  bool secure = false;       // came over TLS
  std::string request_id{};  // unique, in logs and in every problem document
};

class EventStream;

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::shared_ptr<const std::string> shared_body{};  // instead of body: served from a cache without a copy
  // Not Content-Length, Content-Type, Transfer-Encoding, Connection or Date: the transport writes those. A value with a
  // control character turns the answer into a 500.
  std::vector<std::pair<std::string, std::string>> headers{};
  // Set for a server-sent event stream: the connection stays open, the stream delivers. body is ignored.
  std::shared_ptr<EventStream> stream{};
};

// One subscriber's queue of server-sent events. Thread-safe; never blocks. A reader whose queue holds more than
// HttpLimits::stream_queue_max_bytes, or who takes nothing for write_timeout, is dropped (its connection is closed; it
// resumes by Last-Event-ID). Events may be pushed before the handler returns. The stream may outlive the server.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Line breaks in data become several data lines; id and event must hold none (those bytes are left out).
  virtual bool push(std::string_view id, std::string_view event,
                    std::string_view data) = 0;  // false: closed or dropped
  virtual void close() = 0;         // delivers what is queued, then ends the stream (the browser will reconnect)
  virtual bool closed() const = 0;  // by either side
};
std::shared_ptr<EventStream> make_event_stream();

// How a handler gives its answer: once, from any thread; what comes after the first is ignored. Whoever drops it without
// an answer gives a 500. The request lives as long as its Reply; the server outlives it (stop() waits).
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void now(Response response) = 0;
  // The answer is made where the handler ran: by a worker, or on the I/O thread for a quick request.
  virtual void make(std::function<Response()> answer) = 0;
};
using ReplyPtr = std::shared_ptr<Reply>;
using Handler = std::function<void(const Request&, ReplyPtr)>;
Handler answers_at_once(std::function<Response(const Request&)> answer);
// Tried first for GET and HEAD, on the I/O thread: must neither block nor compute for long (a cached read). nullopt
// leaves the request to the Handler.
using FastHandler = std::function<std::optional<Response>(const Request&)>;

struct HttpLimits {
  std::size_t header_max_bytes = 16 * 1024;
  std::size_t header_fields_max = 100;
  std::size_t target_max_bytes = 4 * 1024;
  std::size_t body_max_bytes = 24u << 20;
  std::size_t bodies_max_bytes = 256u << 20;  // held for all requests together; beyond: 503
  std::size_t connections_max = 1024;
  std::size_t connections_per_address_max = 256;  // an IPv6 /64 counts as one address
  std::size_t requests_per_connection_max = 1'000'000;
  std::size_t workers = 32;
  std::size_t worker_queue_max = 512;  // beyond: 503 with Retry-After
  std::size_t io_threads = 0;          // 0: one a core, at most four
  std::size_t stream_queue_max_bytes = 256 * 1024;
  std::size_t streams_max = 512;
  std::chrono::milliseconds read_header_timeout{15'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds read_body_timeout{30'000};    // for the whole body
  std::chrono::milliseconds idle_timeout{60'000};         // between two requests
  std::chrono::milliseconds handler_timeout{30'000};      // then 504; the handler is not interrupted
  std::chrono::milliseconds write_timeout{30'000};        // for every 64 KiB of an answer
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds tls_shutdown_timeout{3'000};
  std::chrono::milliseconds linger_timeout{1'000};  // after a refusal: lets the peer read it before the reset
  std::chrono::milliseconds drain_timeout{20'000};
  std::chrono::milliseconds stream_heartbeat{15'000};
  double requests_per_second_per_address = 0;  // 0: no limit; a token bucket with a burst of ten seconds otherwise
};

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::string> tls_certificate_file;  // PEM chain
  std::optional<std::string> tls_key_file;
  HttpLimits limits;
  // The largest body accepted for this request (its header is read, its body is not), at most body_max_bytes. Quick.
  std::function<std::size_t(const Request&)> body_limit;
  // Whether this request's handler neither blocks nor computes for long, nor what makes its answer: it then runs on the
  // I/O thread, which saves a change of threads each way. None is, without it.
  std::function<bool(const Request&)> quick;
  // Once the certificates are loaded and the address is taken, before anybody is listened to: what is done only by a
  // server that will come up.
  std::function<void()> before_listening;
  // Faults of ours: an exception from a handler, a failing accept. Default: stderr.
  std::function<void(std::string_view)> log;
};

struct HttpCounters {  // for /metrics
  std::atomic<std::uint64_t> connections_open{0}, connections_total{0}, connections_refused{0};
  std::atomic<std::uint64_t> requests_total{0}, requests_timed_out{0}, requests_overloaded{0}, requests_malformed{0};
  std::atomic<std::uint64_t> requests_limited{0}, handler_failures{0};
  std::atomic<std::uint64_t> streams_open{0}, streams_dropped{0};
  std::atomic<std::uint64_t> bytes_received{0}, bytes_sent{0};  // of requests and answers, before TLS
};

class HttpServer {
 public:
  // Called once for every answered request, refused ones too (what was read of them): for logs and metrics. Runs on an
  // I/O thread and must not block or throw. micros: from the first byte of the request until its answer was written.
  using Observer = std::function<void(const Request&, unsigned status, std::int64_t micros)>;
  static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options, Handler handler, Observer observer,
                                                   FastHandler fast_handler = {});
  virtual ~HttpServer() = default;  // stops
  virtual std::uint16_t port() const = 0;
  virtual std::string url() const = 0;
  virtual Status reload_certificates() = 0;                            // keeps the old ones when the new do not load
  virtual std::optional<Instant> certificate_valid_until() const = 0;  // of the one in use; none without TLS
  // Stop accepting → cancel idle reads → finish what is in flight, bounded by drain_timeout → close. Then threads join,
  // which waits for handlers that still run and for replies that are still owed. Not from a handler. A second call waits
  // for the first.
  virtual void stop() = 0;
  virtual const HttpCounters& counters() const = 0;
};

// A client, for the command line and tests: one connection, kept alive, blocking, with deadlines. Not thread-safe.
struct ClientRequest {
  std::string method = "GET";
  std::string target{};
  std::string content_type{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};
struct ClientResponse {
  unsigned status = 0;
  std::string content_type{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};  // names in lower case
  std::vector<std::string> set_cookies{};
};
struct ClientLimits {
  std::size_t header_max_bytes = 16 * 1024;
  std::size_t body_max_bytes = 64u << 20;
  std::chrono::milliseconds connect_timeout{10'000};  // name, TCP and TLS together
  std::chrono::milliseconds answer_timeout{60'000};   // writing a request and reading its answer
  std::chrono::milliseconds event_timeout{60'000};    // silence on an event stream, heartbeats counted
};
// "https://host:port/a/b" → "https://host:port" and "/a/b", without a slash at its end.
std::pair<std::string, std::string> split_url(std::string_view url);
// That a file holds certificates of authorities that can be read. "tls_failed", with OpenSSL's reason.
Status check_authorities(const std::string& ca_file);

class HttpClient {
 public:
  // url: http://host:port or https://host:port (certificates are checked against the system's store, or `ca_file`).
  // Errors: "bad_url", "connect_failed", "tls_failed" (both name the host), "timeout".
  static Result<std::unique_ptr<HttpClient>> connect(std::string_view url,
                                                     const std::optional<std::string>& ca_file = {},
                                                     const ClientLimits& limits = {});
  virtual ~HttpClient() = default;
  // Reconnects once if the server closed an idle connection; a POST that was sent is repeated only if it carries an
  // Idempotency-Key. Errors: as connect, and "connection_lost", "too_large", "bad_answer".
  virtual Result<ClientResponse> send(const ClientRequest& request) = 0;
  // Reads server-sent events until `visit` returns false or the server ends the stream; the connection is used up
  // either way. Errors: as send, and "http_status" when the answer is not an event stream (detail: the status).
  virtual Status read_events(
      const ClientRequest& request,
      const std::function<bool(std::string_view id, std::string_view event, std::string_view data)>& visit) = 0;
};

// RFC 9457. type: a URI, "urn:letopis:problem:chain-conflict". Texts are UTF-8. `technical`: an extension member for whoever looks
// into it, in English, where `detail` speaks another language. Empty members are left out.
Response problem(unsigned status, std::string_view type, std::string_view title, std::string_view detail,
                 std::string_view request_id, std::string_view technical = {});

}  // namespace letopis::server
