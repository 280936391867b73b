#include <thread>

#include "tests/unit/server/server_fixture.h"

namespace letopis::server::testing {
namespace {

using std::chrono::milliseconds;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
void expect_problem(std::string_view answer, unsigned status, std::string_view type) {
  EXPECT_EQ(status_of(answer), status) << answer;
  EXPECT_TRUE(has(answer, "Content-Type: application/problem+json\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\"type\":\"urn:letopis:problem:" + std::string(type) + "\"")) << answer;
}

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  start();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a/" + std::to_string(i)));
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 200u);
    EXPECT_EQ(body_of_answer(answer), "hello /a/" + std::to_string(i) + " ");
    EXPECT_FALSE(has(answer, "Connection: close"));
  }
  server->stop();
  EXPECT_EQ(server->counters().connections_total, 1u);
  EXPECT_EQ(server->counters().requests_total, 3u);
  EXPECT_EQ(server->counters().connections_open, 0u);
  ASSERT_EQ(observed.size(), 3u);
  EXPECT_EQ(observed[2].target, "/a/2");
  EXPECT_EQ(observed[2].status, 200u);
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
  start();
  const std::string modern = ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(modern, "Connection: close\r\n"));
  EXPECT_EQ(body_of_answer(modern), "hello / ");
  EXPECT_EQ(status_of(ask("GET / HTTP/1.0\r\n\r\n")), 200u);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += i % 2 == 0 ? get("/" + std::to_string(i)) : post("/" + std::to_string(i), "body");
  client.send(requests);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(body_of_answer(client.read_answer()), "hello /" + std::to_string(i) + (i % 2 == 0 ? " " : " body"));
}

TEST_F(HttpServerTest, HeadSaysHowLongTheBodyWouldBe) {
  start();
  RawClient client(server->port());
  client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length: 11\r\n"));
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /next ");
}

TEST_F(HttpServerTest, NotModifiedAndNoContentHaveNoBody) {
  routes["/unchanged"] = [](const Request&) {
    return Response{.status = 304, .body = "ignored", .headers = {{"ETag", "\"1\""}}};
  };
  routes["/gone"] = [](const Request&) { return Response{.status = 204, .body = "ignored"}; };
  start();
  RawClient client(server->port());
  client.send(get("/unchanged") + get("/gone") + get("/next"));
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 304u);
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 204u);
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /next ");
}

TEST_F(HttpServerTest, ReadsChunkedBodiesAndBodiesInPieces) {
  start();
  RawClient client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  client.send("c\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /a abcde");
  const std::string large(3 << 20, 'x');
  client.send(post("/b", large));
  EXPECT_EQ(body_of_answer(client.read_answer()).size(), large.size() + std::string("hello /b ").size());
}

TEST_F(HttpServerTest, ContinuesWhenExpected) {
  options.limits.body_max_bytes = 10;
  start();
  RawClient client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 100u);
  client.send("body");
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /a body");
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  expect_problem(client.read_to_end(), 413, "body-too-large");
}

TEST_F(HttpServerTest, RefusesWhatIsTooLarge) {
  options.limits.header_max_bytes = 2048;
  options.limits.target_max_bytes = 1024;
  options.limits.body_max_bytes = 1000;
  options.body_limit = [](const Request& request) { return std::size_t{request.path == "/small" ? 10u : 1u << 30}; };
  start();
  expect_problem(ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(4000, 'x') + "\r\n\r\n"), 431,
                 "header-too-large");
  expect_problem(ask("GET /" + std::string(2000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414, "target-too-long");
  expect_problem(ask(post("/", std::string(1001, 'x'))), 413, "body-too-large");
  expect_problem(ask(post("/", std::string(2 << 20, 'x'))), 413,
                 "body-too-large");  // read although it is still being sent
  expect_problem(ask(post("/small", std::string(11, 'x'))), 413, "body-too-large");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n" +
                     std::string(4096, 'x') + "\r\n0\r\n\r\n"),
                 413, "body-too-large");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x')),
                 400,
                 "malformed-request");  // an extension without an end
  server->stop();
  EXPECT_EQ(server->counters().requests_malformed, 7u);
}

