#include "signing/base/time.h"

#include <chrono>
#include <cstdio>

namespace letopis {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kSecondsPerDay = 86'400;

// std::chrono's years have 16 bits. The calendar repeats itself every 400 years, week days included (146 097 is 7 × 20 871): a day
// of any age is one of 1970 to 2369, and so many years more.
constexpr std::int32_t kCycleDays = 146'097, kCycleYears = 400;
struct InCycle {
  Date date;
  int years = 0;
};
InCycle in_cycle(Date date) {
  const std::int32_t cycles = date.days / kCycleDays - (date.days % kCycleDays < 0 ? 1 : 0);
  return {{static_cast<std::int32_t>(date.days - std::int64_t{cycles} * kCycleDays)}, cycles * kCycleYears};
}

struct Civil {
  int year = 0;
  unsigned month = 0, day = 0;
};
Civil civil(Date any) {
  const auto [date, years] = in_cycle(any);
  const year_month_day c(sys_days(std::chrono::days(date.days)));
  return {static_cast<int>(c.year()) + years, static_cast<unsigned>(c.month()), static_cast<unsigned>(c.day())};
}

template <class... Args>
std::string print(const char* format, Args... args) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, format, args...);
  return {buffer, static_cast<std::size_t>(length)};
}

// Reads exactly `digits` decimal digits at `position`, moving it; -1 when there is anything else.
int take_digits(std::string_view text, std::size_t& position, int digits) {
  int value = 0;
  for (int i = 0; i < digits; ++i) {
    if (position >= text.size() || text[position] < '0' || text[position] > '9') return -1;
    value = value * 10 + (text[position++] - '0');
  }
  return value;
}
bool take(std::string_view text, std::size_t& position, char expected) {
  if (position >= text.size() || text[position] != expected) return false;
  ++position;
  return true;
}

Result<Date> take_date(std::string_view text, std::size_t& position) {
  const int y = take_digits(text, position, 4);
  const bool dash1 = take(text, position, '-');
  const int m = take_digits(text, position, 2);
  const bool dash2 = take(text, position, '-');
  const int d = take_digits(text, position, 2);
  if (y < 0 || m < 0 || d < 0 || !dash1 || !dash2) return fail("malformed", "a date is written 2026-11-21");
  const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return fail("malformed", "no such day in the calendar");
  return Date{static_cast<std::int32_t>(sys_days(date).time_since_epoch().count())};
}

}  // namespace

Date make_date(int y, unsigned m, unsigned d) {
  const year_month_day date{year(y), month(m), day(d)};
  LETOPIS_ASSERT(date.ok());
  return {static_cast<std::int32_t>(sys_days(date).time_since_epoch().count())};
}

Date local_date(Instant at, UtcOffset offset) {
  const std::int64_t local = at.seconds() + offset.seconds;
  const std::int64_t days = local >= 0 ? local / kSecondsPerDay : -((-local + kSecondsPerDay - 1) / kSecondsPerDay);
  return {static_cast<std::int32_t>(days)};
}

int local_minute(Instant at, UtcOffset offset) {
  const std::int64_t local = at.seconds() + offset.seconds;
  const std::int64_t in_day = ((local % kSecondsPerDay) + kSecondsPerDay) % kSecondsPerDay;
  return static_cast<int>(in_day / 60);
}

Instant at_local(Date date, int minute_of_day, UtcOffset offset) {
  return Instant::from_seconds(date.days * kSecondsPerDay + minute_of_day * 60 - offset.seconds);
}

std::string format_date(Date date) {
  const auto c = civil(date);
  return print("%04d-%02u-%02u", c.year, c.month, c.day);
}

std::string format_day(Date date) {
  const auto c = civil(date);
  return print("%02u.%02u.%04d", c.day, c.month, c.year);
}

