#include "server/http_connection.h"

#include <algorithm>
#include <array>

#include "server/event_stream.h"
#include "server/http_exchange.h"
#include "server/http_message.h"
#include "server/http_parser.h"
#include "signing/base/random.h"

namespace letopis::server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kReadBodyBytes = 64 * 1024;
constexpr std::size_t kKeptBufferBytes = 32 * 1024;     // what an idle connection may hold on to
constexpr std::size_t kOneRecordBytes = 16 * 1024;      // a TLS answer up to this is written as one piece
constexpr std::size_t kWriteProgressBytes = 64 * 1024;  // renews the deadline of a write
constexpr std::size_t kLingerBytes = 4u << 20;
constexpr milliseconds kDeadlineRepeat{50};
constexpr milliseconds kIdleShutdown{250};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kStreamStart = "retry: 3000\n\n";
constexpr std::string_view kHeartbeat = ": heartbeat\n\n";

}  // namespace

std::string_view IoThread::date(const Clock& clock) {
  const Instant now = clock.now();
  if (now.seconds() != date_second_) {
    date_second_ = now.seconds();
    date_ = format_http_date(now);
  }
  return date_;
}

// ---- the deadline

struct Connection::DeadlineFired {
  std::weak_ptr<Connection> connection;
  void operator()(const error_code& ec) const {
    if (ec) return;
    if (const auto self = connection.lock()) self->look_at_deadline();
  }
};

Connection::Connection(ServerState& state, IoThread& io)
    : state_(state), io_(io), wake_(io.context), timer_(io.context) {}

void Connection::arm(milliseconds time) {
  expired_ = false;
  deadline_ = SteadyClock::now() + time;
  if (!timer_waits_ || deadline_ < timer_.expiry()) wait_for_deadline();
}

void Connection::wait_for_deadline() {
  timer_waits_ = true;
  timer_.expires_at(deadline_);
  timer_.async_wait(DeadlineFired{weak_from_this()});
}

void Connection::look_at_deadline() {
  if (deadline_ == SteadyClock::time_point::max()) {
    timer_waits_ = false;
    return;
  }
  if (SteadyClock::now() >= deadline_) {
    expired_ = true;
    cancel_io();
    // A composed operation (TLS) may just have been between two steps, where there was nothing to cancel: ask again.
    deadline_ = SteadyClock::now() + kDeadlineRepeat;
  }
  wait_for_deadline();
}

void Connection::abort() {
  aborted_ = true;
  close_socket();
  wake();
}

// ---- the loop

namespace {

template <class Stream>
class StreamConnection final : public Connection {
 public:
  static constexpr bool kTls = !std::is_same_v<Stream, Socket>;

  template <class... Args>
  StreamConnection(ServerState& state, IoThread& io, Admission admission, std::string remote, Args&&... stream)
      : Connection(state, io),
        admission_(std::move(admission)),
        stream_(std::forward<Args>(stream)...),
        remote_(std::move(remote)),
        buffer_(state.options.limits.header_max_bytes + kReadBodyBytes) {
    id_ = to_hex(SystemRandom().fixed<FixedBytes<8, struct ConnectionTag>>().view()) + "-";
    io_.connections.insert(this);
  }
  ~StreamConnection() override { io_.connections.erase(this); }

  static Task<void> run(std::shared_ptr<StreamConnection> self) { co_await self->serve(); }

  void drain() override {
    if (idle_) cancel_io();
    wake();
  }

 private:
  enum class Input { kRequest, kRefused, kGone };

  Socket& socket() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }
  void cancel_io() override {
    error_code ignored;
    socket().cancel(ignored);
  }
  void close_socket() override {
    error_code ignored;
    socket().close(ignored);
  }
  const HttpLimits& limits() const { return state_.options.limits; }
  Request& request() { return exchange_->request; }
  bool draining() const { return state_.draining.load(std::memory_order_relaxed); }

  Task<void> serve() {
    error_code ignored;
    socket().set_option(tcp::no_delay(true), ignored);
    socket().non_blocking(true, ignored);
    const bool open = co_await handshake();
    if (open) {
      while (co_await serve_one()) {}
      co_await shut_down();
    }
    disarm();
    close_socket();
  }

