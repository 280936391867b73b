#pragma once
// Bytes of strangers → a Request, as pure functions: the ways in that tests and fuzzers drive without a socket.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "server/http.h"
#include "signing/base/result.h"

namespace letopis::server {

struct ParsedTarget {
  std::string path;  // begins with "/"
  std::map<std::string, std::string> query;
  std::string authority;  // of an absolute-form target ("http://host:port/path"), else empty
  bool operator==(const ParsedTarget&) const = default;
};
inline constexpr std::size_t kQueryNamesMax = 64;

// The target of a request line (RFC 9112, section 3.2): origin-form or absolute-form. Percent escapes are decoded once
// and "+" in a query is a space. Refused with "malformed", because two readers may understand them differently: bad
// escapes, fragments, what is not UTF-8 or holds control characters once decoded, empty segments, "." and "..", an
// escaped "/" or "\" in the path, a query name that is empty or given twice, more than kQueryNamesMax names.
Result<ParsedTarget> parse_target(std::string_view target);

// Why a message is refused; the type follows "urn:letopis:problem:". Text for people, without anything of the message.
struct Rejection {
  unsigned status = 400;
  std::string_view type;
  std::string_view title;
  std::string detail;
};
struct Incomplete {};
struct ParsedMessage {
  Request request;
  std::size_t bytes = 0;  // of the input that belong to this message
  bool keep_alive = false;
};
// One whole message at the start of `bytes`, by the parser that serves connections. Stricter than Beast's: also refused
// are two Content-Length or Host fields, any Transfer-Encoding but "chunked", either of them with the other,
// Transfer-Encoding in HTTP/1.0, a field given twice that may be given once, a missing Host. Trailer fields are read
// and ignored.
std::variant<ParsedMessage, Incomplete, Rejection> parse_message(std::string_view bytes, const HttpLimits& limits);

}  // namespace letopis::server
