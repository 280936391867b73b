#pragma once
// A server whose handler is a table of small routes, and a gate with which a test holds a handler still.

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/http.h"
#include "tests/unit/server/raw_client.h"

namespace letopis::server::testing {

// A handler passes through; the test sees it arrive and decides when it may go on.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [this] { return open_; });
  }
  bool wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return arrived_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

// A value that another thread will set.
template <class T>
class Awaited {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    changed_.notify_all();
  }
  // The value; nullopt when none came.
  std::optional<T> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return value_.has_value(); });
    return value_;
  }
  // The same, and takes it away.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return value_.has_value(); });
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

struct Observed {
  std::string target;
  unsigned status = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  ~HttpServerTest() override { gate.open(); }

  void start() {
    options.log = [](std::string_view) {};
    auto started = HttpServer::start(
        options,
        [this](const Request& request, const ReplyPtr& reply) {
          const auto handler = handlers.find(request.path);
          if (handler != handlers.end()) return handler->second(request, reply);
          reply->now(answer(request));
        },
        [this](const Request& request, unsigned status, std::int64_t) {
          const std::lock_guard lock(mutex);
          observed.push_back({request.target, status});
        },
        fast);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }

  Response answer(const Request& request) {
    const auto route = routes.find(request.path);
    if (route != routes.end()) return route->second(request);
    Response response;
    response.content_type = "text/plain";
    response.body = "hello " + request.path + " " + request.body;
    return response;
  }

  // Sends `bytes` on a connection of its own and reads until the server closes it.
  std::string ask(std::string_view bytes) {
    RawClient client(server->port());
    client.send(bytes);
    return client.read_to_end();
  }
  std::unique_ptr<HttpClient> client(const ClientLimits& limits = {}) {
    auto connected = HttpClient::connect(server->url(), {}, limits);
    EXPECT_TRUE(connected) << connected.error().text();
    return connected ? std::move(*connected) : nullptr;
  }

  HttpOptions options;
  Gate gate;
  std::map<std::string, std::function<Response(const Request&)>> routes;  // answered at once
  std::map<std::string, Handler> handlers;                                // tried before them
  FastHandler fast;
  std::mutex mutex;
  std::vector<Observed> observed;
  std::unique_ptr<HttpServer> server;  // destroyed first: its threads use the rest
};

}  // namespace letopis::server::testing