  Task<bool> handshake() {
    if constexpr (kTls) {
      arm(limits().handshake_timeout);
      const auto [ec] = co_await stream_.async_handshake(ssl::stream_base::server, kAwait);
      disarm();
      co_return !ec;
    } else {
      co_return true;
    }
  }

  // One request and its answer; whether another may follow.
  Task<bool> serve_one() {
    exchange_ = std::make_shared<Exchange>(state_);
    parser_.emplace(request(), limits(), exchange_.get());
    response_ = {};
    const Input input = co_await read_request();
    gone_ = input == Input::kGone;
    if (gone_) co_return false;
    ++state_.counters.requests_total;
    if (input == Input::kRefused) {
      response_ = refuse();
    } else {
      co_await answer();
    }
    const bool more = co_await respond();
    if (!exchange_->abandoned) exchange_->give_back();
    co_return more;
  }

  // ---- reading

  // Appends to buffer_ what the peer sends. false: the end, an error, or the deadline.
  Task<bool> fill(std::size_t want) {
    const std::size_t room = std::min(want, buffer_.max_size() - buffer_.size());
    const auto space = buffer_.prepare(room);
    const auto [ec, bytes] = co_await stream_.async_read_some(space, kAwait);
    buffer_.commit(bytes);
    state_.counters.bytes_received.fetch_add(bytes, std::memory_order_relaxed);
    co_return !ec;
  }

  std::string_view buffered() const {
    const auto data = buffer_.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
  }

  Input reject(Rejection rejection) {
    rejection_ = std::move(rejection);
    close_after_ = true;
    return Input::kRefused;
  }

  Input after_failed_read(std::string_view type, std::string_view detail) {
    if (!expired()) return Input::kGone;
    ++state_.counters.requests_timed_out;
    return reject({408, type, "Request timed out", std::string(detail)});
  }

  // Waits for the first byte of a request, for which a peer may take its time.
  Task<bool> wait_for_request() {
    if (buffer_.size() > 0) co_return !aborted_;
    if (draining() || aborted_) co_return false;
    idle_ = true;
    arm(served_ == 0 ? limits().read_header_timeout : limits().idle_timeout);
    const bool came = co_await fill(kReadBytes);
    idle_ = false;
    co_return came&& buffer_.size() > 0;
  }

  Task<Input> read_request() {
    const bool came = co_await wait_for_request();
    if (!came) {
      disarm();
      co_return Input::kGone;
    }
    started_ = state_.clock.monotonic();
    request().remote_address = remote_;
    request().secure = kTls;
    request().request_id = id_ + std::to_string(++served_);
    arm(limits().read_header_timeout);
    Input input = co_await read_header();
    if (input == Input::kRequest && !parser_->is_done()) input = co_await read_body();
    disarm();
    co_return input;
  }

  Task<Input> read_header() {
    for (;;) {
      error_code ec;
      buffer_.consume(parser_->put(buffer_.cdata(), ec));
      if (!ec && parser_->is_header_done()) co_return Input::kRequest;
      if (ec && ec != http::error::need_more) co_return reject(parser_->rejection_for(ec, buffered()));
      if (buffer_.size() == buffer_.max_size()) co_return reject(parser_->header_too_large());
      const bool came = co_await fill(kReadBytes);
      if (!came) co_return after_failed_read("header-timeout", "the header did not arrive in time");
    }
  }

