#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "server/http_connection.h"
#include "server/http_message.h"
#include "server/http_tls.h"

namespace letopis::server {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::size_t kIoThreadsMax = 4;
// For a connection beyond the limits: best effort, without a thread or a coroutine of its own.
constexpr std::string_view kRefused =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 98\r\n"
    "Retry-After: 5\r\nConnection: close\r\n\r\n"
    R"({"type":"urn:letopis:problem:overloaded","title":"Overloaded: too many connections","status":503})"
    "\n";
static_assert(kRefused.substr(kRefused.find("\r\n\r\n") + 4).size() == 98);

void log_to_stderr(std::string_view text) {
  std::fprintf(stderr, "letopis: http: %.*s\n", static_cast<int>(text.size()), text.data());
}

HttpOptions with_defaults(HttpOptions options) {
  if (!options.log) options.log = log_to_stderr;
  options.limits.workers = std::max<std::size_t>(1, options.limits.workers);
  if (options.limits.io_threads == 0)
    options.limits.io_threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kIoThreadsMax);
  return options;
}

struct Peer {
  AddressKey key{};
  std::string text;
};

Peer peer_of(const Socket& socket) {
  error_code ec;
  net::ip::address address = socket.remote_endpoint(ec).address();
  const auto as_v6 = address.is_v4() ? net::ip::make_address_v6(net::ip::v4_mapped, address.to_v4()) : address.to_v6();
  if (address.is_v6() && as_v6.is_v4_mapped()) address = net::ip::make_address_v4(net::ip::v4_mapped, as_v6);
  return {address_key(as_v6.to_bytes()), address.to_string()};
}

}  // namespace

ServerState::ServerState(const HttpOptions& o, Handler h, HttpServer::Observer watch, FastHandler f)
    : options(with_defaults(o)),
      handler(std::move(h)),
      observer(std::move(watch)),
      fast_handler(std::move(f)),
      addresses({options.limits.connections_per_address_max, options.limits.requests_per_second_per_address}, clock),
      workers(options.limits.workers, options.limits.worker_queue_max) {}

std::optional<Admission> Admission::ask(ServerState& state, const AddressKey& address) {
  HttpCounters& counters = state.counters;
  ++counters.connections_total;
  if (counters.connections_open < state.options.limits.connections_max && state.addresses.open(address)) {
    ++counters.connections_open;
    return Admission(state, address);
  }
  ++counters.connections_refused;
  return std::nullopt;
}

Admission::~Admission() {
  if (state_ == nullptr) return;
  state_->addresses.close(address_);
  const std::lock_guard lock(state_->closed_mutex);
  if (--state_->counters.connections_open == 0) state_->closed.notify_all();
}

namespace {

class Server final : public HttpServer {
 public:
  Server(const HttpOptions& options, Handler handler, Observer observer, FastHandler fast)
      : state_(options, std::move(handler), std::move(observer), std::move(fast)) {
    if (options.tls_certificate_file)
      tls_ = std::make_unique<TlsContexts>(*options.tls_certificate_file,
                                           options.tls_key_file.value_or(*options.tls_certificate_file));
    for (std::size_t i = 0; i < state_.options.limits.io_threads; ++i) {
      threads_.push_back(std::make_unique<IoThread>());
      guards_.push_back(std::make_unique<Guard>(threads_.back()->context.get_executor()));
    }
    acceptor_.emplace(threads_.front()->context);
    accept_pause_.emplace(threads_.front()->context);
  }
  ~Server() override { stop(); }

  Status open();
  std::uint16_t port() const override { return port_; }
  std::string url() const override;
  Status reload_certificates() override { return tls_ ? tls_->reload() : Status(); }
  std::optional<Instant> certificate_valid_until() const override {
    return tls_ ? std::optional(tls_->valid_until()) : std::nullopt;
  }
  void stop() override;
  const HttpCounters& counters() const override { return state_.counters; }

 private:
  using Guard = net::executor_work_guard<Executor>;

  Status bind(const tcp::endpoint& endpoint);
  Status taken(std::uint16_t port, const error_code& ec) const;
  static Task<void> accept_loop(Server* self);
  void refuse(Socket& socket);
  void hand_over(IoThread& io, Socket socket);
  void run(IoThread& io);
  void drain(IoThread& io);
  void abort(IoThread& io);
  bool all_closed() const { return !accepting_ && state_.counters.connections_open == 0; }
  void stop_once();

  // What one posted step does; named, because it is moved between threads.
  struct Step {
    Server* server;
    void (Server::*step)(IoThread&);
    IoThread* io;
    void operator()() const { (server->*step)(*io); }
  };
  struct Arrival {
    Server* server;
    IoThread* io;
    Socket socket;
    Admission admission;
    std::string remote;
    void operator()() { server->start_connection(*io, std::move(socket), std::move(admission), std::move(remote)); }
  };
  struct AcceptEnded {
    Server* server;
    void operator()(std::exception_ptr failure) const;
  };
  void start_connection(IoThread& io, Socket socket, Admission admission, std::string remote);

