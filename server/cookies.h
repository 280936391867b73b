#pragma once
// The session's cookie, and whether a request comes from our own pages. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "server/http.h"

namespace letopis::server {

struct SitePolicy;

// "__Host-letopis=…; Path=/; HttpOnly; SameSite=Strict; Secure" where cookies are secure, else "letopis=…" without
// Secure.
std::string session_cookie(const Request& request, const SitePolicy& site, std::string_view token);
std::string ended_cookie(const Request& request, const SitePolicy& site);

struct Credential {
  std::string_view token;
  bool is_cookie = false;  // sent by the browser by itself: state may change only from our own pages
};
// Of "Authorization: Bearer …", else of the cookie.
std::optional<Credential> credential_of(const Request& request, const SitePolicy& site);

// Whether the request can be ours: its Origin is the address it came to or one of ours. Without Origin (programs, old
// browsers) Sec-Fetch-Site decides; without both `otherwise`.
bool is_same_origin(const Request& request, const SitePolicy& site, bool otherwise);

}  // namespace letopis::server