std::string format_instant(Instant at) {
  const std::int64_t seconds = at.seconds();
  const Date date = local_date(at, {0});
  const auto in_day = static_cast<int>(seconds - date.days * kSecondsPerDay);
  const auto micros = static_cast<int>((at.micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond);
  return format_date(date) + print("T%02d:%02d:%02d.%06dZ", in_day / 3600, in_day / 60 % 60, in_day % 60, micros);
}

std::string format_local(Instant at, UtcOffset offset) {
  return format_day(local_date(at, offset)) + " " + format_minute(local_minute(at, offset));
}

std::string format_local_seconds(Instant at, UtcOffset offset) {
  const std::int64_t in_minute = ((at.seconds() + offset.seconds) % 60 + 60) % 60;
  return format_local(at, offset) + print(":%02d", static_cast<int>(in_minute));
}

std::string format_offset(UtcOffset offset) {
  const std::int64_t seconds = std::abs(std::int64_t{offset.seconds});
  const std::string text = (offset.seconds < 0 ? "UTC−" : "UTC+") + format_minute(static_cast<int>(seconds / 60));
  return seconds % 60 == 0 ? text : text + print(":%02d", static_cast<int>(seconds % 60));
}

std::string format_minute(int minute) { return print("%02d:%02d", minute / 60, minute % 60); }

std::string format_week(Date any_day) {
  // The ISO week belongs to the year of its Thursday (ISO 8601, 3.1.1.21).
  const auto [date, years] = in_cycle(any_day);
  const Date thursday = date.monday() + 3;
  const int year = civil(thursday).year;
  return print("%04d-W%02d", year + years, (thursday - make_date(year, 1, 1)) / 7 + 1);
}

Result<Date> parse_date(std::string_view text) {
  std::size_t position = 0;
  TRY(const Date date, take_date(text, position));
  if (position != text.size()) return fail("malformed", "a date is written 2026-11-21");
  return date;
}

Result<int> parse_minute(std::string_view text) {
  std::size_t position = 0;
  const int hours = take_digits(text, position, 2);
  const bool colon = take(text, position, ':');
  const int minutes = take_digits(text, position, 2);
  if (hours < 0 || hours > 23 || !colon || minutes < 0 || minutes > 59 || position != text.size())
    return fail("malformed", "a time of day is written 08:30");
  return hours * 60 + minutes;
}

Result<Date> parse_week(std::string_view text) {
  std::size_t position = 0;
  const int y = take_digits(text, position, 4);
  const bool mark = take(text, position, '-') && take(text, position, 'W');
  const int week = mark ? take_digits(text, position, 2) : -1;
  if (y < 1 || week < 1 || position != text.size()) return fail("malformed", "a week is written 2026-W47");
  const Date fourth_of_january = make_date(y, 1, 4);  // always in week 1
  const Date monday = fourth_of_january.monday() + (week - 1) * 7;
  if (format_week(monday) != text) return fail("malformed", "the year has no such week");
  return monday;
}

Result<Instant> parse_instant(std::string_view text) {
  constexpr std::string_view kExpected = "an instant is written 2026-11-21T09:10:00Z or with an offset +03:00";
  std::size_t position = 0;
  TRY(const Date date, take_date(text, position));
  const bool t = take(text, position, 'T');
  const int hours = take_digits(text, position, 2);
  const bool colon1 = take(text, position, ':');
  const int minutes = take_digits(text, position, 2);
  const bool colon2 = take(text, position, ':');
  const int seconds = take_digits(text, position, 2);
  if (!t || !colon1 || !colon2 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59)
    return fail("malformed", std::string(kExpected));
  std::int64_t micros = 0;
  if (take(text, position, '.')) {
    int digits = 0;
    for (; digits < 6 && position < text.size() && text[position] >= '0' && text[position] <= '9'; ++digits)
      micros = micros * 10 + (text[position++] - '0');
    if (digits == 0) return fail("malformed", std::string(kExpected));
    for (; digits < 6; ++digits) micros *= 10;
  }
  int offset_minutes = 0;
  if (!take(text, position, 'Z')) {
    const bool east = position < text.size() && text[position] == '+';
    const bool west = position < text.size() && text[position] == '-';
    if (!east && !west) return fail("malformed", std::string(kExpected));
    ++position;
    const int oh = take_digits(text, position, 2);
    const bool colon = take(text, position, ':');
    const int om = take_digits(text, position, 2);
    if (oh < 0 || oh > 18 || !colon || om < 0 || om > 59) return fail("malformed", std::string(kExpected));
    offset_minutes = (oh * 60 + om) * (east ? 1 : -1);
  }
  if (position != text.size()) return fail("malformed", std::string(kExpected));
  const std::int64_t total = date.days * kSecondsPerDay + hours * 3600 + minutes * 60 + seconds - offset_minutes * 60;
  return Instant{total * kMicrosPerSecond + micros};
}

Instant SystemClock::now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

Instant SystemClock::monotonic() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace letopis
