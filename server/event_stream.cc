#include "server/event_stream.h"

#include <algorithm>

namespace letopis::server {
namespace {

constexpr std::string_view kLineEnds("\r\n\0", 3);

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  while (!value.empty()) {
    const std::string_view clean = value.substr(0, value.find_first_of(kLineEnds));
    out.append(clean);
    value.remove_prefix(std::min(value.size(), clean.size() + 1));
  }
  out.push_back('\n');
}

}  // namespace

std::string format_event(std::string_view id, std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(id.size() + event.size() + data.size() + 32);
  if (!id.empty()) append_line(out, "id", id);
  if (!event.empty()) append_line(out, "event", event);
  for (;;) {
    const std::size_t end = data.find('\n');
    append_line(out, "data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  out.push_back('\n');
  return out;
}

std::shared_ptr<EventStream> make_event_stream() { return std::make_shared<QueuedEventStream>(); }

void QueuedEventStream::notify() {
  if (notified_ || !wake_) return;
  notified_ = true;
  wake_();
}

bool QueuedEventStream::push(std::string_view id, std::string_view event, std::string_view data) {
  const std::string text = format_event(id, event, data);
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  if (pending_.size() + text.size() > queue_max_bytes_) {
    closed_ = dropped_ = true;
    pending_ = {};
    notified_ = false;  // the connection may be inside a write: wake it again
  } else {
    pending_ += text;
  }
  notify();
  return !dropped_;
}

void QueuedEventStream::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  notify();
}

bool QueuedEventStream::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool QueuedEventStream::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void QueuedEventStream::attach(std::size_t queue_max_bytes, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  queue_max_bytes_ = queue_max_bytes;
  wake_ = std::move(wake);
}

void QueuedEventStream::detach() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  pending_ = {};
  wake_ = nullptr;
}

QueuedEventStream::Batch QueuedEventStream::take() {
  const std::lock_guard lock(mutex_);
  notified_ = false;
  Batch batch{std::move(pending_), closed_, dropped_};
  pending_.clear();
  return batch;
}

bool EventReader::line(std::string_view text, const Visit& visit) {
  if (text.empty()) {
    bool more = true;
    if (!data_.empty()) {
      data_.pop_back();  // the last line's end
      more = visit(id_, event_, data_);
    }
    event_.clear();
    data_.clear();
    return more;
  }
  const std::size_t colon = text.find(':');
  if (colon == 0) return true;  // a comment: a heartbeat
  const std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") data_.append(value).push_back('\n');
  if (name == "event") event_ = value;
  if (name == "id" && value.find('\0') == std::string_view::npos) id_ = value;
  return true;
}

EventReader::Next EventReader::feed(std::string_view text, const Visit& visit) {
  for (const char c : text) {
    const bool second_half = after_return_ && c == '\n';
    after_return_ = c == '\r';
    if (second_half) continue;
    if (c != '\r' && c != '\n') {
      line_.push_back(c);
      if (line_.size() + data_.size() > event_max_bytes_) return Next::kTooLong;
      continue;
    }
    const bool more = line(line_, visit);
    line_.clear();
    if (!more) return Next::kEnough;
  }
  return Next::kMore;
}

}  // namespace letopis::server