  std::vector<std::unique_ptr<IoThread>> threads_;  // contexts outlive what runs in them
  ServerState state_;
  std::unique_ptr<TlsContexts> tls_;
  std::vector<std::unique_ptr<Guard>> guards_;
  std::optional<Acceptor> acceptor_;
  std::optional<Timer> accept_pause_;
  std::vector<std::thread> running_;
  std::uint16_t port_ = 0;
  std::size_t next_thread_ = 0;
  bool accepting_ = false;  // under state_.closed_mutex
  std::once_flag stop_once_;
};

Status Server::bind(const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor_->open(endpoint.protocol(), ec);
  if (!ec) acceptor_->set_option(Acceptor::reuse_address(true), ec);
  if (!ec) acceptor_->bind(endpoint, ec);
  TRY_STATUS(taken(endpoint.port(), ec));
  port_ = acceptor_->local_endpoint(ec).port();
  return {};
}

// Of two that have bound one port the second is told when it listens.
Status Server::taken(std::uint16_t port, const error_code& ec) const {
  if (ec == net::error::address_in_use)
    return fail("address_in_use", state_.options.host + ":" + std::to_string(port) + ": another program listens there");
  if (ec) return fail("bad_address", ec.message());
  return {};
}

Status Server::open() {
  if (tls_) TRY_STATUS(tls_->reload());
  error_code ec;
  tcp::resolver resolver(threads_.front()->context);
  const auto found =
      resolver.resolve(state_.options.host, std::to_string(state_.options.port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return fail("bad_address", state_.options.host + ": " + ec.message());
  TRY_STATUS(bind(found.begin()->endpoint()));
  if (state_.options.before_listening) state_.options.before_listening();
  acceptor_->listen(net::socket_base::max_listen_connections, ec);
  TRY_STATUS(taken(port_, ec));
  accepting_ = true;
  net::co_spawn(threads_.front()->context, accept_loop(this), AcceptEnded{this});
  const SignalsBlocked blocked;
  for (const auto& io : threads_) running_.emplace_back(&Server::run, this, std::ref(*io));
  return {};
}

std::string Server::url() const {
  const std::string& host = state_.options.host;
  const bool bracket = host.find(':') != std::string::npos;
  return std::string(tls_ ? "https" : "http") + "://" + (bracket ? "[" + host + "]" : host) + ":" +
         std::to_string(port_);
}

void Server::run(IoThread& io) {
  for (;;) {
    try {
      io.context.run();
      return;
    } catch (const std::exception& error) {
      state_.log(std::string("an I/O thread goes on after: ") + error.what());
    }
  }
}

Task<void> Server::accept_loop(Server* self) {
  while (!self->state_.draining) {
    IoThread& io = *self->threads_[self->next_thread_];
    Socket socket(io.context);
    const auto [ec] = co_await self->acceptor_->async_accept(socket, kAwait);
    if (self->state_.draining) break;
    if (ec == net::error::connection_aborted) continue;
    if (ec) {
      // Out of descriptors or memory: what is open goes on, and frees some.
      self->state_.log("accept: " + ec.message());
      self->accept_pause_->expires_after(kAcceptPause);
      [[maybe_unused]] const auto [paused] = co_await self->accept_pause_->async_wait(kAwait);
      continue;
    }
    self->next_thread_ = (self->next_thread_ + 1) % self->threads_.size();
    self->hand_over(io, std::move(socket));
  }
}

void Server::AcceptEnded::operator()(std::exception_ptr failure) const {
  if (failure) server->state_.log("accepting ended by an exception");
  const std::lock_guard lock(server->state_.closed_mutex);
  server->accepting_ = false;
  server->state_.closed.notify_all();
}

void Server::refuse(Socket& socket) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  if (!tls_) socket.write_some(net::buffer(kRefused), ignored);
  socket.shutdown(Socket::shutdown_send, ignored);
}

void Server::hand_over(IoThread& io, Socket socket) {
  try {
    Peer peer = peer_of(socket);
    auto admission = Admission::ask(state_, peer.key);
    if (!admission) return refuse(socket);
    if (&io == threads_.front().get())
      return start_connection(io, std::move(socket), *std::move(admission), std::move(peer.text));
    net::post(io.context, Arrival{this, &io, std::move(socket), *std::move(admission), std::move(peer.text)});
  } catch (const std::exception& error) {
    state_.log(std::string("a connection could not be started: ") + error.what());
  }
}

void Server::start_connection(IoThread& io, Socket socket, Admission admission, std::string remote) {
  if (tls_) return serve_tls(state_, io, std::move(socket), std::move(admission), std::move(remote), *tls_->current());
  serve_plain(state_, io, std::move(socket), std::move(admission), std::move(remote));
}

void Server::drain(IoThread& io) {
  if (&io == threads_.front().get()) {
    error_code ignored;
    acceptor_->close(ignored);
    accept_pause_->cancel();
  }
  for (Connection* connection : io.connections) connection->drain();
}

void Server::abort(IoThread& io) {
  for (Connection* connection : io.connections) connection->abort();
}

void Server::stop() { std::call_once(stop_once_, &Server::stop_once, this); }

void Server::stop_once() {
  state_.draining = true;
  for (const auto& io : threads_) net::post(io->context, Step{this, &Server::drain, io.get()});
  if (!running_.empty()) {
    std::unique_lock lock(state_.closed_mutex);
    const auto everything_closed = [this] { return all_closed(); };
    if (!state_.closed.wait_for(lock, state_.options.limits.drain_timeout, everything_closed)) {
      lock.unlock();
      for (const auto& io : threads_) net::post(io->context, Step{this, &Server::abort, io.get()});
      lock.lock();
      state_.closed.wait(lock, everything_closed);
    }
  }
  // Handlers nobody waits for may still run, and owe replies that go by the workers and the contexts.
  {
    std::unique_lock lock(state_.closed_mutex);
    state_.closed.wait(lock, [this] { return state_.replies_owed == 0; });
  }
  state_.workers.stop();
  for (const auto& guard : guards_) guard->reset();
  for (auto& thread : running_) thread.join();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, Handler handler, Observer observer,
                                                      FastHandler fast_handler) {
  try {
    auto server = std::make_unique<Server>(options, std::move(handler), std::move(observer), std::move(fast_handler));
    TRY_STATUS(server->open());
    return server;
  } catch (const std::exception& error) {
    return fail("http_start", error.what());
  }
}

}  // namespace letopis::server
