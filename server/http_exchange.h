#pragma once
// A request on its way through a handler, shared by the connection that waits and the worker that answers.

#include <memory>
#include <optional>

#include "server/http_connection.h"
#include "server/http_parser.h"

namespace letopis::server {

// Written by the connection until the handler has it, then by nobody but the handler's completion, on the I/O thread.
struct Exchange final : RequestParser::Budget {
  explicit Exchange(ServerState& s) : state(s) {}
  ~Exchange() override { give_back(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  bool reserve(std::size_t bytes) override;
  // On the I/O thread, once the answer is sent: whoever has it may ask again, though the handler has not quite returned.
  // Not when nobody waits any more: a late handler holds the body, and its memory counts, until it lets go.
  void give_back();

  ServerState& state;
  Request request;
  std::optional<Response> response;  // set once the handler is done
  bool abandoned = false;            // nobody waits any more
  std::size_t reserved = 0;
};

// Runs the fast handler, turning exceptions into a logged 500.
std::optional<Response> run_fast_handler(const ServerState& state, HttpCounters& counters, const Request& request);

// Who waits for an exchange: woken on its I/O thread once exchange->response is set.
struct Waiting {
  std::shared_ptr<Exchange> exchange;
  std::weak_ptr<Connection> connection;
  Executor executor;
};
// Gives the exchange to a worker. false: full.
bool hand_to_worker(Waiting waiting);
// Runs the handler here, on the I/O thread; the answer may be there at once.
void handle_here(Waiting waiting);

// A problem document of the transport.
Response refusal(const Rejection& rejection, const Request& request);
Response overloaded(std::string_view what, const Request& request);

}  // namespace letopis::server
