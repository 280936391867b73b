#include "server/cookies.h"

#include <algorithm>

#include "server/routes.h"

namespace letopis::server {
namespace {

bool is_secure(const Request& request, const SitePolicy& site) { return request.secure || site.secure_cookies; }
std::string_view cookie_name(const Request& request, const SitePolicy& site) {
  return is_secure(request, site) ? "__Host-letopis" : "letopis";
}
std::string cookie(const Request& request, const SitePolicy& site, std::string_view value, std::string_view rest) {
  std::string text(cookie_name(request, site));
  text.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict").append(rest);
  return is_secure(request, site) ? text + "; Secure" : text;
}

}  // namespace

std::string session_cookie(const Request& request, const SitePolicy& site, std::string_view token) {
  return cookie(request, site, token, {});
}
std::string ended_cookie(const Request& request, const SitePolicy& site) {
  return cookie(request, site, {}, "; Max-Age=0");
}

std::optional<Credential> credential_of(const Request& request, const SitePolicy& site) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view authorization = request.authorization;
  if (authorization.starts_with(kBearer)) return Credential{authorization.substr(kBearer.size()), false};
  const auto name = cookie_name(request, site);
  std::string_view rest = request.cookie;
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto item = rest.substr(0, end);
    while (item.starts_with(' ')) item.remove_prefix(1);
    if (item.size() > name.size() && item.starts_with(name) && item[name.size()] == '=')
      return Credential{item.substr(name.size() + 1), true};
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return std::nullopt;
}

bool is_same_origin(const Request& request, const SitePolicy& site, bool otherwise) {
  if (request.origin.empty()) {
    if (request.sec_fetch_site.empty()) return otherwise;
    return request.sec_fetch_site == "same-origin";
  }
  if (request.origin == (request.secure ? "https://" : "http://") + request.host) return true;
  return std::find(site.public_origins.begin(), site.public_origins.end(), request.origin) != site.public_origins.end();
}

}  // namespace letopis::server
