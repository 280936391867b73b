#pragma once
// One connection: read → handle → write, one request at a time, so that a slow peer slows only itself. Everything here
// runs on the one thread of the connection's IoThread; worker threads reach it only by posting to it.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "server/address_limits.h"
#include "server/beast.h"
#include "server/http.h"
#include "server/worker_pool.h"

namespace letopis::server {

// What all connections of a server share. Outlives them.
struct ServerState {
  ServerState(const HttpOptions& o, Handler h, HttpServer::Observer watch, FastHandler f);

  void log(std::string_view text) const { options.log(text); }
  const HttpOptions options;
  const Handler handler;
  const HttpServer::Observer observer;
  const FastHandler fast_handler;
  const SystemClock clock;
  HttpCounters counters;
  AddressLimits addresses;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> body_bytes{0};
  std::atomic<std::size_t> replies_owed{0};  // to requests that a handler has; falls under closed_mutex
  std::mutex closed_mutex;
  std::condition_variable closed;
  WorkerPool workers;  // last: its jobs use the rest
};

// One connection's place among connections_max and those of its address; stop() waits until every place is given back.
class Admission {
 public:
  // nullopt: no place is free.
  static std::optional<Admission> ask(ServerState& state, const AddressKey& address);
  Admission(Admission&& other) noexcept : state_(std::exchange(other.state_, nullptr)), address_(other.address_) {}
  Admission& operator=(Admission&&) = delete;
  ~Admission();
  const AddressKey& address() const { return address_; }

 private:
  Admission(ServerState& state, const AddressKey& address) : state_(&state), address_(address) {}
  ServerState* state_;
  AddressKey address_;
};

class Connection;

// An io_context with concurrency 1, its thread's connections and its copy of the time.
struct IoThread {
  net::io_context context{1};
  std::set<Connection*> connections;
  std::string_view date(const Clock& clock);

 private:
  std::string date_;
  std::int64_t date_second_ = -1;
};

// The part that does not depend on TLS: a lazy deadline, and the wake-up by which other threads are heard.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerState& state, IoThread& io);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void drain() = 0;  // ends it if it is idle; else its answer will be the last
  void abort();              // ends it now
  void wake() { wake_.cancel(); }

 protected:
  virtual void cancel_io() = 0;
  virtual void close_socket() = 0;

  // From now until disarm the pending operation is cancelled once `time` has passed, and expired() is true. One timer
  // wait serves many deadlines: it looks, when it fires, whether a later one was set meanwhile.
  void arm(std::chrono::milliseconds time);
  void disarm() { deadline_ = SteadyClock::time_point::max(); }
  bool expired() const { return expired_; }

  ServerState& state_;
  IoThread& io_;
  Timer wake_;
  bool aborted_ = false;

 private:
  struct DeadlineFired;
  void wait_for_deadline();
  void look_at_deadline();

  Timer timer_;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  bool timer_waits_ = false;
  bool expired_ = false;
};

// Starts a connection. On io's thread.
void serve_plain(ServerState& state, IoThread& io, Socket socket, Admission admission, std::string remote);
void serve_tls(ServerState& state, IoThread& io, Socket socket, Admission admission, std::string remote,
               ssl::context& context);

}  // namespace letopis::server
