#include "server/http_exchange.h"

#include <utility>

namespace letopis::server {
namespace {

Response failed(const ServerState& state, HttpCounters& counters, const Request& request, std::string_view what) {
  ++counters.handler_failures;
  state.log("handler failed, request " + request.request_id + ": " + std::string(what));
  return refusal({500, "internal", "Internal error", "the server failed; the request id finds why in its log"},
                 request);
}

// On the connection's I/O thread, after the handler.
struct HandlerDone {
  std::shared_ptr<Exchange> exchange;
  std::weak_ptr<Connection> connection;
  Response response;

  void operator()() {
    if (exchange->abandoned && response.stream) response.stream->close();
    exchange->response = std::move(response);
    if (const auto waiting = connection.lock()) waiting->wake();
  }
};

// The one answer of an exchange.
class ExchangeReply final : public Reply, public std::enable_shared_from_this<ExchangeReply> {
 public:
  ExchangeReply(Waiting waiting, bool quick)
      : waiting_(std::move(waiting)), state_(waiting_.exchange->state), quick_(quick) {
    ++state_.replies_owed;
  }
  ~ExchangeReply() override {
    if (!given_) give(failed(state_, state_.counters, request(), "no answer was given"));
    waiting_.exchange.reset();
    const std::lock_guard lock(state_.closed_mutex);
    if (--state_.replies_owed == 0) state_.closed.notify_all();
  }
  ExchangeReply(const ExchangeReply&) = delete;
  ExchangeReply& operator=(const ExchangeReply&) = delete;

  void now(Response response) override {
    if (!given_.exchange(true)) give(std::move(response));
  }
  void make(std::function<Response()> answer) override {
    Making making{shared_from_this(), std::move(answer)};
    if (quick_)
      net::dispatch(waiting_.executor, std::move(making));
    else
      state_.workers.submit(std::move(making));
  }
  const Request& request() const { return waiting_.exchange->request; }
  void not_owed() { given_ = true; }
  void fail(std::string_view what) { now(failed(state_, state_.counters, request(), what)); }

 private:
  struct Making {
    std::shared_ptr<ExchangeReply> reply;
    std::function<Response()> answer;
    void operator()() {
      try {
        reply->now(answer());
      } catch (const std::exception& error) {
        reply->fail(error.what());
      } catch (...) {
        reply->fail("not a std::exception");
      }
    }
  };
  void give(Response response) {
    net::dispatch(waiting_.executor, HandlerDone{waiting_.exchange, waiting_.connection, std::move(response)});
  }

  Waiting waiting_;
  ServerState& state_;
  const bool quick_;
  std::atomic<bool> given_{false};
};

void handle(const std::shared_ptr<ExchangeReply>& reply, const ServerState& state) {
  try {
    state.handler(reply->request(), reply);
  } catch (const std::exception& error) {
    reply->fail(error.what());
  } catch (...) {
    reply->fail("not a std::exception");
  }
}

struct HandlerJob {
  std::shared_ptr<ExchangeReply> reply;
  const ServerState& state;
  void operator()() { handle(reply, state); }
};

}  // namespace

bool Exchange::reserve(std::size_t bytes) {
  if (state.body_bytes.fetch_add(bytes) + bytes > state.options.limits.bodies_max_bytes) {
    state.body_bytes -= bytes;
    return false;
  }
  reserved += bytes;
  return true;
}

void Exchange::give_back() { state.body_bytes -= std::exchange(reserved, 0); }

std::optional<Response> run_fast_handler(const ServerState& state, HttpCounters& counters, const Request& request) {
  try {
    return state.fast_handler(request);
  } catch (const std::exception& error) {
    return failed(state, counters, request, error.what());
  } catch (...) {
    return failed(state, counters, request, "not a std::exception");
  }
}

bool hand_to_worker(Waiting waiting) {
  ServerState& state = waiting.exchange->state;
  const auto reply = std::make_shared<ExchangeReply>(std::move(waiting), false);
  const bool taken = state.workers.try_submit(HandlerJob{reply, state});
  if (!taken) reply->not_owed();
  return taken;
}

void handle_here(Waiting waiting) {
  const ServerState& state = waiting.exchange->state;
  handle(std::make_shared<ExchangeReply>(std::move(waiting), true), state);
}

Handler answers_at_once(std::function<Response(const Request&)> answer) {
  return [answer = std::move(answer)](const Request& request, const ReplyPtr& reply) { reply->now(answer(request)); };
}

Response refusal(const Rejection& rejection, const Request& request) {
  return problem(rejection.status, "urn:letopis:problem:" + std::string(rejection.type), rejection.title,
                 rejection.detail, request.request_id);
}

Response overloaded(std::string_view what, const Request& request) {
  Response response = refusal({503, "overloaded", "Overloaded", std::string(what)}, request);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace letopis::server
