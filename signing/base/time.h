#pragma once
// Time is an argument everywhere. Only SystemClock reads the machine's clock; only events decide offsets from UTC
// (system time-zone data is never used).

#include <atomic>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "signing/base/result.h"

namespace letopis {

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t micros = 0;
  constexpr auto operator<=>(const Instant&) const = default;
  constexpr std::int64_t seconds() const { return micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0); }
  static constexpr Instant from_seconds(std::int64_t s) { return {s * 1'000'000}; }
};
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Days since 1970-01-01 of the local calendar of a school.
struct Date {
  std::int32_t days = 0;
  constexpr auto operator<=>(const Date&) const = default;
  constexpr Date operator+(std::int32_t n) const { return {days + n}; }
  constexpr Date operator-(std::int32_t n) const { return {days - n}; }
  constexpr std::int32_t operator-(Date other) const { return days - other.days; }
  // 1 = Monday … 7 = Sunday (ISO 8601).
  constexpr int weekday() const { return static_cast<int>(((days + 3) % 7 + 7) % 7) + 1; }
  constexpr Date monday() const { return {days - (weekday() - 1)}; }
};

// Offset of local time from UTC, in seconds east.
struct UtcOffset {
  std::int32_t seconds = 0;
  constexpr auto operator<=>(const UtcOffset&) const = default;
};

Date make_date(int year, unsigned month, unsigned day);  // asserts a valid civil date; for constants
Date local_date(Instant at, UtcOffset offset);
int local_minute(Instant at, UtcOffset offset);                    // minutes since local midnight, 0–1439
Instant at_local(Date date, int minute_of_day, UtcOffset offset);  // minute may exceed 1439: the next day

// ISO 8601, one spelling each: "2026-11-21", "2026-11-21T09:10:00.123456Z", "2026-W47"; any year is written, 0000–9999 are read.
std::string format_date(Date date);
std::string format_instant(Instant at);                          // UTC, microseconds, Z
std::string format_local(Instant at, UtcOffset offset);          // "21.11.2026 12:10", for people
std::string format_local_seconds(Instant at, UtcOffset offset);  // "21.11.2026 12:10:07", where a second may decide
std::string format_offset(
    UtcOffset offset);              // "UTC+03:00", and seconds where there are any; the minus of typography, U+2212
std::string format_day(Date date);  // "21.11.2026"
std::string format_week(Date any_day_of_week);
std::string format_minute(int minute_of_day);  // "08:30"
Result<Date> parse_date(std::string_view text);
Result<Instant> parse_instant(std::string_view text);  // fraction of 0–6 digits, Z or ±hh:mm required
Result<Date> parse_week(std::string_view text);        // the Monday
Result<int> parse_minute(std::string_view text);       // "HH:MM" → minute of day

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;        // wall clock, may jump
  virtual Instant monotonic() const = 0;  // never jumps back; arbitrary origin
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  Instant monotonic() const override;
};

// A clock that stands still until it is told otherwise: simulations and tests. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : micros_(start.micros) {}
  Instant now() const override { return {micros_.load()}; }
  Instant monotonic() const override { return {micros_.load()}; }
  void set(Instant at) { micros_.store(at.micros); }
  void advance_micros(std::int64_t by) { micros_.fetch_add(by); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace letopis
