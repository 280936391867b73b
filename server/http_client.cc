#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "server/beast.h"
#include "server/event_stream.h"
#include "server/http.h"

namespace letopis::server {
namespace {

using PlainStream = beast::tcp_stream;
// Not beast::ssl_stream: in 1.81 its write of a small buffer before a large one ends after the small one, without an
// error.
using SecureStream = ssl::stream<beast::tcp_stream>;
constexpr auto kClientAwait = net::as_tuple(net::use_awaitable);

struct Url {
  bool secure = false;
  std::string host;  // without brackets
  std::string port;
  std::string authority;  // for the Host field
};

Result<Url> parse_url(std::string_view text) {
  Url url;
  url.secure = text.starts_with("https://");
  if (!url.secure && !text.starts_with("http://"))
    return fail("bad_url", "expected http://host:port or https://host:port");
  text.remove_prefix(url.secure ? 8 : 7);
  if (text.ends_with('/')) text.remove_suffix(1);
  url.authority = text;
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return fail("bad_url", "a bracket is not closed");
  url.host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  text.remove_prefix(host_end + (bracketed ? 1 : 0));
  url.port = text.empty() ? (url.secure ? "443" : "80") : std::string(text.substr(1));
  const bool port_ok =
      !url.port.empty() && url.port.size() <= 5 && url.port.find_first_not_of("0123456789") == std::string::npos;
  if (url.host.empty() || url.host.find_first_of("/?#@ ") != std::string::npos || !port_ok ||
      (!text.empty() && text.front() != ':'))
    return fail("bad_url", "expected http://host:port or https://host:port");
  return url;
}

tl::unexpected<Error> failure_of(const error_code& ec) {
  if (ec == beast::error::timeout) return fail("timeout", "the server did not answer in time");
  if (ec == http::error::body_limit || ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return fail("too_large", "the answer is larger than accepted");
  if (ec == http::error::end_of_stream || ec == http::error::partial_message)
    return fail("connection_lost", ec.message());
  if (ec.category() == http::make_error_code(http::error::bad_field).category())
    return fail("bad_answer", ec.message());
  return fail("connection_lost", ec.message());
}

// OpenSSL passes over a file that is not there, and then nobody is trusted.
Status check_named_authorities() {
  const char* file = std::getenv("SSL_CERT_FILE");
  if (file == nullptr || *file == '\0' || ::access(file, R_OK) == 0) return {};
  return fail("tls_failed", "SSL_CERT_FILE names " + std::string(file) + ", which cannot be read");
}

// Why a certificate was not accepted, and what the person can do where it is one of the school's own.
std::string certificate_words(long verified) {
  switch (verified) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "nobody this machine trusts has signed it; name its authority: SSL_CERT_FILE=ca.pem, or serve "
             "--witness-ca "
             "ca.pem";
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: return "it is another host's";  // the chain is good, the name is not
    default: return X509_verify_cert_error_string(verified);
  }
}

Error tls_failure_of(const error_code& ec, const std::string& authority, long verified) {
  const bool from_openssl = ec.category() == net::error::get_ssl_category();
  const int reason = from_openssl ? ERR_GET_REASON(static_cast<unsigned long>(ec.value())) : 0;
  std::string detail = authority + ": " + ec.message();
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) detail += ": " + certificate_words(verified);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
    detail += "; does the server speak http:// there, without TLS?";
  return {"tls_failed", std::move(detail)};
}

bool is_field_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Result<std::string> request_head(const ClientRequest& request, const Url& url) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  if (!is_field_text(request.method) || !is_field_text(request.target) ||
      request.target.find(' ') != std::string::npos || !request.target.starts_with('/') ||
      !is_field_text(request.content_type))
    return fail("bad_request", "method, target or content type cannot be sent");
  if (!request.content_type.empty()) head += "Content-Type: " + request.content_type + "\r\n";
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD"))
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  for (const auto& [name, value] : request.headers) {
    if (!is_field_text(name) || !is_field_text(value)) return fail("bad_request", "a header field cannot be sent");
    head += name + ": " + value + "\r\n";
  }
  return head + "\r\n";
}

// Whether the server may be told twice without doing it twice.
bool may_repeat(const ClientRequest& request) {
  if (request.method != "POST" && request.method != "PATCH") return true;
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& field) { return lower_case(field.first) == "idempotency-key"; });
}

class Client final : public HttpClient {
 public:
  Client(Url url, const ClientLimits& limits) : url_(std::move(url)), limits_(limits) {}

  Status prepare_tls(const std::optional<std::string>& ca_file);
  Status open();
  Result<ClientResponse> send(const ClientRequest& request) override;
  Status read_events(const ClientRequest& request, const EventReader::Visit& visit) override;

