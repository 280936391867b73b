#include "signing/base/time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <limits>

namespace letopis {
namespace {

constexpr UtcOffset kMoscow{3 * 3600};
constexpr UtcOffset kNewYork{-5 * 3600};

// What the C library makes of a day: the reference beside our own arithmetic.
std::string by_libc(Date date, const char* format) {
  const std::time_t seconds = std::time_t{date.days} * 86'400;
  std::tm civil{};
  gmtime_r(&seconds, &civil);
  char text[32];
  return {text, std::strftime(text, sizeof text, format, &civil)};
}
std::string instant(std::int64_t micros) { return format_instant({micros}); }
std::int64_t parsed(std::string_view text) { return parse_instant(text).value().micros; }

TEST(Date, AgreesWithTheCLibraryOnEveryDayOfFourCenturies) {
  for (Date day = make_date(1800, 1, 1); day < make_date(2200, 1, 1); day = day + 1) {
    ASSERT_EQ(format_date(day), by_libc(day, "%Y-%m-%d"));
    ASSERT_EQ(format_day(day), by_libc(day, "%d.%m.%Y"));
    ASSERT_EQ(format_week(day), by_libc(day, "%G-W%V"));
    ASSERT_EQ(std::to_string(day.weekday()), by_libc(day, "%u"));
    ASSERT_EQ(parse_date(format_date(day)).value(), day);
    ASSERT_EQ(parse_week(format_week(day)).value(), day.monday());
  }
}

// A statement may name any day that four bytes hold, and a clock any moment: all of them are written as what they are.
TEST(Date, AgreesWithTheCLibraryInFarAges) {
  for (std::int64_t days = make_date(1000, 1, 1).days; days <= std::numeric_limits<std::int32_t>::max();
       days += 123'457) {
    const Date day{static_cast<std::int32_t>(days)};
    ASSERT_EQ(format_date(day), by_libc(day, "%Y-%m-%d")) << days;
    ASSERT_EQ(format_day(day), by_libc(day, "%d.%m.%Y")) << days;
    ASSERT_EQ(format_week(day), by_libc(day, "%G-W%V")) << days;
  }
}

// As java.time writes LocalDate.MIN and the like, but for its plus sign; the year before 0000 is padded as printf does it.
TEST(Date, TheFirstAndTheLastAreWrittenWhole) {
  constexpr Date kFirst{std::numeric_limits<std::int32_t>::min()}, kLast{std::numeric_limits<std::int32_t>::max()};
  EXPECT_EQ(format_date(kFirst), "-5877641-06-23");
  EXPECT_EQ(format_date(kLast), "5881580-07-11");
  EXPECT_EQ(format_day(kLast), "11.07.5881580");
  EXPECT_EQ(format_week(kLast), "5881580-W28");
  EXPECT_EQ(format_week(kFirst), "-5877641-W26");
  EXPECT_EQ(format_date({-719'529}), "-001-12-31");
  EXPECT_EQ(format_date(make_date(9999, 12, 31) + 1), "10000-01-01");
}

TEST(Instant, TheFirstAndTheLastAreWrittenWhole) {
  EXPECT_EQ(instant(std::numeric_limits<std::int64_t>::max()), "294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(instant(std::numeric_limits<std::int64_t>::min()), "-290308-12-21T19:59:05.224192Z");
  EXPECT_EQ(format_local({std::numeric_limits<std::int64_t>::max()}, kMoscow), "10.01.294247 07:00");
}

TEST(Date, MondayIsTheFirstDayOfItsWeek) {
  EXPECT_EQ(make_date(2026, 11, 21).monday(), make_date(2026, 11, 16));
  EXPECT_EQ(make_date(2026, 11, 16).monday(), make_date(2026, 11, 16));
  EXPECT_EQ(make_date(1969, 12, 31).monday(), make_date(1969, 12, 29));
}

TEST(Week, BelongsToTheYearOfItsThursday) {
  EXPECT_EQ(format_week(make_date(2026, 11, 21)), "2026-W47");
  EXPECT_EQ(format_week(make_date(2021, 1, 3)), "2020-W53");
  EXPECT_EQ(format_week(make_date(2024, 12, 30)), "2025-W01");
  EXPECT_EQ(parse_week("2020-W53").value(), make_date(2020, 12, 28));
  EXPECT_EQ(parse_week("2025-W01").value(), make_date(2024, 12, 30));
}

TEST(Week, HasOneAcceptedSpelling) {
  for (const auto* bad : {"", "2026", "2026-47", "2026W47", "2026-w47", "2026-W4", "2026-W047", "2026-W00", "2026-W54",
                          "2025-W53", "2026-W47 ", " 2026-W47", "26-W47", "0000-W01", "2026-W-1", "2026-W4x"}) {
    const auto week = parse_week(bad);
    ASSERT_FALSE(week) << bad;
    EXPECT_EQ(week.error().code, "malformed");
  }
}

TEST(ParseDate, HasOneAcceptedSpellingAndARealDay) {
  EXPECT_EQ(parse_date("2024-02-29").value(), make_date(2024, 2, 29));
  for (const auto* bad : {"", "2026-11-2", "2026-1-21", "26-11-21", "2026/11/21", "21.11.2026", "2026-11-21 ",
                          " 2026-11-21", "2026-11-21T00:00:00Z", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-00",
                          "2026-11-31", "+2026-11-21", "2026-11-2x"}) {
    const auto date = parse_date(bad);
    ASSERT_FALSE(date) << bad;
    EXPECT_EQ(date.error().code, "malformed");
  }
}

TEST(MakeDateDeathTest, AConstantThatIsNoDayIsABug) { EXPECT_DEATH(make_date(2026, 2, 29), "assertion failed"); }

TEST(Instant, IsWrittenInUtcWithMicroseconds) {
  EXPECT_EQ(instant(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(instant(1), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(instant(1'000'000'000'000'000), "2001-09-09T01:46:40.000000Z");
  EXPECT_EQ(instant(2'147'483'647'999'999), "2038-01-19T03:14:07.999999Z");
}

TEST(Instant, BeforeTheEpochCountsBackwards) {
  EXPECT_EQ(instant(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(instant(-1'000'000), "1969-12-31T23:59:59.000000Z");
  EXPECT_EQ(instant(-1'000'001), "1969-12-31T23:59:58.999999Z");
  EXPECT_EQ(instant(-86'400'000'000), "1969-12-31T00:00:00.000000Z");
  EXPECT_EQ(instant(-86'400'000'001), "1969-12-30T23:59:59.999999Z");
  EXPECT_EQ(Instant{-1}.seconds(), -1);
  EXPECT_EQ(Instant{-1'000'000}.seconds(), -1);
  EXPECT_EQ(Instant{999'999}.seconds(), 0);
  EXPECT_EQ(local_minute(Instant{-1}, {0}), 23 * 60 + 59);
  EXPECT_EQ(local_date(Instant{-1}, {0}), make_date(1969, 12, 31));
}

// A statement may name any: what is written of the last of them is no date, and no overflow either.
TEST(Instant, TheFirstAndTheLastAreCountedInSecondsRoundedDown) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  static_assert(Instant{kFirst}.seconds() == -9'223'372'036'855);
  static_assert(Instant{std::numeric_limits<std::int64_t>::max()}.seconds() == 9'223'372'036'854);
  for (const std::int64_t micros : {kFirst, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_FALSE(format_local({micros}, {14 * 3600}).empty());
    EXPECT_FALSE(format_instant({micros}).empty());
  }
}

TEST(Instant, ComesBackFromItsText) {
  for (std::int64_t micros = -4'000'000'000'000'000; micros < 8'000'000'000'000'000; micros += 7'654'321'987'654)
    EXPECT_EQ(parsed(instant(micros)), micros);
}

TEST(ParseInstant, ReadsFractionsAndOffsets) {
  const std::int64_t nine = parsed("2026-11-21T09:10:00Z");
  EXPECT_EQ(parsed("2026-11-21T09:10:00.5Z"), nine + 500'000);
  EXPECT_EQ(parsed("2026-11-21T09:10:00.000001Z"), nine + 1);
  EXPECT_EQ(parsed("2026-11-21T12:10:00+03:00"), nine);
  EXPECT_EQ(parsed("2026-11-21T03:40:00-05:30"), nine);
  EXPECT_EQ(parsed("2026-11-22T00:10:00+15:00"), nine);
}

TEST(ParseInstant, RefusesWhatIsNotAnInstant) {
  for (const auto* bad : {"",
                          "2026-11-21",
                          "2026-11-21T09:10Z",
                          "2026-11-21T09:10:00",
                          "2026-11-21 09:10:00Z",
                          "2026-11-21t09:10:00Z",
                          "2026-11-21T09:10:00z",
                          "2026-11-21T24:00:00Z",
                          "2026-11-21T09:60:00Z",
                          "2026-11-21T09:10:60Z",
                          "2026-11-21T09:10:00.Z",
                          "2026-11-21T09:10:00.1234567Z",
                          "2026-11-21T09:10:00,5Z",
                          "2026-11-21T09:10:00+0300",
                          "2026-11-21T09:10:00+03",
                          "2026-11-21T09:10:00+19:00",
                          "2026-11-21T09:10:00+03:60",
                          "2026-11-21T09:10:00ZZ",
                          "2026-11-21T09:10:00Z ",
                          "2026-02-30T09:10:00Z",
                          "2026-11-21T9:10:00Z"}) {
    const auto at = parse_instant(bad);
    ASSERT_FALSE(at) << bad;
    EXPECT_EQ(at.error().code, "malformed");
  }
}

TEST(LocalTime, FollowsTheOffset) {
  const Instant evening = parse_instant("2026-11-21T22:30:00Z").value();
  EXPECT_EQ(local_date(evening, kMoscow), make_date(2026, 11, 22));
  EXPECT_EQ(local_minute(evening, kMoscow), 90);
  EXPECT_EQ(format_local(evening, kMoscow), "22.11.2026 01:30");
  EXPECT_EQ(local_date(evening, kNewYork), make_date(2026, 11, 21));
  EXPECT_EQ(format_local(evening, kNewYork), "21.11.2026 17:30");
}

TEST(LocalTime, IsWrittenToTheSecondWithItsOffsetFromUtc) {
  const Instant evening = parse_instant("2026-11-21T22:30:07.999999Z").value();
  EXPECT_EQ(format_local_seconds(evening, kMoscow), "22.11.2026 01:30:07");
  EXPECT_EQ(format_local_seconds(evening, {-(4 * 3600 + 56 * 60 + 2)}), "21.11.2026 17:34:05")
      << "New York before 1883";
  EXPECT_EQ(format_local_seconds(Instant{-1}, {0}), "31.12.1969 23:59:59");
  EXPECT_EQ(format_offset({0}), "UTC+00:00");
  EXPECT_EQ(format_offset(kMoscow), "UTC+03:00");
  EXPECT_EQ(format_offset({-(3 * 3600 + 1800)}), "UTC−03:30");
  EXPECT_EQ(format_offset({-(4 * 3600 + 56 * 60 + 2)}), "UTC−04:56:02");
}

TEST(LocalTime, LeadsThereAndBack) {
  for (const auto offset : {kMoscow, kNewYork, UtcOffset{0}, UtcOffset{5 * 3600 + 1800}})
    for (const auto date : {make_date(1960, 3, 1), make_date(1970, 1, 1), make_date(2026, 9, 1)})
      for (int minute = 0; minute < 1440; minute += 7) {
        const Instant at = at_local(date, minute, offset);
        ASSERT_EQ(local_date(at, offset), date);
        ASSERT_EQ(local_minute(at, offset), minute);
      }
}

TEST(LocalTime, AMinuteAfterMidnightIsTheNextDay) {
  EXPECT_EQ(at_local(make_date(2026, 11, 21), 1440 + 30, kMoscow), at_local(make_date(2026, 11, 22), 30, kMoscow));
}

TEST(Minute, IsReadAndWritten) {
  for (int minute = 0; minute < 1440; ++minute) EXPECT_EQ(parse_minute(format_minute(minute)).value(), minute);
  EXPECT_EQ(format_minute(510), "08:30");
  for (const auto* bad : {"", "8:30", "08:3", "08:300", "24:00", "08:60", "0830", "08.30", "08:30 ", "-1:30", "08:-1"})
    EXPECT_FALSE(parse_minute(bad)) << bad;
}

TEST(Clocks, TheSystemsNeverGoesBackAndTheManualOneStandsStill) {
  const SystemClock system;
  Instant last = system.monotonic();
  for (int i = 0; i < 1'000; ++i) {
    const Instant now = system.monotonic();
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_GT(system.now(),
            Instant::from_seconds(1'700'000'000));  // after this was written: seconds were not taken for micros

  ManualClock manual(Instant::from_seconds(100));
  EXPECT_EQ(manual.now(), Instant::from_seconds(100));
  manual.advance_micros(5);
  EXPECT_EQ(manual.now().micros, 100'000'005);
  EXPECT_EQ(manual.monotonic(), manual.now());
  manual.set({7});
  EXPECT_EQ(manual.now().micros, 7);
}

}  // namespace
}  // namespace letopis
