// The rival of server/http.h: a Beast coroutine server as its documentation writes it, without any layer of ours.
// Answers every request with the bytes of one file, on one thread, until its standard input ends.
//
//   bench_bare_beast FILE     prints {"listening": "http://127.0.0.1:PORT"}

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;

constexpr auto kAwait = net::as_tuple(net::use_awaitable);
constexpr std::chrono::seconds kDeadline{30};

using Body = http::span_body<const char>;

net::awaitable<void> serve(beast::tcp_stream stream, const std::string* bytes) {
  beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    stream.expires_after(kDeadline);
    const auto [read_error, read_bytes] = co_await http::async_read(stream, buffer, request, kAwait);
    if (read_error) break;
    http::response<Body> response(http::status::ok, request.version());
    response.set(http::field::content_type, "application/json");
    response.body() = {bytes->data(), bytes->size()};
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    stream.expires_after(kDeadline);
    const auto [write_error, written] = co_await http::async_write(stream, response, kAwait);
    if (write_error || !response.keep_alive()) break;
  }
  beast::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void report(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_bare_beast: %s\n", error.what());
  }
}

net::awaitable<void> accept(tcp::acceptor acceptor, const std::string* bytes) {
  for (;;) {
    auto [ec, socket] = co_await acceptor.async_accept(kAwait);
    if (ec) co_return;
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(), serve(beast::tcp_stream(std::move(socket)), bytes), report);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_bare_beast FILE\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  net::io_context context(1);
  tcp::acceptor acceptor(context, tcp::endpoint(net::ip::address_v4::loopback(), 0));
  std::printf("{\"listening\": \"http://127.0.0.1:%u\"}\n", unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  net::co_spawn(context, accept(std::move(acceptor), &bytes), report);
  std::thread loop([&context] { context.run(); });
  while (std::getchar() != EOF) {}
  context.stop();
  loop.join();
  return 0;
}