  Task<Input> read_body() {
    const std::size_t most =
        std::min(limits().body_max_bytes, state_.options.body_limit ? state_.options.body_limit(request()) : SIZE_MAX);
    if (parser_->content_length().value_or(0) > most)
      co_return reject(parser_->rejection_for(http::error::body_limit, {}));
    parser_->limit_body(most);
    parser_->eager(true);
    if (parser_->expects_continue() && buffer_.size() == 0) {
      const bool sent = co_await write(kContinue, {});
      if (!sent) co_return Input::kGone;
    }
    arm(limits().read_body_timeout);
    for (;;) {
      error_code ec;
      const std::size_t used = parser_->put(buffer_.cdata(), ec);
      buffer_.consume(used);
      if (!ec && parser_->is_done()) co_return Input::kRequest;
      if (ec && ec != http::error::need_more) co_return reject(parser_->rejection_for(ec, buffered()));
      if (used > 0 && buffer_.size() > 0) continue;
      if (buffer_.size() == buffer_.max_size()) co_return reject(parser_->rejection_for(http::error::bad_chunk, {}));
      const bool came = co_await fill(kReadBodyBytes);
      if (!came) co_return after_failed_read("body-timeout", "the body did not arrive in time");
    }
  }

  // ---- answering

  Response refuse() {
    if (rejection_.status == 503) {
      ++state_.counters.requests_overloaded;
      return overloaded(rejection_.detail, request());
    }
    if (rejection_.status != 408) ++state_.counters.requests_malformed;
    return refusal(rejection_, request());
  }

  Task<void> answer() {
    if (const std::int64_t seconds = state_.addresses.take(admission_.address()); seconds > 0) {
      ++state_.counters.requests_limited;
      response_ = refusal({429, "rate-limited", "Too many requests", "too many requests from this address"}, request());
      response_.headers.emplace_back("Retry-After", std::to_string(seconds));
      co_return;
    }
    if (state_.fast_handler && (request().method == Method::kGet || request().method == Method::kHead)) {
      if (auto fast = run_fast_handler(state_, state_.counters, request())) {
        response_ = *std::move(fast);
        co_return;
      }
    }
    co_await answer_by_handler();
  }

  Task<void> answer_by_handler() {
    const auto exchange = exchange_;
    Waiting waiting{exchange, weak_from_this(), io_.context.get_executor()};
    if (state_.options.quick && state_.options.quick(request())) {
      handle_here(std::move(waiting));
    } else if (!hand_to_worker(std::move(waiting))) {
      ++state_.counters.requests_overloaded;
      response_ = overloaded("more requests wait than this server can answer soon", request());
      co_return;
    }
    wake_.expires_after(limits().handler_timeout);
    while (!exchange->response && !aborted_) {
      const auto [ec] = co_await wake_.async_wait(kAwait);
      if (!ec) break;
    }
    if (exchange->response) {
      response_ = *std::move(exchange->response);
      co_return;
    }
    exchange->abandoned = true;
    ++state_.counters.requests_timed_out;
    close_after_ = true;
    response_ = refusal({504, "handler-timeout", "Timed out", "the request took too long; it may still take effect"},
                        request());
  }

  // ---- writing

  // Writes both pieces. The deadline is renewed by progress, not by time: a peer must take kWriteProgressBytes each
  // time.
  Task<bool> write(std::string_view head, std::string_view body) {
    std::array<net::const_buffer, 2> pieces{net::buffer(head), net::buffer(body)};
    std::size_t left = head.size() + body.size();
    if constexpr (!kTls) {
      // Nearly every answer fits the socket's buffer: no suspension then.
      error_code ec;
      left -= sent(pieces, socket().write_some(pieces, ec));
      if (ec && ec != net::error::would_block) co_return false;
    }
    std::size_t since = kWriteProgressBytes;
    while (left > 0) {
      if (since >= kWriteProgressBytes) {
        arm(limits().write_timeout);
        since = 0;
      }
      const auto [ec, bytes] = co_await stream_.async_write_some(pieces, kAwait);
      left -= sent(pieces, bytes);
      since += bytes;
      if (ec || expired()) break;
    }
    disarm();
    co_return left == 0;
  }

  std::size_t sent(std::array<net::const_buffer, 2>& pieces, std::size_t bytes) {
    state_.counters.bytes_sent.fetch_add(bytes, std::memory_order_relaxed);
    const std::size_t of_head = std::min(bytes, pieces[0].size());
    pieces[0] += of_head;
    pieces[1] += bytes - of_head;
    if (pieces[0].size() == 0) std::swap(pieces[0], pieces[1]);
    return bytes;
  }

