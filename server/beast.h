#pragma once
// The one door to Boost.Asio, Boost.Beast and OpenSSL's TLS; included by server/http_*.cc and their internal headers
// only.
//
// Rules for coroutines here (g++ 12.2 destroys moved captures twice otherwise): no capturing lambda and no braced
// temporary inside a full-expression with co_await; coroutines are named functions that take their parameters by value.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace letopis::server {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using error_code = boost::system::error_code;

// The concrete executor: no type erasure on the way of every operation.
using Executor = net::io_context::executor_type;
using Socket = net::basic_stream_socket<tcp, Executor>;
using Acceptor = net::basic_socket_acceptor<tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Timer = net::basic_waitable_timer<SteadyClock, net::wait_traits<SteadyClock>, Executor>;
using TlsStream = ssl::stream<Socket>;

template <class T>
using Task = net::awaitable<T, Executor>;
// Errors come back as values: the end of a stream is no exception.
inline constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<Executor>{});

}  // namespace letopis::server
