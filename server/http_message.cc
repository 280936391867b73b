#include "server/http_message.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace letopis::server {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value);
  LETOPIS_ASSERT(error == std::errc());
  out.append(digits, end);
}

bool is_field_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out.append(escape);
    } else {
      out.push_back(c);
    }
  }
  return out.append("\"");
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::string format_http_date(Instant at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds seconds{std::chrono::seconds(at.seconds())};
  const auto midnight = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day civil(midnight);
  const std::chrono::hh_mm_ss time(seconds - midnight);
  char text[64];
  const int length = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[std::chrono::weekday(midnight).c_encoding()],
      static_cast<unsigned>(civil.day()), kMonths[static_cast<unsigned>(civil.month()) - 1],
      static_cast<int>(civil.year()), static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::string_view body_of(const Response& response) {
  return response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
}

bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

bool append_head(std::string& out, const Response& response, const HeadFields& fields) {
  if (!is_field_text(response.content_type)) return false;
  for (const auto& [name, value] : response.headers)
    if (!is_field_text(name) || !is_field_text(value)) return false;
  out.append("HTTP/1.1 ");
  append_number(out, response.status);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_field(out, "Date", fields.date);
  if (!has_no_body(response.status)) {
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    if (!response.stream) {
      out.append("Content-Length: ");
      append_number(out, fields.body_bytes);
      out.append("\r\n");
    }
  }
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (!fields.keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  return true;
}

Response problem(unsigned status, std::string_view type, std::string_view title, std::string_view detail,
                 std::string_view request_id, std::string_view technical) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body =
      "{\"type\":" + json_text(type) + ",\"title\":" + json_text(title) + ",\"status\":" + std::to_string(status);
  if (!detail.empty()) response.body += ",\"detail\":" + json_text(detail);
  if (!technical.empty()) response.body += ",\"technical\":" + json_text(technical);
  if (!request_id.empty()) response.body += ",\"request_id\":" + json_text(request_id);
  response.body += "}";
  return response;
}

}  // namespace letopis::server
