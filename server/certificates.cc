#include "server/certificates.h"

#include <algorithm>

namespace letopis::server {

Status reload_certificates(HttpServer& server, Log& log, Instant now) {
  const Status reloaded = server.reload_certificates();
  if (reloaded)
    log.write(LogLevel::kInfo, "certificates_reloaded", {});
  else
    log.write(LogLevel::kWarning, "certificates_kept",
              {{"code", reloaded.error().code}, {"why", std::string_view(reloaded.error().detail)}});
  report_expiry(server, log, now);
  return reloaded;
}

void report_expiry(const HttpServer& server, Log& log, Instant now) {
  const auto until = server.certificate_valid_until();
  if (!until || now < *until) return;
  const std::string since = format_instant(*until);
  log.write(LogLevel::kWarning, "certificate_expired", {{"since", std::string_view(since)}});
}

void write_certificate(MetricsWriter& out, const HttpServer& server) {
  if (const auto until = server.certificate_valid_until())
    out.single("letopis_tls_certificate_expires_seconds", "gauge",
               "When the certificate of this server runs out, Unix time.",
               static_cast<std::uint64_t>(std::max<std::int64_t>(0, until->seconds())));
}

}  // namespace letopis::server
