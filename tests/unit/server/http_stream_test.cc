#include <set>
#include <thread>

#include "tests/unit/server/server_fixture.h"

namespace letopis::server::testing {
namespace {

using std::chrono::milliseconds;

class HttpStreamTest : public HttpServerTest {
 protected:
  HttpStreamTest() {
    routes["/stream"] = [this](const Request& request) {
      last_event_id.set(request.last_event_id);
      Response response;
      response.stream = make_event_stream();
      opened.set(response.stream);
      return response;
    };
  }
  ~HttpStreamTest() override { server.reset(); }
  std::shared_ptr<EventStream> stream() { return opened.wait().value_or(nullptr); }

  Awaited<std::string> last_event_id;
  Awaited<std::shared_ptr<EventStream>> opened;
};

TEST_F(HttpStreamTest, DeliversEventsAndEnds) {
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(head), 200u);
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(head.find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(stream()->push("1", "journal", "a"));
  EXPECT_NE(client.read_until("data: a\n\n").find("id: 1\nevent: journal\ndata: a\n\n"), std::string::npos);
  EXPECT_EQ(server->counters().streams_open, 1u);
  EXPECT_TRUE(stream()->push("2", "", "last"));
  stream()->close();
  EXPECT_EQ(client.read_to_end(), "id: 2\ndata: last\n\n");
  client.close();
  server->stop();
  EXPECT_EQ(server->counters().streams_open, 0u);
  EXPECT_EQ(server->counters().streams_dropped, 0u);
}

TEST_F(HttpStreamTest, BeatsWhenThereIsNothingToSay) {
  options.limits.stream_heartbeat = milliseconds(10);
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  client.read_until(": heartbeat\n\n");
  EXPECT_TRUE(client.read_until(": heartbeat\n\n").ends_with(": heartbeat\n\n"));
}

TEST_F(HttpStreamTest, AReaderResumesByTheLastEventItSaw) {
  start();
  const auto http = client();
  std::thread pushing([this] {
    const auto to = stream();
    for (int i = 18; i <= 20; ++i) to->push(std::to_string(i), "change", "line one\nline " + std::to_string(i));
  });
  std::vector<std::string> ids;
  std::string last;
  const auto ended = http->read_events({.target = "/stream", .headers = {{"Last-Event-ID", "17"}}},
                                       [&](std::string_view id, std::string_view event, std::string_view data) {
                                         EXPECT_EQ(event, "change");
                                         ids.emplace_back(id);
                                         last = data;
                                         return ids.size() < 3;
                                       });
  pushing.join();
  EXPECT_TRUE(ended) << ended.error().text();
  EXPECT_EQ(ids, (std::vector<std::string>{"18", "19", "20"}));
  EXPECT_EQ(last, "line one\nline 20");
  EXPECT_EQ(last_event_id.wait(), "17");
}

TEST_F(HttpStreamTest, EventsOfManyThreadsArriveWhole) {
  start();
  const auto http = client();
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  std::vector<std::thread> pushing;
  for (int t = 0; t < kThreads; ++t)
    pushing.emplace_back([this, t] {
      const auto to = stream();
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(to->push(std::to_string(t * kEach + i), "n", "x"));
    });
  std::set<std::string> ids;
  const auto ended =
      http->read_events({.target = "/stream"}, [&](std::string_view id, std::string_view, std::string_view) {
        ids.emplace(id);
        return ids.size() < kThreads * kEach;
      });
  for (auto& thread : pushing) thread.join();
  EXPECT_TRUE(ended) << ended.error().text();
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST_F(HttpStreamTest, AReaderWhoseQueueOverflowsIsDropped) {
  options.limits.stream_queue_max_bytes = 64 * 1024;
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  const auto to = stream();
  const std::string data(16 * 1024, 'x');
  int pushed = 0;
  while (pushed < 100'000 && to->push("", "", data)) ++pushed;
  EXPECT_LT(pushed, 100'000);
  EXPECT_TRUE(to->closed());
  client.read_to_end();
  EXPECT_TRUE(client.ended());
  server->stop();
  EXPECT_EQ(server->counters().streams_dropped, 1u);
  EXPECT_EQ(server->counters().streams_open, 0u);
}

TEST_F(HttpStreamTest, AReaderWhoTakesNothingIsDropped) {
  options.limits.stream_queue_max_bytes = 64u << 20;
  options.limits.write_timeout = milliseconds(50);
  options.limits.drain_timeout = std::chrono::hours(1);  // only the deadline of the write ends it
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  client.read_until("\r\n\r\n");
  constexpr std::size_t kMoreThanASocketHolds = 32u << 20;
  EXPECT_TRUE(stream()->push("", "", std::string(kMoreThanASocketHolds, 'x')));
  server->stop();
  EXPECT_TRUE(stream()->closed());
  EXPECT_LT(client.read_to_end().size(), kMoreThanASocketHolds);
  EXPECT_EQ(server->counters().streams_dropped, 1u);
}

TEST_F(HttpStreamTest, AReaderWhoLeavesIsNoticedWithoutAWrite) {
  start();
  {
    RawClient client(server->port());
    client.send(get("/stream"));
    client.read_until("\r\n\r\n");
    EXPECT_FALSE(stream()->closed());
  }
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!stream()->closed() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_TRUE(stream()->closed());
  EXPECT_FALSE(stream()->push("", "", "x"));
}

TEST_F(HttpStreamTest, LimitsStreams) {
  options.limits.streams_max = 1;
  start();
  RawClient first(server->port());
  first.send(get("/stream"));
  EXPECT_EQ(status_of(first.read_until("\r\n\r\n")), 200u);
  RawClient second(server->port());
  second.send(get("/stream"));
  EXPECT_EQ(status_of(second.read_answer()), 503u);
  EXPECT_EQ(server->counters().streams_open, 1u);
}

TEST_F(HttpStreamTest, HeadOpensNoStream) {
  start();
  RawClient client(server->port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 200u);
  EXPECT_EQ(body_of_answer(client.read_answer()), "hello /next ");
  EXPECT_TRUE(stream()->closed());
}

TEST_F(HttpStreamTest, StopEndsStreamsAfterWhatIsQueued) {
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  client.read_until("\r\n\r\n");
  stream()->push("1", "", "kept");
  std::thread stopping([this] { server->stop(); });
  EXPECT_TRUE(client.read_to_end().ends_with("id: 1\ndata: kept\n\n"));
  client.close();
  stopping.join();
  EXPECT_FALSE(stream()->push("2", "", "too late"));
}

TEST_F(HttpStreamTest, AStreamMayOutliveTheServer) {
  start();
  RawClient client(server->port());
  client.send(get("/stream"));
  const auto kept = stream();
  client.close();
  server.reset();
  EXPECT_FALSE(kept->push("1", "", "x"));
}

TEST_F(HttpStreamTest, ClientSaysWhenTheAnswerIsNoStream) {
  start();
  const auto http = client();
  const auto ended = http->read_events({.target = "/none"}, [](auto, auto, auto) { return true; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, "http_status");
  EXPECT_TRUE(http->send({.target = "/"})) << "the client opens a new connection";
}

}  // namespace
}  // namespace letopis::server::testing