 private:
  struct Outgoing {
    std::string head;
    std::string_view body;
    bool only_head = false;
  };
  template <class T>
  struct Finished {
    std::optional<Result<T>>* result;
    void operator()(std::exception_ptr failure, Result<T> value) const {
      if (!failure) {
        *result = std::move(value);
        return;
      }
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        *result = fail("connection_lost", error.what());
      }
    }
  };
  template <class T>
  Result<T> run(net::awaitable<Result<T>> task);

  net::awaitable<Status> connect();
  net::awaitable<Status> secure();
  template <class Stream>
  net::awaitable<Status> write(Stream* stream, const Outgoing* request);
  template <class Stream>
  net::awaitable<Result<ClientResponse>> exchange(Stream* stream, const Outgoing* request);
  template <class Stream>
  net::awaitable<Status> stream_events(Stream* stream, const Outgoing* request, const EventReader::Visit* visit);

  PlainStream& lowest() { return url_.secure ? beast::get_lowest_layer(*secure_) : *plain_; }
  bool is_open() const { return plain_ || secure_; }
  bool peer_has_left();
  Result<ClientResponse> send_once(const Outgoing& request);
  void close();

  const Url url_;
  const ClientLimits limits_;
  net::io_context context_{1};
  ssl::context tls_{ssl::context::tls_client};
  std::unique_ptr<PlainStream> plain_;
  std::unique_ptr<SecureStream> secure_;
  beast::flat_buffer buffer_;
  bool answer_began_ = false;  // the server was heard since the last request was written
  bool ever_answered_ = false;
};

template <class T>
Result<T> Client::run(net::awaitable<Result<T>> task) {
  std::optional<Result<T>> result;
  context_.restart();
  net::co_spawn(context_, std::move(task), Finished<T>{&result});
  context_.run();
  LETOPIS_ASSERT(result.has_value());
  return *std::move(result);
}

Status Client::prepare_tls(const std::optional<std::string>& ca_file) {
  error_code ec;
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
  tls_.set_verify_mode(ssl::verify_peer, ec);
  if (!ca_file) TRY_STATUS(check_named_authorities());
  if (!ec && ca_file) tls_.load_verify_file(*ca_file, ec);
  if (!ec && !ca_file) tls_.set_default_verify_paths(ec);
  if (ec) return fail("tls_failed", ca_file.value_or("the system's certificates") + ": " + ec.message());
  return {};
}

void Client::close() {
  plain_.reset();
  secure_.reset();
  buffer_.clear();
}

Status Client::open() {
  close();
  Status opened = run(connect());
  if (!opened) close();
  return opened;
}

net::awaitable<Status> Client::connect() {
  if (url_.secure) {
    secure_ = std::make_unique<SecureStream>(beast::tcp_stream(context_), tls_);
  } else {
    plain_ = std::make_unique<PlainStream>(context_);
  }
  tcp::resolver resolver(context_);
  const auto [lookup, found] = co_await resolver.async_resolve(url_.host, url_.port, kClientAwait);
  if (lookup) co_return fail("connect_failed", url_.authority + ": " + lookup.message());
  lowest().expires_after(limits_.connect_timeout);
  const auto [ec, endpoint] = co_await lowest().async_connect(found, kClientAwait);
  if (ec == beast::error::timeout) co_return fail("timeout", url_.authority + ": no connection in time");
  if (ec) co_return fail("connect_failed", url_.authority + ": " + ec.message());
  error_code ignored;
  lowest().socket().set_option(tcp::no_delay(true), ignored);
  if (!url_.secure) co_return Status();
  Status secured = co_await secure();
  co_return secured;
}

net::awaitable<Status> Client::secure() {
  error_code literal;
  net::ip::make_address(url_.host, literal);
  if (literal && SSL_set_tlsext_host_name(secure_->native_handle(), url_.host.c_str()) != 1)
    co_return fail("tls_failed", url_.authority + ": the host name cannot be sent");
  secure_->set_verify_callback(ssl::host_name_verification(url_.host));
  const auto [ec] = co_await secure_->async_handshake(ssl::stream_base::client, kClientAwait);
  if (ec == beast::error::timeout) co_return fail("timeout", url_.authority + ": no TLS in time");
  if (ec) co_return tl::unexpected(tls_failure_of(ec, url_.authority, SSL_get_verify_result(secure_->native_handle())));
  co_return Status();
}

// A server that closed an idle connection has sent its end, perhaps behind a TLS close_notify.
bool Client::peer_has_left() {
  pollfd poll_fd{lowest().socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&poll_fd, 1, 0) != 0;
}

template <class Stream>
net::awaitable<Status> Client::write(Stream* stream, const Outgoing* request) {
  std::array<net::const_buffer, 2> pieces{net::buffer(request->head), net::buffer(request->body)};
  beast::get_lowest_layer(*stream).expires_after(limits_.answer_timeout);
  const auto [ec, bytes] = co_await net::async_write(*stream, pieces, kClientAwait);
  // A server may refuse before it has read everything: its answer counts, not that it stopped listening.
  if (ec && ec != net::error::broken_pipe && ec != net::error::connection_reset) co_return failure_of(ec);
  co_return Status();
}

