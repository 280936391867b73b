#pragma once
// Structured logs: one JSON object a line. The only place that includes spdlog.
//
//   {"at":"2026-09-01T06:10:00.000000Z","level":"info","event":"request","method":"GET",
//    "route":"/v1/schools/{s}/diary","status":200,"micros":412,"request":"…"}
//
// Never personal data: no paths with ids, no queries, no names, no addresses. Callers pass route patterns, codes and
// numbers. Thread-safe.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "signing/base/time.h"

namespace letopis::server {

enum class LogLevel { kInfo, kWarning, kError };

class Log {
 public:
  struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t> value;
  };
  using Sink = std::function<void(std::string_view line)>;  // without the line feed; one call at a time

  // To standard error; from a queue with a thread of its own, which drops lines rather than hold anybody up. A line may come
  // a second late, a warning never.
  static std::unique_ptr<Log> to_stderr(const Clock& clock);
  static std::unique_ptr<Log> to(Sink sink, const Clock& clock);  // tests
  static std::unique_ptr<Log> nowhere(const Clock& clock) {
    return to([](std::string_view) {}, clock);
  }
  virtual ~Log() = default;

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields);
  virtual void flush() = 0;

 protected:
  explicit Log(const Clock& clock) : clock_(clock) {}
  virtual void put(LogLevel level, const std::string& line) = 0;

 private:
  const Clock& clock_;
};

}  // namespace letopis::server