  Task<bool> respond() {
    const bool only_head = request().method == Method::kHead;
    const auto stream = take_stream(only_head);
    close_after_ = close_after_ || stream || draining() || served_ >= limits().requests_per_connection_max ||
                   !parser_->keeps_connection();
    compose_head();
    std::string_view body =
        only_head || stream || has_no_body(response_.status) ? std::string_view() : body_of(response_);
    if (kTls && head_.size() + body.size() <= kOneRecordBytes) {
      head_.append(body);
      body = {};
    }
    failed_ = !co_await write(head_, body);
    observe();
    if (stream) co_await send_events(stream);
    if (buffer_.capacity() > kKeptBufferBytes && buffer_.size() == 0) buffer_.shrink_to_fit();
    co_return !close_after_ && !failed_ && !aborted_;
  }

  void compose_head() {
    head_.clear();
    HeadFields fields{io_.date(state_.clock), !close_after_, body_of(response_).size()};
    if (append_head(head_, response_, fields)) return;
    ++state_.counters.handler_failures;
    state_.log("a handler's answer holds a control character in its header, request " + request().request_id);
    response_ = refusal({500, "internal", "Internal error", {}}, request());
    fields.body_bytes = response_.body.size();
    append_head(head_, response_, fields);
  }

  void observe() {
    if (!state_.observer) return;
    state_.observer(request(), response_.status, state_.clock.monotonic().micros - started_.micros);
  }

  // ---- server-sent events

  struct StreamPlace {
    explicit StreamPlace(std::atomic<std::uint64_t>& open) : open_(open) {}
    ~StreamPlace() { --open_; }
    StreamPlace(const StreamPlace&) = delete;
    StreamPlace& operator=(const StreamPlace&) = delete;
    std::atomic<std::uint64_t>& open_;
  };

  // Posted by whoever pushes: something is to be taken, or the queue overflowed while a write hangs.
  struct StreamChanged {
    std::weak_ptr<Connection> connection;
    std::weak_ptr<QueuedEventStream> stream;
    void operator()() const {
      const auto self = connection.lock();
      if (!self) return;
      const auto changed = stream.lock();
      if (changed && changed->dropped()) return self->abort();
      self->wake();
    }
  };
  struct PostStreamChanged {
    Executor executor;
    StreamChanged change;
    void operator()() const { net::post(executor, change); }
  };

  // The stream this answer opens; null when it opens none, or when there are too many.
  std::shared_ptr<QueuedEventStream> take_stream(bool only_head) {
    if (!response_.stream) return nullptr;
    auto stream = std::dynamic_pointer_cast<QueuedEventStream>(response_.stream);
    LETOPIS_ASSERT(stream != nullptr);  // make_event_stream makes no other
    response_.content_type = "text/event-stream";
    response_.headers.emplace_back("Cache-Control", "no-store");
    response_.headers.emplace_back("X-Accel-Buffering", "no");
    if (!only_head && !aborted_) {
      const bool room = ++state_.counters.streams_open <= limits().streams_max;
      place_.emplace(state_.counters.streams_open);
      if (room) return stream;
      place_.reset();
      ++state_.counters.requests_overloaded;
      response_ = overloaded("too many event streams are open", request());
    }
    stream->detach();
    return nullptr;
  }

  Task<void> send_events(std::shared_ptr<QueuedEventStream> stream) {
    stream->attach(limits().stream_queue_max_bytes,
                   PostStreamChanged{io_.context.get_executor(), {weak_from_this(), stream}});
    watching_ = true;
    net::co_spawn(io_.context, watch_peer(self()), WatchEnded{self()});
    std::string text(kStreamStart);
    while (!failed_ && !aborted_ && watching_) {
      if (!text.empty()) {
        failed_ = !co_await write(text, {});
        text.clear();
      }
      QueuedEventStream::Batch batch = stream->take();
      text = std::move(batch.text);
      if (!text.empty()) continue;
      if (batch.ended || draining()) break;
      wake_.expires_after(limits().stream_heartbeat);
      const auto [ec] = co_await wake_.async_wait(kAwait);
      if (!ec) text = kHeartbeat;
    }
    if (stream->dropped() || (failed_ && expired())) ++state_.counters.streams_dropped;
    stream->detach();
    place_.reset();
    co_await end_watch();
  }

