#pragma once
// How an answer looks on the wire.

#include <string>
#include <string_view>

#include "server/http.h"

namespace letopis::server {

std::string_view reason_phrase(unsigned status);

// "Sat, 21 Nov 2026 09:10:00 GMT" (RFC 9110, IMF-fixdate).
std::string format_http_date(Instant at);

struct HeadFields {
  std::string_view date;
  bool keep_alive = true;
  std::size_t body_bytes = 0;
};

// Appends status line and header of `response` to `out`, ready for its body. false, and nothing appended, when a field
// holds a control character: it would split the answer in two.
bool append_head(std::string& out, const Response& response, const HeadFields& fields);

std::string_view body_of(const Response& response);
// 1xx, 204 and 304 never carry a body.
bool has_no_body(unsigned status);

}  // namespace letopis::server
