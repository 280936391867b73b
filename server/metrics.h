#pragma once
// Counters for GET /metrics (Prometheus text format 0.0.4). No personal data: routes by pattern, schools by slug.
// Thread-safe.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace letopis::server {

// Requests by route and status, and how long they took, per route.
class RequestMetrics {
 public:
  static constexpr std::array<std::int64_t, 10> kBucketsMicros = {250,    500,    1000,    2500,      5000,
                                                                  10'000, 50'000, 250'000, 1'000'000, 5'000'000};

  explicit RequestMetrics(std::vector<std::string> routes);  // labels; the last one is for what has no route
  void count(std::size_t route, unsigned status, std::int64_t micros);
  void write(std::string& to) const;

 private:
  static constexpr std::array<unsigned, 20> kStatuses = {200, 201, 204, 304, 400, 401, 403, 404, 405, 406,
                                                         408, 409, 410, 413, 415, 429, 500, 503, 504, 0};
  struct Row {
    std::array<std::atomic<std::uint64_t>, kStatuses.size()> by_status{};
    std::array<std::atomic<std::uint64_t>, kBucketsMicros.size() + 1> by_duration{};
    std::atomic<std::uint64_t> micros{0};
  };
  std::vector<std::string> routes_;
  std::unique_ptr<Row[]> rows_;
};

// One metric at a time: name, kind ("counter", "gauge"), help, then values.
class MetricsWriter {
 public:
  explicit MetricsWriter(std::string& to) : to_(to) {}
  void head(std::string_view name, std::string_view kind, std::string_view help);
  // A label whose value may be any text: name="value", as value() takes them.
  static std::string label(std::string_view name, std::string_view value);
  void value(std::string_view name, std::string_view labels, double value);  // labels: a="b",c="d"
  void value(std::string_view name, std::string_view labels, std::uint64_t value);
  void single(std::string_view name, std::string_view kind, std::string_view help, std::uint64_t value_of) {
    head(name, kind, help);
    value(name, {}, value_of);
  }

 private:
  std::string& to_;
};

}  // namespace letopis::server
