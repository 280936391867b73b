// Answers that are given later, on other threads: what the sequencer does to a submission.

#include <thread>

#include "tests/unit/server/server_fixture.h"

namespace letopis::server::testing {
namespace {

using std::chrono::milliseconds;

Response text(std::string body) { return Response{.content_type = "text/plain", .body = std::move(body)}; }

// Replies kept until the test lets go of them.
class HttpReplyTest : public HttpServerTest {
 protected:
  HttpReplyTest() {
    handlers["/later"] = [this](const Request&, ReplyPtr reply) { kept.set(std::move(reply)); };
  }
  ReplyPtr take() {
    auto reply = kept.take();
    EXPECT_TRUE(reply) << "no handler was asked";
    return reply ? *std::move(reply) : nullptr;
  }

  Awaited<ReplyPtr> kept;
};

TEST_F(HttpReplyTest, AnAnswerMayComeLaterFromAnotherThread) {
  options.limits.workers = 1;
  options.limits.worker_queue_max = 0;
  start();
  RawClient first(server->port()), second(server->port());
  first.send(get("/later"));
  const ReplyPtr reply = take();
  // The worker may be a moment behind the reply it handed over: turned away while it is, and never again.
  std::string answer;
  for (int tries = 0; tries < 1000 && !answer.starts_with("hello"); ++tries) {
    second.send(get("/meanwhile"));
    answer = body_of_answer(second.read_answer());
  }
  EXPECT_EQ(answer, "hello /meanwhile ") << "who waits for a reply keeps no worker";
  std::thread([&] { reply->now(text("late, and right")); }).join();
  EXPECT_EQ(body_of_answer(first.read_answer()), "late, and right");
}

TEST_F(HttpReplyTest, OnlyTheFirstAnswerCounts) {
  start();
  RawClient client(server->port());
  client.send(get("/later") + get("/next"));
  const ReplyPtr reply = take();
  reply->now(text("first"));
  reply->now(text("second"));
  reply->make([] { return text("third"); });
  EXPECT_EQ(body_of_answer(client.read_answer()), "first");
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /next ");
}

TEST_F(HttpReplyTest, AnAnswerIsMadeWhereItsRequestWasHandled) {
  Awaited<std::thread::id> handled, made;
  options.limits.workers = 1;
  options.limits.io_threads = 1;
  options.quick = [](const Request& request) { return request.method == Method::kPost; };
  handlers["/made"] = [&](const Request& request, const ReplyPtr& reply) {
    handled.set(std::this_thread::get_id());
    std::thread([&made, reply, body = request.body] {
      reply->make([&made, body] {
        made.set(std::this_thread::get_id());
        return text("made " + body);
      });
    }).detach();
  };
  start();
  RawClient client(server->port());
  std::vector<std::thread::id> threads;
  for (const std::string& request : {get("/made"), post("/made", "quick")}) {
    client.send(request);
    EXPECT_TRUE(body_of_answer(client.read_answer()).starts_with("made "));
    const auto there = handled.take(), here = made.take();
    ASSERT_TRUE(there && here);
    EXPECT_EQ(*there, *here);
    threads.push_back(*here);
  }
  EXPECT_NE(threads[0], threads[1]) << "a quick request needs no worker";
}

TEST_F(HttpReplyTest, AQuickRequestIsAnsweredWhileEveryWorkerIsBusy) {
  options.limits.workers = 1;
  options.limits.worker_queue_max = 0;
  options.quick = [](const Request& request) { return request.path == "/quick"; };
  routes["/slow"] = [this](const Request&) {
    gate.pass();
    return text("done");
  };
  start();
  RawClient slow(server->port()), quick(server->port());
  slow.send(get("/slow"));
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  quick.send(post("/quick", "1"));
  EXPECT_EQ(body_of_answer(quick.read_answer()), "hello /quick 1");
  gate.open();
  EXPECT_EQ(body_of_answer(slow.read_answer()), "done");
}

TEST_F(HttpReplyTest, AReplyThatIsDroppedIsAnError) {
  handlers["/drops"] = [](const Request&, const ReplyPtr&) {};
  handlers["/throws"] = [](const Request&, const ReplyPtr&) { throw std::runtime_error("secret detail"); };
  handlers["/throws-making"] = [](const Request&, const ReplyPtr& reply) {
    reply->make([]() -> Response { throw std::runtime_error("secret detail"); });
  };
  for (const bool quick : {false, true}) {
    options.quick = [quick](const Request&) { return quick; };
    start();
    RawClient client(server->port());
    for (const char* path : {"/drops", "/throws", "/throws-making"}) {
      client.send(get(path));
      const std::string answer = client.read_answer();
      EXPECT_EQ(status_of(answer), 500u) << path;
      EXPECT_EQ(answer.find("secret detail"), std::string::npos);
    }
    server->stop();
    EXPECT_EQ(server->counters().handler_failures, 3u);
  }
}

TEST_F(HttpReplyTest, AnAnswerThatComesTooLateIsNotSent) {
  options.limits.handler_timeout = milliseconds(50);
  start();
  RawClient client(server->port());
  client.send(get("/later"));
  const std::string answer = client.read_to_end();
  EXPECT_EQ(status_of(answer), 504u);
  take()->now(text("too late"));
  server->stop();
  EXPECT_EQ(answer.find("too late"), std::string::npos);
}

TEST_F(HttpReplyTest, AnAnswerForSomebodyWhoLeftIsForgotten) {
  start();
  {
    RawClient client(server->port());
    client.send(get("/later"));
    const ReplyPtr reply = take();
    client.close();
    reply->make([] { return text(std::string(1 << 20, 'x')); });
  }
  RawClient next(server->port());
  next.send(get("/"));
  EXPECT_EQ(body_of_answer(next.read_answer()), "hello / ");
}

TEST_F(HttpReplyTest, StoppingWaitsForRepliesThatAreOwed) {
  options.limits.drain_timeout = milliseconds(50);
  start();
  RawClient client(server->port());
  client.send(get("/later"));
  ReplyPtr reply = take();
  std::atomic<bool> stopped{false};
  std::thread stopping([&] {
    server->stop();
    stopped = true;
  });
  client.read_to_end();  // the drain is over: the connection was cut
  EXPECT_FALSE(stopped) << "the reply still goes by the server's threads";
  reply->make([] { return text("nobody reads it"); });
  reply.reset();
  stopping.join();
}

}  // namespace
}  // namespace letopis::server::testing
