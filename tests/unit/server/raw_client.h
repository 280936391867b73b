#pragma once
// A client that may behave badly: bytes over a socket, every wait bounded by kPatience.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace letopis::server::testing {

// Nothing here takes a second; a loaded machine under a sanitizer may. Reaching it is a failure.
inline constexpr std::chrono::seconds kPatience{20};

inline int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(connect_to(port)) {}
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Stops early when the server closes.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Appends what arrives within `wait`. false: the end (or a reset), or nothing came.
  bool receive(std::chrono::milliseconds wait = kPatience) {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(wait.count())) != 1) return false;
    char piece[16 * 1024];
    const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
    ended_ = got <= 0;
    if (ended_) return false;
    received_.append(piece, static_cast<std::size_t>(got));
    return true;
  }
  // Everything up to and with `mark`, taken off what was received; what there is when the end comes first.
  std::string read_until(std::string_view mark) {
    std::size_t at = received_.find(mark);
    while (at == std::string::npos && receive()) at = received_.find(mark);
    return take(at == std::string::npos ? received_.size() : at + mark.size());
  }
  std::string read_to_end() {
    while (receive()) {}
    return take(received_.size());
  }
  // One answer: its header, and as much body as Content-Length says.
  std::string read_answer() {
    std::string answer = read_until("\r\n\r\n");
    const std::size_t field = answer.find("Content-Length: ");
    std::size_t left = field == std::string::npos
                           ? 0
                           : static_cast<std::size_t>(std::strtoul(answer.c_str() + field + 16, nullptr, 10));
    while (received_.size() < left && receive()) {}
    return answer + take(std::min(left, received_.size()));
  }
  bool ended() const { return ended_; }

 private:
  std::string take(std::size_t bytes) {
    std::string out = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return out;
  }

  int fd_;
  bool ended_ = false;
  std::string received_;
};

inline std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n";
}
inline std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}
inline unsigned status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ")
             ? static_cast<unsigned>(std::strtoul(std::string(answer.substr(9, 3)).c_str(), nullptr, 10))
             : 0;
}
inline std::string body_of_answer(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(answer.substr(end + 4));
}

}  // namespace letopis::server::testing
