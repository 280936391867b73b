#pragma once
// What a server tells its operator of its own TLS certificate: in the log and for Prometheus. Thread-safe.

#include "server/http.h"
#include "server/log.h"
#include "server/metrics.h"

namespace letopis::server {

// Reads the files anew: "certificates_reloaded", or "certificates_kept" with the code and why; then as report_expiry.
Status reload_certificates(HttpServer& server, Log& log, Instant now);

// A warning, "certificate_expired" with since when, where clients turn away by now; nothing otherwise.
void report_expiry(const HttpServer& server, Log& log, Instant now);

// letopis_tls_certificate_expires_seconds; nothing without TLS.
void write_certificate(MetricsWriter& out, const HttpServer& server);

}  // namespace letopis::server
