#include "server/metrics.h"

#include <algorithm>
#include <charconv>

namespace letopis::server {
namespace {

std::string seconds(std::int64_t micros) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, static_cast<double>(micros) / 1e6);
  return {text, end.ptr};
}

}  // namespace

void MetricsWriter::head(std::string_view name, std::string_view kind, std::string_view help) {
  to_.append("# HELP ")
      .append(name)
      .append(" ")
      .append(help)
      .append("\n# TYPE ")
      .append(name)
      .append(" ")
      .append(kind)
      .append("\n");
}
// Prometheus, exposition formats, text format: these three are escaped.
std::string MetricsWriter::label(std::string_view name, std::string_view value) {
  std::string out = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + "\"";
}
void MetricsWriter::value(std::string_view name, std::string_view labels, double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number);
  to_.append(name);
  if (!labels.empty()) to_.append("{").append(labels).append("}");
  to_.append(" ").append(text, end.ptr).append("\n");
}
void MetricsWriter::value(std::string_view name, std::string_view labels, std::uint64_t number) {
  to_.append(name);
  if (!labels.empty()) to_.append("{").append(labels).append("}");
  to_.append(" ").append(std::to_string(number)).append("\n");
}

RequestMetrics::RequestMetrics(std::vector<std::string> routes)
    : routes_(std::move(routes)), rows_(std::make_unique<Row[]>(routes_.size())) {}

void RequestMetrics::count(std::size_t route, unsigned status, std::int64_t micros) {
  Row& row = rows_[std::min(route, routes_.size() - 1)];
  // What is not in the list counts as other: the last one.
  const auto* const known = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  ++row.by_status[static_cast<std::size_t>(known - kStatuses.begin())];
  const auto* const bucket = std::lower_bound(kBucketsMicros.begin(), kBucketsMicros.end(), micros);
  ++row.by_duration[static_cast<std::size_t>(bucket - kBucketsMicros.begin())];
  row.micros += static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros));
}

void RequestMetrics::write(std::string& to) const {
  MetricsWriter out(to);
  out.head("letopis_http_requests_total", "counter", "Requests answered, by route and status.");
  for (std::size_t i = 0; i < routes_.size(); ++i)
    for (std::size_t k = 0; k < kStatuses.size(); ++k)
      if (const std::uint64_t count = rows_[i].by_status[k]; count > 0)
        out.value("letopis_http_requests_total",
                  routes_[i] + ",status=\"" + (kStatuses[k] == 0 ? "other" : std::to_string(kStatuses[k])) + "\"",
                  count);
  out.head("letopis_http_request_seconds", "histogram", "From a request's first byte until its answer was written.");
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    std::uint64_t total = 0;
    for (const auto& count : rows_[i].by_duration) total += count;
    if (total == 0) continue;
    std::uint64_t below = 0;
    for (std::size_t k = 0; k < kBucketsMicros.size(); ++k) {
      below += rows_[i].by_duration[k];
      out.value("letopis_http_request_seconds_bucket", routes_[i] + ",le=\"" + seconds(kBucketsMicros[k]) + "\"",
                below);
    }
    out.value("letopis_http_request_seconds_bucket", routes_[i] + ",le=\"+Inf\"", total);
    out.value("letopis_http_request_seconds_sum", routes_[i], static_cast<double>(rows_[i].micros) / 1e6);
    out.value("letopis_http_request_seconds_count", routes_[i], total);
  }
}

}  // namespace letopis::server
