#pragma once
// Server-sent events (WHATWG HTML, section 9.2): the queue between whoever pushes and the connection that writes, and
// the reader of the client.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "server/http.h"

namespace letopis::server {

class QueuedEventStream final : public EventStream {
 public:
  bool push(std::string_view id, std::string_view event, std::string_view data) override;
  void close() override;
  bool closed() const override;

  // The side of the connection. `wake` is called, perhaps under the queue's lock and from any thread, when there is
  // something to take; it must only post. After detach it is never called again and the stream is closed.
  void attach(std::size_t queue_max_bytes, std::function<void()> wake);
  void detach();
  struct Batch {
    std::string text;      // to be written as it is
    bool ended = false;    // nothing comes after text
    bool dropped = false;  // the queue overflowed: text is empty, close at once
  };
  Batch take();
  bool dropped() const;

 private:
  void notify();  // under mutex_

  mutable std::mutex mutex_;
  std::string pending_;
  std::size_t queue_max_bytes_ = HttpLimits{}.stream_queue_max_bytes;
  bool closed_ = false;
  bool dropped_ = false;
  bool notified_ = false;  // wake was called and take has not answered it yet
  std::function<void()> wake_;
};

// "id: …\nevent: …\ndata: …\n\n"
std::string format_event(std::string_view id, std::string_view event, std::string_view data);

// Takes the text of a stream in pieces of any size and calls visit for every complete event with data.
class EventReader {
 public:
  using Visit = std::function<bool(std::string_view id, std::string_view event, std::string_view data)>;
  enum class Next { kMore, kEnough, kTooLong };  // kEnough: visit returned false. kTooLong: one event above the limit
  explicit EventReader(std::size_t event_max_bytes) : event_max_bytes_(event_max_bytes) {}
  Next feed(std::string_view text, const Visit& visit);

 private:
  bool line(std::string_view text, const Visit& visit);

  const std::size_t event_max_bytes_;
  std::string line_;
  bool after_return_ = false;  // the line ended with CR: an LF at once belongs to it
  std::string id_, event_, data_;
};

}  // namespace letopis::server