template <class Stream>
net::awaitable<Result<ClientResponse>> Client::exchange(Stream* stream, const Outgoing* request) {
  Status written = co_await write(stream, request);
  if (!written) co_return tl::unexpected(written.error());
  http::response_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_max_bytes));
  parser.body_limit(limits_.body_max_bytes);
  parser.skip(request->only_head);
  const auto [ec, bytes] = co_await http::async_read(*stream, buffer_, parser, kClientAwait);
  answer_began_ = parser.got_some();
  if (ec) co_return failure_of(ec);
  ClientResponse response;
  response.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    response.headers.emplace_back(lower_case(field.name_string()), std::string(field.value()));
    if (field.name() == http::field::content_type) response.content_type = field.value();
    if (field.name() == http::field::set_cookie) response.set_cookies.emplace_back(field.value());
  }
  response.body = std::move(parser.get().body());
  if (!parser.keep_alive()) close();
  co_return response;
}

Result<ClientResponse> Client::send_once(const Outgoing& request) {
  answer_began_ = false;
  auto response = url_.secure ? run(exchange(secure_.get(), &request)) : run(exchange(plain_.get(), &request));
  if (!response) close();
  return response;
}

Result<ClientResponse> Client::send(const ClientRequest& request) {
  TRY(std::string head, request_head(request, url_));
  const Outgoing outgoing{std::move(head), request.body, request.method == "HEAD"};
  const bool reused = is_open() && !peer_has_left();
  if (!reused) TRY_STATUS(open());
  auto response = send_once(outgoing);
  const bool closed_under_us = !response && response.error().code == "connection_lost" && reused && !answer_began_;
  if (closed_under_us && may_repeat(request)) {
    TRY_STATUS(open());
    response = send_once(outgoing);
  }
  // What a server that expects TLS does with words in clear.
  if (!response && response.error().code == "connection_lost" && !url_.secure && !answer_began_ && !ever_answered_)
    return fail("connection_lost", url_.authority + ": " + response.error().detail +
                                       ", without an answer; does the server speak https:// there?");
  ever_answered_ = ever_answered_ || response.has_value();
  return response;
}

template <class Stream>
net::awaitable<Status> Client::stream_events(Stream* stream, const Outgoing* request, const EventReader::Visit* visit) {
  Status written = co_await write(stream, request);
  if (!written) co_return written;
  http::response_parser<http::buffer_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_max_bytes));
  parser.body_limit(boost::none);
  const auto [header_error, header_bytes] = co_await http::async_read_header(*stream, buffer_, parser, kClientAwait);
  if (header_error) co_return failure_of(header_error);
  const std::string_view type = parser.get()[http::field::content_type];
  if (parser.get().result() != http::status::ok || !type.starts_with("text/event-stream"))
    co_return fail("http_status", std::to_string(parser.get().result_int()));
  EventReader reader(limits_.body_max_bytes);
  std::array<char, 8192> piece{};
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    beast::get_lowest_layer(*stream).expires_after(limits_.event_timeout);
    const auto [ec, bytes] = co_await http::async_read_some(*stream, buffer_, parser, kClientAwait);
    const std::string_view text(piece.data(), piece.size() - parser.get().body().size);
    const EventReader::Next next = reader.feed(text, *visit);
    if (next == EventReader::Next::kEnough) co_return Status();
    if (next == EventReader::Next::kTooLong) co_return fail("too_large", "an event is larger than accepted");
    if (ec && ec != http::error::need_buffer) co_return failure_of(ec);
  }
  co_return Status();
}

Status Client::read_events(const ClientRequest& request, const EventReader::Visit& visit) {
  ClientRequest with_accept = request;
  with_accept.headers.emplace_back("Accept", "text/event-stream");
  TRY(std::string head, request_head(with_accept, url_));
  const Outgoing outgoing{std::move(head), request.body, false};
  if (!is_open() || peer_has_left()) TRY_STATUS(open());
  Status ended = url_.secure ? run(stream_events(secure_.get(), &outgoing, &visit))
                             : run(stream_events(plain_.get(), &outgoing, &visit));
  close();
  return ended;
}

}  // namespace

Status check_authorities(const std::string& ca_file) {
  error_code ec;
  ssl::context tls(ssl::context::tls_client);
  tls.load_verify_file(ca_file, ec);
  return ec ? Status(fail("tls_failed", ca_file + ": " + ec.message())) : Status();
}

Result<std::unique_ptr<HttpClient>> HttpClient::connect(std::string_view url, const std::optional<std::string>& ca_file,
                                                        const ClientLimits& limits) {
  TRY(Url parsed, parse_url(url));
  const bool secure = parsed.secure;
  auto client = std::make_unique<Client>(std::move(parsed), limits);
  if (secure) TRY_STATUS(client->prepare_tls(ca_file));
  TRY_STATUS(client->open());
  return client;
}

std::pair<std::string, std::string> split_url(std::string_view url) {
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (path == std::string_view::npos) return {std::string(url), {}};
  std::string_view rest = url.substr(path);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  return {std::string(url.substr(0, path)), std::string(rest)};
}

}  // namespace letopis::server
