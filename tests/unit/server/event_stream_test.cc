#include "server/event_stream.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace letopis::server {
namespace {

using Event = std::tuple<std::string, std::string, std::string>;

std::vector<Event> read_in_pieces(std::string_view text, std::size_t piece) {
  std::vector<Event> events;
  EventReader reader(1024);
  const auto keep = [&](std::string_view id, std::string_view event, std::string_view data) {
    events.emplace_back(id, event, data);
    return true;
  };
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    EXPECT_EQ(reader.feed(text.substr(0, piece), keep), EventReader::Next::kMore);
  return events;
}

TEST(EventStreamTest, FormatsAnEvent) {
  EXPECT_EQ(format_event("7", "journal", "{\"a\":1}"), "id: 7\nevent: journal\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(format_event("", "", "one\ntwo\n"), "data: one\ndata: two\ndata: \n\n");
}

TEST(EventStreamTest, NobodySmugglesAFieldThroughALineBreak) {
  EXPECT_EQ(format_event("1\nevent: x", "a\r\ndata: y", "b\rc"), "id: 1event: x\nevent: adata: y\ndata: bc\n\n");
}

TEST(EventStreamTest, WhatIsWrittenIsReadInPiecesOfAnySize) {
  const std::string text = ": hello\nretry: 3000\n\n" + format_event("1", "a", "x") + ": heartbeat\n\n" +
                           format_event("2", "", "y\n\nz") + format_event("", "b", "");
  const std::vector<Event> expected = {{"1", "a", "x"}, {"2", "", "y\n\nz"}, {"2", "b", ""}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(read_in_pieces(text, piece), expected) << piece;
}

TEST(EventStreamTest, ReadsEveryKindOfLineEnd) {
  const std::vector<Event> expected = {{"1", "", "a\nb"}};
  for (std::size_t piece = 1; piece < 8; ++piece) {
    EXPECT_EQ(read_in_pieces("id:1\r\ndata:a\r\ndata:b\r\n\r\n", piece), expected);
    EXPECT_EQ(read_in_pieces("id:1\rdata:a\rdata:b\r\r", piece), expected);
  }
}

TEST(EventStreamTest, StopsWhenTheVisitorHasEnoughAndWhenAnEventIsTooLong) {
  EventReader reader(1024);
  int seen = 0;
  EXPECT_EQ(reader.feed("data: 1\n\ndata: 2\n\n", [&](auto, auto, auto) { return ++seen < 1; }),
            EventReader::Next::kEnough);
  EXPECT_EQ(seen, 1);
  EventReader strict(1024);
  EXPECT_EQ(strict.feed("data: " + std::string(2000, 'x'), [](auto, auto, auto) { return true; }),
            EventReader::Next::kTooLong);
}

TEST(EventStreamTest, WakesOncePerBatchAndEndsAfterWhatWasQueued) {
  QueuedEventStream stream;
  EXPECT_TRUE(stream.push("0", "", "before anyone listens"));
  int wakes = 0;
  stream.attach(1024, [&] { ++wakes; });
  EXPECT_TRUE(stream.push("1", "", "a"));
  EXPECT_TRUE(stream.push("2", "", "b"));
  EXPECT_EQ(wakes, 1);
  auto batch = stream.take();
  EXPECT_EQ(batch.text,
            format_event("0", "", "before anyone listens") + format_event("1", "", "a") + format_event("2", "", "b"));
  EXPECT_FALSE(batch.ended);
  EXPECT_TRUE(stream.push("3", "", "c"));
  EXPECT_EQ(wakes, 2);
  stream.close();
  EXPECT_FALSE(stream.push("4", "", "d"));
  batch = stream.take();
  EXPECT_EQ(batch.text, format_event("3", "", "c"));
  EXPECT_TRUE(batch.ended);
}

TEST(EventStreamTest, OverflowDropsTheReader) {
  QueuedEventStream stream;
  int wakes = 0;
  stream.attach(100, [&] { ++wakes; });
  EXPECT_TRUE(stream.push("1", "", std::string(50, 'x')));
  EXPECT_FALSE(stream.push("2", "", std::string(50, 'x')));
  EXPECT_EQ(wakes, 2) << "a connection inside a write must hear of it";
  EXPECT_TRUE(stream.dropped());
  EXPECT_TRUE(stream.closed());
  EXPECT_TRUE(stream.take().text.empty());
}

TEST(EventStreamTest, NobodyIsWokenAfterDetach) {
  QueuedEventStream stream;
  int wakes = 0;
  stream.attach(100, [&] { ++wakes; });
  stream.detach();
  EXPECT_FALSE(stream.push("1", "", "a"));
  stream.close();
  EXPECT_EQ(wakes, 0);
}

}  // namespace
}  // namespace letopis::server
