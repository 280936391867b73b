#include "server/http_parser.h"

#include <algorithm>
#include <array>

namespace letopis::server {
namespace {

constexpr std::array kSingleFields = {
    http::field::host,
    http::field::content_length,
    http::field::transfer_encoding,
    http::field::content_type,
    http::field::authorization,
    http::field::cookie,
    http::field::origin,
    http::field::expect,
    http::field::user_agent,
    http::field::content_encoding,
};
constexpr std::uint32_t kHostSeen = 1u;  // the bit of kSingleFields[0]

bool same_text(std::string_view a, std::string_view b) { return beast::iequals(a, b); }

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string media_type(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return lower_case(value);
}

// A host, a bracketed IPv6 address, an optional port; what it names is not checked here.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 260 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]~%").find(c) != std::string_view::npos;
  });
}

void append_to_list(std::string& list, std::string_view value) {
  if (!list.empty()) list.append(", ");
  list.append(value);
}

// Whether the line is well-formed but for the number of its version.
bool names_other_version(std::string_view message) {
  const std::string_view line = message.substr(0, message.find("\r\n"));
  if (line.size() == message.size() || line.size() < 8) return false;
  const std::string_view version = line.substr(line.size() - 8);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' && is_digit(version[7]) &&
         !version.starts_with("HTTP/1.0") && !version.starts_with("HTTP/1.1");
}

std::optional<Method> known_method(http::verb method) {
  switch (method) {
    case http::verb::get: return Method::kGet;
    case http::verb::head: return Method::kHead;
    case http::verb::post: return Method::kPost;
    case http::verb::put: return Method::kPut;
    case http::verb::delete_: return Method::kDelete;
    case http::verb::options:
    case http::verb::patch: return Method::kOther;
    default: return std::nullopt;
  }
}

}  // namespace

RequestParser::RequestParser(Request& request, const HttpLimits& limits, Budget* budget)
    : request_(request), limits_(limits), budget_(budget), body_max_bytes_(limits.body_max_bytes) {
  header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(limits.header_max_bytes, UINT32_MAX)));
  body_limit(boost::none);  // take_body counts; a declared length is compared by on_header_impl's caller
}

void RequestParser::refuse(error_code& ec, unsigned status, std::string_view type, std::string_view title,
                           std::string detail) {
  rejection_ = Rejection{status, type, title, std::move(detail)};
  ec = http::error::bad_field;
}

void RequestParser::refuse_malformed(error_code& ec, std::string detail) {
  refuse(ec, 400, "malformed-request", "Malformed request", std::move(detail));
}

Rejection RequestParser::header_too_large() const {
  if (!line_seen_)
    return {414, "target-too-long", "Target too long", "the request line is longer than this server accepts"};
  return {431, "header-too-large", "Header too large", "the header is larger than this server accepts"};
}

Rejection RequestParser::rejection_for(const error_code& ec, std::string_view rest) const {
  if (rejection_) return *rejection_;
  if (ec == http::error::bad_version && !line_seen_ && names_other_version(rest))
    return {505, "http-version", "Unknown HTTP version", "this server speaks HTTP/1.1 and HTTP/1.0"};
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return header_too_large();
  if (ec == http::error::body_limit)
    return {413, "body-too-large", "Body too large", "the body is larger than this route accepts"};
  return {400, "malformed-request", "Malformed request", ec.message()};
}

void RequestParser::on_request_impl(http::verb method, beast::string_view, beast::string_view target, int version,
                                    error_code& ec) {
  line_seen_ = true;
  version_ = version;
  const auto known = known_method(method);
  if (!known) return refuse(ec, 501, "method-unknown", "Unknown method", "this server does not know the method");
  request_.method = *known;
  request_.target = target;
  if (target.size() > limits_.target_max_bytes)
    return refuse(ec, 414, "target-too-long", "Target too long", "the target is longer than this server accepts");
  auto parsed = server::parse_target(request_.target);
  if (!parsed) return refuse_malformed(ec, parsed.error().detail);
  request_.path = std::move(parsed->path);
  request_.query = std::move(parsed->query);
  absolute_form_ = !parsed->authority.empty();
  if (absolute_form_) {
    if (!is_host(parsed->authority)) return refuse_malformed(ec, "the target names an impossible host");
    request_.host = std::move(parsed->authority);
  }
}

// Whether this single field is met for the first time.
bool RequestParser::first(http::field name) {
  const auto at = std::find(kSingleFields.begin(), kSingleFields.end(), name);
  if (at == kSingleFields.end()) return true;
  const std::uint32_t bit = 1u << (at - kSingleFields.begin());
  const bool fresh = (seen_ & bit) == 0;
  seen_ |= bit;
  return fresh;
}

