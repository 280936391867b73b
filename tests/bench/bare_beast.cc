// The rival of server/http.h: a Beast coroutine server as its documentation writes it, without any layer of ours.
// Answers every request with the bytes of one file until its standard input ends, on as many threads as our server has: one a
// core, at most four, each with its own connections.
//
//   bench_bare_beast FILE     prints {"listening": "http://127.0.0.1:PORT"}

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
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
#include <memory>
#include <string>
#include <thread>
#include <vector>

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

using Contexts = std::vector<std::unique_ptr<net::io_context>>;

net::awaitable<void> accept(tcp::acceptor acceptor, const Contexts* contexts, const std::string* bytes) {
  for (std::size_t next = 0;; next = (next + 1) % contexts->size()) {
    net::io_context& context = *(*contexts)[next];
    auto [ec, socket] = co_await acceptor.async_accept(context, kAwait);
    if (ec) co_return;
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(context, serve(beast::tcp_stream(std::move(socket)), bytes), report);
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
  Contexts contexts;
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards;
  for (unsigned i = 0; i < std::clamp(std::thread::hardware_concurrency(), 1U, 4U); ++i) {
    contexts.push_back(std::make_unique<net::io_context>(1));
    guards.emplace_back(contexts.back()->get_executor());
  }
  tcp::acceptor acceptor(*contexts.front(), tcp::endpoint(net::ip::address_v4::loopback(), 0));
  std::printf("{\"listening\": \"http://127.0.0.1:%u\"}\n", unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  net::co_spawn(*contexts.front(), accept(std::move(acceptor), &contexts, &bytes), report);
  std::vector<std::thread> threads;
  for (const auto& context : contexts) threads.emplace_back([&context] { context->run(); });
  while (std::getchar() != EOF) {}
  for (const auto& context : contexts) context->stop();
  for (auto& thread : threads) thread.join();
  return 0;
}
