#include "server/http_exchange.h"

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

struct HandlerJob {
  std::shared_ptr<Exchange> exchange;
  std::weak_ptr<Connection> connection;
  Executor executor;

  void operator()() {
    ServerState& state = exchange->state;
    Response response = run_handler(state, state.counters, exchange->request);
    net::post(executor, HandlerDone{std::move(exchange), std::move(connection), std::move(response)});
  }
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

Response run_handler(const ServerState& state, HttpCounters& counters, const Request& request) {
  try {
    return state.handler(request);
  } catch (const std::exception& error) {
    return failed(state, counters, request, error.what());
  } catch (...) {
    return failed(state, counters, request, "not a std::exception");
  }
}

std::optional<Response> run_fast_handler(const ServerState& state, HttpCounters& counters, const Request& request) {
  try {
    return state.fast_handler(request);
  } catch (const std::exception& error) {
    return failed(state, counters, request, error.what());
  } catch (...) {
    return failed(state, counters, request, "not a std::exception");
  }
}

bool submit(std::shared_ptr<Exchange> exchange, std::weak_ptr<Connection> connection, Executor executor) {
  WorkerPool& workers = exchange->state.workers;
  return workers.try_submit(HandlerJob{std::move(exchange), std::move(connection), executor});
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