void RequestParser::on_field_impl(http::field name, beast::string_view name_text, beast::string_view value,
                                  error_code& ec) {
  // Trailers would let a body rewrite the header it was judged by. They are only counted.
  if (++fields_ > limits_.header_fields_max) {
    return refuse(ec, 431, "header-too-large", "Header too large",
                  "the header has more fields than this server accepts");
  }
  if (header_done_) return;
  if (!first(name)) return refuse_malformed(ec, "the field " + std::string(http::to_string(name)) + " is given twice");
  take_field(name, name_text, value, ec);
}

void RequestParser::take_single(std::string& to, std::string_view value, error_code& ec) {
  if (!to.empty()) return refuse_malformed(ec, "a field that may be given once is given twice");
  to = value;
}

void RequestParser::take_field(http::field name, std::string_view name_text, std::string_view value, error_code& ec) {
  switch (name) {
    case http::field::host:
      if (!is_host(value)) return refuse_malformed(ec, "the Host field is not a host");
      if (!absolute_form_) request_.host = value;
      return;
    case http::field::accept: return append_to_list(request_.accept, value);
    case http::field::accept_language: return append_to_list(request_.accept_language, value);
    case http::field::prefer: return append_to_list(request_.prefer, value);
    case http::field::if_none_match: return append_to_list(request_.if_none_match, value);
    case http::field::content_type: request_.content_type = media_type(value); return;
    case http::field::authorization: request_.authorization = value; return;
    case http::field::cookie: request_.cookie = value; return;
    case http::field::origin: request_.origin = value; return;
    case http::field::user_agent: request_.user_agent = value; return;
    case http::field::content_length:
      // Beast takes "5, 5" and "+5" is refused by it; one spelling is enough.
      if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos)
        return refuse_malformed(ec, "the Content-Length field is not one number");
      return;
    case http::field::transfer_encoding:
      // Beast reads a message with any other coding as one without a body, and the body as the next request.
      if (!same_text(value, "chunked"))
        return refuse(ec, 501, "transfer-encoding", "Unknown transfer encoding", "only chunked is accepted");
      if (version_ < 11) return refuse_malformed(ec, "HTTP/1.0 has no transfer encodings");
      return;
    case http::field::content_encoding:
      if (!same_text(value, "identity"))
        return refuse(ec, 415, "content-encoding", "Unsupported content encoding", "send the body as it is");
      return;
    case http::field::expect:
      if (!same_text(value, "100-continue"))
        return refuse(ec, 417, "expectation", "Unknown expectation", "only 100-continue is understood");
      expects_continue_ = version_ >= 11;
      return;
    default:
      if (same_text(name_text, "Idempotency-Key")) return take_single(request_.idempotency_key, value, ec);
      if (same_text(name_text, "Last-Event-ID")) return take_single(request_.last_event_id, value, ec);
      if (same_text(name_text, "Sec-Fetch-Site")) return take_single(request_.sec_fetch_site, value, ec);
  }
}

void RequestParser::on_header_impl(error_code& ec) {
  header_done_ = true;
  if (version_ >= 11 && !(seen_ & kHostSeen)) return refuse_malformed(ec, "the Host field is missing");
}

std::size_t RequestParser::take_body(std::string_view body, error_code& ec) {
  if (body.size() > body_max_bytes_ - std::min(body_max_bytes_, request_.body.size())) {
    ec = http::error::body_limit;
    return 0;
  }
  if (budget_ != nullptr && !budget_->reserve(body.size())) {
    refuse(ec, 503, "overloaded", "Overloaded", "too many large requests at once");
    return 0;
  }
  request_.body.append(body);
  return body.size();
}

std::variant<ParsedMessage, Incomplete, Rejection> parse_message(std::string_view bytes, const HttpLimits& limits) {
  ParsedMessage message;
  RequestParser parser(message.request, limits, nullptr);
  parser.eager(true);
  error_code ec;
  while (!parser.is_done()) {
    const std::size_t used = parser.put(net::buffer(bytes.substr(message.bytes)), ec);
    message.bytes += used;
    if (ec && ec != http::error::need_more) return parser.rejection_for(ec, bytes.substr(message.bytes));
    // Inside a body Beast asks for nothing when it is given nothing.
    if (!parser.is_done() && (used == 0 || message.bytes == bytes.size())) return Incomplete{};
  }
  message.keep_alive = parser.keeps_connection();
  return message;
}

}  // namespace letopis::server