TEST_F(HttpServerTest, RefusesTheMalformedAndCloses) {
  start();
  expect_problem(ask("nonsense\r\n\r\n"), 400, "malformed-request");
  expect_problem(ask("BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), 501, "method-unknown");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"), 501, "transfer-encoding");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"), 415,
                 "content-encoding");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx"), 417, "expectation");
  expect_problem(ask("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505, "http-version");
  // The second request hides behind the first: nobody answers it.
  const std::string smuggled = ask(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/evil"));
  expect_problem(smuggled, 400, "malformed-request");
  EXPECT_FALSE(has(smuggled, "hello"));
}

TEST_F(HttpServerTest, AHalfSentRequestTimesOut) {
  options.limits.read_header_timeout = milliseconds(300);
  options.limits.read_body_timeout = milliseconds(50);
  start();
  expect_problem(ask("GET / HTTP/1.1\r\nHost: h"), 408, "header-timeout");
  expect_problem(ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc"), 408, "body-timeout");
  EXPECT_EQ(ask(""), "") << "who says nothing is told nothing";
  server->stop();
  EXPECT_EQ(server->counters().requests_timed_out, 2u);
}

TEST_F(HttpServerTest, DrippingBytesDoesNotExtendTheDeadline) {
  options.limits.read_header_timeout = milliseconds(300);
  start();
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!client.receive(milliseconds(10)) && !client.ended() && std::chrono::steady_clock::now() < give_up)
    client.send("x");
  expect_problem(client.read_to_end(), 408, "header-timeout");
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosed) {
  options.limits.idle_timeout = milliseconds(50);
  start();
  RawClient client(server->port());
  client.send(get("/"));
  EXPECT_EQ(status_of(client.read_answer()), 200u);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, ASlowReaderIsDropped) {
  const auto large = std::make_shared<const std::string>(64u << 20, 'x');
  routes["/large"] = [&](const Request&) {
    Response response;
    response.shared_body = large;
    return response;
  };
  options.limits.write_timeout = milliseconds(50);
  options.limits.drain_timeout = std::chrono::hours(1);  // only the deadline of the write ends it
  start();
  RawClient slow(server->port());
  slow.send(get("/large"));
  ASSERT_TRUE(slow.receive());
  RawClient other(server->port());
  other.send(get("/quick"));
  EXPECT_EQ(status_of(other.read_answer()), 200u) << "nobody waits for a slow reader";
  server->stop();
  EXPECT_LT(slow.read_to_end().size(), large->size());
  EXPECT_EQ(server->counters().connections_open, 0u);
}

TEST_F(HttpServerTest, AReaderWhoTakesHisTimeGetsEverything) {
  routes["/large"] = [&](const Request&) { return Response{.body = std::string(16u << 20, 'x')}; };
  start();
  RawClient client(server->port());
  client.send(get("/large"));
  EXPECT_EQ(body_of_answer(client.read_answer()).size(), 16u << 20);
}

TEST_F(HttpServerTest, AFullQueueAnswers503) {
  options.limits.workers = 1;
  options.limits.worker_queue_max = 0;
  routes["/slow"] = [this](const Request&) {
    gate.pass();
    return Response{.body = "done"};
  };
  fast = [](const Request& request) -> std::optional<Response> {
    if (request.path != "/cached") return std::nullopt;
    return Response{.body = "from the cache"};
  };
  start();
  RawClient first(server->port()), second(server->port());
  first.send(get("/slow"));
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  second.send(get("/slow"));
  const std::string refused = second.read_answer();
  expect_problem(refused, 503, "overloaded");
  EXPECT_TRUE(has(refused, "Retry-After: 1\r\n"));
  RawClient reader(server->port());
  reader.send(get("/cached"));
  EXPECT_EQ(body_of_answer(reader.read_answer()), "from the cache") << "cached reads need no worker";
  gate.open();
  EXPECT_EQ(body_of_answer(first.read_answer()), "done");
  server->stop();
  EXPECT_EQ(server->counters().requests_overloaded, 1u);
}

TEST_F(HttpServerTest, FastAnswersAreForReadsOnly) {
  fast = [](const Request&) { return Response{.body = "fast"}; };
  start();
  RawClient client(server->port());
  client.send(get("/a") + post("/a", "b"));
  EXPECT_EQ(body_of_answer(client.read_answer()), "fast");
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /a b");
}

TEST_F(HttpServerTest, AHandlerThatTakesTooLongIsNotWaitedFor) {
  options.limits.handler_timeout = milliseconds(50);
  routes["/slow"] = [this](const Request&) {
    gate.pass();
    return Response{.body = "too late"};
  };
  start();
  const std::string answer = ask(get("/slow"));
  expect_problem(answer, 504, "handler-timeout");
  EXPECT_FALSE(has(answer, "too late"));
  gate.open();
  server->stop();
  EXPECT_EQ(server->counters().requests_timed_out, 1u);
}

TEST_F(HttpServerTest, ExceptionsBecomeAProblemWithoutTheirText) {
  routes["/throws"] = [](const Request&) -> Response { throw std::runtime_error("secret detail"); };
  routes["/splits"] = [](const Request&) { return Response{.headers = {{"Location", "/a\r\nSet-Cookie: x=y"}}}; };
  fast = [](const Request& request) -> std::optional<Response> {
    if (request.path == "/fast") throw std::runtime_error("secret detail");
    return std::nullopt;
  };
  start();
  RawClient client(server->port());
  for (const char* path : {"/throws", "/splits", "/fast"}) {
    client.send(get(path));
    const std::string answer = client.read_answer();
    expect_problem(answer, 500, "internal");
    EXPECT_FALSE(has(answer, "secret detail"));
    EXPECT_FALSE(has(answer, "Set-Cookie"));
  }
  EXPECT_EQ(server->counters().handler_failures, 3u);
}

TEST_F(HttpServerTest, LimitsRequestsOfAnAddress) {
  options.limits.requests_per_second_per_address = 0.1;  // a burst of one
  start();
  RawClient client(server->port());
  client.send(get("/a") + get("/b"));
  EXPECT_EQ(status_of(client.read_answer()), 200u);
  const std::string refused = client.read_answer();
  expect_problem(refused, 429, "rate-limited");
  EXPECT_TRUE(has(refused, "Retry-After: 10\r\n") || has(refused, "Retry-After: 9\r\n")) << refused;
  EXPECT_EQ(server->counters().requests_limited, 1u);
}

TEST_F(HttpServerTest, LimitsConnectionsOfAnAddress) {
  options.limits.connections_per_address_max = 2;
  start();
  auto first = std::make_unique<RawClient>(server->port());
  RawClient second(server->port());
  for (RawClient* client : {first.get(), &second}) {
    client->send(get("/"));
    EXPECT_EQ(status_of(client->read_answer()), 200u);
  }
  expect_problem(RawClient(server->port()).read_to_end(), 503, "overloaded");
  EXPECT_EQ(server->counters().connections_refused, 1u);
  first.reset();
  // Its place is free once the server has seen it leave.
  unsigned status = 0;
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (status != 200 && std::chrono::steady_clock::now() < give_up) {
    RawClient next(server->port());
    next.send(get("/"));
    status = status_of(next.read_answer());
  }
  EXPECT_EQ(status, 200u);
}

TEST_F(HttpServerTest, LimitsConnections) {
  options.limits.connections_max = 1;
  start();
  RawClient first(server->port());
  first.send(get("/"));
  EXPECT_EQ(status_of(first.read_answer()), 200u);
  expect_problem(RawClient(server->port()).read_to_end(), 503, "overloaded");
}

TEST_F(HttpServerTest, LimitsRequestsOfAConnection) {
  options.limits.requests_per_connection_max = 2;
  start();
  RawClient client(server->port());
  client.send(get("/a") + get("/b") + get("/c"));
  EXPECT_FALSE(has(client.read_answer(), "Connection: close"));
  EXPECT_TRUE(has(client.read_answer(), "Connection: close"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpServerTest, LimitsTheMemoryOfAllBodies) {
  options.limits.bodies_max_bytes = 1000;
  routes["/hold"] = [this](const Request&) {
    gate.pass();
    return Response{.body = "held"};
  };
  start();
  RawClient first(server->port());
  first.send(post("/hold", std::string(800, 'x')));
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  const std::string refused = ask(post("/", std::string(300, 'x')));
  expect_problem(refused, 503, "overloaded");
  EXPECT_TRUE(has(refused, "Retry-After: 1\r\n"));
  gate.open();
  EXPECT_EQ(body_of_answer(first.read_answer()), "held");
  first.send(post("/", std::string(300, 'x')));
  EXPECT_EQ(status_of(first.read_answer()), 200u) << "what was held is given back";
}

// Whoever has an answer may ask again, even while the handler that gave it has not returned.
TEST_F(HttpServerTest, AnAnsweredRequestHoldsNoMemoryOfBodies) {
  options.limits.bodies_max_bytes = 1000;
  handlers["/linger"] = [this](const Request&, const ReplyPtr& reply) {
    reply->now(Response{.body = "answered"});
    gate.pass();
  };
  start();
  RawClient client(server->port());
  client.send(post("/linger", std::string(800, 'x')));
  EXPECT_EQ(body_of_answer(client.read_answer()), "answered");
  client.send(post("/", std::string(800, 'x')));
  EXPECT_EQ(status_of(client.read_answer()), 200u);
}

// Nobody waits for it any more, but its body is still in memory.
TEST_F(HttpServerTest, ARequestWhoseHandlerIsLateHoldsItsMemoryUntilItReturns) {
  options.limits.bodies_max_bytes = 1000;
  options.limits.handler_timeout = milliseconds(50);
  routes["/hold"] = [this](const Request&) {
    gate.pass();
    return Response{.body = "late"};
  };
  start();
  RawClient waiting(server->port()), next(server->port());
  waiting.send(post("/hold", std::string(800, 'x')));
  expect_problem(waiting.read_answer(), 504, "handler-timeout");
  // The server closes after a 504: by then it has done with the request whatever it does.
  waiting.read_to_end();
  next.send(post("/", std::string(300, 'x')));
  expect_problem(next.read_answer(), 503, "overloaded");
}

TEST_F(HttpServerTest, DrainFinishesWhatIsInFlightAndRefusesTheRest) {
  routes["/slow"] = [this](const Request&) {
    gate.pass();
    return Response{.body = "done"};
  };
  start();
  RawClient idle(server->port()), busy(server->port());
  idle.send(get("/"));
  EXPECT_EQ(status_of(idle.read_answer()), 200u);
  busy.send(get("/slow"));
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  std::thread stopping([this] { server->stop(); });
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(idle.ended()) << "idle connections are closed at once";
  EXPECT_FALSE(RawClient(server->port()).connected());
  gate.open();
  const std::string answer = busy.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  EXPECT_EQ(body_of_answer(answer), "done");
  busy.close();
  stopping.join();
  EXPECT_EQ(server->counters().connections_open, 0u);
}

TEST_F(HttpServerTest, DrainIsBounded) {
  options.limits.drain_timeout = milliseconds(50);
  start();
  RawClient half(server->port());
  half.send(get("/") + "GET / HT");
  EXPECT_EQ(status_of(half.read_answer()), 200u);
  server->stop();
  half.read_to_end();
  EXPECT_TRUE(half.ended());
  server->stop();
}

TEST_F(HttpServerTest, ServesManyClientsOnSeveralThreads) {
  options.limits.io_threads = 2;
  fast = [](const Request& request) -> std::optional<Response> {
    if (!request.path.starts_with("/fast")) return std::nullopt;
    return Response{.body = request.path};
  };
  start();
  constexpr int kClients = 6;
  constexpr int kRequests = 50;
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c)
    clients.emplace_back([&, c] {
      RawClient client(server->port());
      for (int i = 0; i < kRequests; ++i) {
        const std::string path = (i % 2 == 0 ? "/fast/" : "/") + std::to_string(c * kRequests + i);
        client.send(get(path));
        right += body_of_answer(client.read_answer()) == (i % 2 == 0 ? path : "hello " + path + " ");
      }
    });
  for (auto& thread : clients) thread.join();
  EXPECT_EQ(right, kClients * kRequests);
}

TEST_F(HttpServerTest, RequestIdsAreUnique) {
  std::mutex ids_mutex;
  std::set<std::string> ids;
  routes["/id"] = [&](const Request& request) {
    const std::lock_guard lock(ids_mutex);
    ids.insert(request.request_id);
    EXPECT_EQ(request.remote_address, "127.0.0.1");
    EXPECT_FALSE(request.secure);
    return Response{};
  };
  start();
  for (int c = 0; c < 3; ++c) {
    RawClient client(server->port());
    client.send(get("/id") + get("/id"));
    client.read_answer();
    client.read_answer();
  }
  EXPECT_EQ(ids.size(), 6u);
}

TEST_F(HttpServerTest, AnAddressInUseIsSaid) {
  start();
  HttpOptions same;
  same.port = server->port();
  const auto second = HttpServer::start(same, answers_at_once([](const Request&) { return Response{}; }), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "address_in_use");
  HttpOptions nowhere;
  nowhere.host = "203.0.113.1";
  const auto third = HttpServer::start(nowhere, answers_at_once([](const Request&) { return Response{}; }), {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, "bad_address");
}

TEST_F(HttpServerTest, NobodyIsListenedToBeforeWhatComesFirst) {
  start();
  HttpOptions again;
  again.port = server->port();
  server->stop();
  server.reset();
  std::size_t done = 0;
  again.before_listening = [&] {
    ++done;
    EXPECT_FALSE(HttpClient::connect("http://127.0.0.1:" + std::to_string(again.port)));
  };
  const auto started = HttpServer::start(again, answers_at_once([](const Request&) { return Response{}; }), {});
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_EQ(done, 1U);
  EXPECT_EQ((*started)->port(), again.port);
  const auto busy = HttpServer::start(again, answers_at_once([](const Request&) { return Response{}; }), {});
  ASSERT_FALSE(busy);
  EXPECT_EQ(done, 1U) << "not for one that will not come up";
  auto client = HttpClient::connect((*started)->url());
  ASSERT_TRUE(client);
  const auto answer = (*client)->send({"GET", "/", {}, {}, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200U);
}

// ---- the client

TEST_F(HttpServerTest, ClientSendsAndReceives) {
  routes["/echo"] = [](const Request& request) {
    Response response;
    response.content_type = "text/plain";
    response.body =
        request.content_type + "|" + request.body + "|" + request.query.at("q") + "|" + request.idempotency_key;
    response.headers = {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"ETag", "\"7\""}};
    return response;
  };
  start();
  const auto http = client();
  ASSERT_NE(http, nullptr);
  const auto answer = http->send({"POST", "/echo?q=1", "application/json", "{}", {{"Idempotency-Key", "k"}}});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 200u);
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(answer->body, "application/json|{}|1|k");
  EXPECT_EQ(answer->set_cookies, (std::vector<std::string>{"a=1", "b=2"}));
  const auto head = http->send({.method = "HEAD", .target = "/echo?q=1"});
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->body, "");
  ASSERT_TRUE(http->send({.target = "/other"}));
  EXPECT_EQ(server->counters().connections_total, 1u);
  const auto refused = http->send({.target = "/a b"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bad_request");
}

TEST_F(HttpServerTest, ClientSurvivesARestartOfTheServer) {
  start();
  const auto http = client();
  ASSERT_TRUE(http->send({.target = "/before"}));
  options.port = server->port();
  server->stop();
  start();
  const auto after = http->send({.method = "POST", .target = "/after", .body = "b"});
  ASSERT_TRUE(after) << after.error().text();
  EXPECT_EQ(after->body, "hello /after b");
}

TEST_F(HttpServerTest, ClientHasDeadlinesAndLimits) {
  routes["/slow"] = [this](const Request&) {
    gate.pass();
    return Response{};
  };
  routes["/large"] = [](const Request&) { return Response{.body = std::string(1001, 'x')}; };
  start();
  ClientLimits limits;
  limits.answer_timeout = milliseconds(100);
  const auto hasty = client(limits)->send({.target = "/slow"});
  ASSERT_FALSE(hasty);
  EXPECT_EQ(hasty.error().code, "timeout");
  gate.open();
  limits = {};
  limits.body_max_bytes = 1000;
  const auto large = client(limits)->send({.target = "/large"});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, "too_large");
}

TEST_F(HttpServerTest, ClientSeesTheRefusalOfABodyItIsStillSending) {
  options.limits.body_max_bytes = 1000;
  start();
  const auto answer = client()->send({.method = "POST", .target = "/", .body = std::string(2 << 20, 'x')});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 413u);
}

TEST(HttpClientTest, RefusesWhatIsNoUrl) {
  for (const char* url :
       {"", "host:80", "ftp://host", "http://", "http://:80", "http://host:", "http://host:x", "http://host:123456",
        "http://host/path", "http://user@host", "http://[::1", "http://[::1]x"}) {
    const auto client = HttpClient::connect(url);
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().code, "bad_url") << url;
  }
}

TEST_F(HttpServerTest, ClientSaysWhenNobodyListens) {
  start();
  const std::string url = server->url();
  server->stop();
  const auto nobody = HttpClient::connect(url);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, "connect_failed");
}

}  // namespace
}  // namespace letopis::server::testing