  // While a stream is written, what the peer sends only matters when it ends.
  static Task<void> watch_peer(std::shared_ptr<StreamConnection> self) {
    std::array<char, 512> sink{};
    for (std::size_t total = 0; total < kLingerBytes;) {
      const auto [ec, bytes] = co_await self->stream_.async_read_some(net::buffer(sink), kAwait);
      if (ec) break;
      total += bytes;
    }
  }
  struct WatchEnded {
    std::shared_ptr<StreamConnection> self;
    void operator()(std::exception_ptr) const {
      self->watching_ = false;
      self->wake();
    }
  };
  Task<void> end_watch() {
    while (watching_) {
      cancel_io();
      wake_.expires_after(kDeadlineRepeat);
      [[maybe_unused]] const auto [ec] = co_await wake_.async_wait(kAwait);
    }
  }

  // ---- the end

  Task<void> shut_down() {
    if (failed_ || aborted_) co_return;
    if constexpr (kTls) {
      // An idle peer answers our close_notify only when it looks; nothing is lost by not waiting for it.
      arm(gone_ ? std::min(limits().tls_shutdown_timeout, kIdleShutdown) : limits().tls_shutdown_timeout);
      [[maybe_unused]] const auto [ec] = co_await stream_.async_shutdown(kAwait);
      disarm();
    }
    if (!gone_) co_await linger();
  }

  // Closing a socket with unread input resets it, and the peer may lose our answer: let it finish first.
  Task<void> linger() {
    error_code ignored;
    socket().shutdown(Socket::shutdown_send, ignored);
    std::array<char, 4096> sink{};
    arm(limits().linger_timeout);
    for (std::size_t total = 0; total < kLingerBytes && !expired();) {
      const auto [ec, bytes] = co_await socket().async_read_some(net::buffer(sink), kAwait);
      if (ec) break;
      total += bytes;
    }
    disarm();
  }

  std::shared_ptr<StreamConnection> self() { return std::static_pointer_cast<StreamConnection>(shared_from_this()); }

  const Admission admission_;
  Stream stream_;
  const std::string remote_;
  std::string id_;  // of the connection, in every request id
  beast::flat_buffer buffer_;
  std::shared_ptr<Exchange> exchange_;
  std::optional<RequestParser> parser_;
  Rejection rejection_;
  Response response_;
  std::string head_;
  std::optional<StreamPlace> place_;
  Instant started_;
  std::size_t served_ = 0;
  bool idle_ = false;         // waits for the first byte of a request
  bool gone_ = false;         // the peer left, or was idle too long
  bool failed_ = false;       // an answer could not be written
  bool close_after_ = false;  // the answer at hand is the last
  bool watching_ = false;
};

struct ConnectionEnded {
  ServerState& state;
  void operator()(std::exception_ptr failure) const {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      state.log(std::string("a connection failed: ") + error.what());
    } catch (...) {
      state.log("a connection failed");
    }
  }
};

template <class Stream, class... Args>
void start_connection(ServerState& state, IoThread& io, Args&&... args) {
  auto connection = std::make_shared<StreamConnection<Stream>>(state, io, std::forward<Args>(args)...);
  net::co_spawn(io.context, StreamConnection<Stream>::run(std::move(connection)), ConnectionEnded{state});
}

}  // namespace

void serve_plain(ServerState& state, IoThread& io, Socket socket, Admission admission, std::string remote) {
  start_connection<Socket>(state, io, std::move(admission), std::move(remote), std::move(socket));
}

void serve_tls(ServerState& state, IoThread& io, Socket socket, Admission admission, std::string remote,
               ssl::context& context) {
  // The stream holds OpenSSL's own reference to what it needs of the context: a reload does not disturb it.
  start_connection<TlsStream>(state, io, std::move(admission), std::move(remote), std::move(socket), context);
}

}  // namespace letopis::server
