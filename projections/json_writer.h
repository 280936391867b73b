#pragma once
// Writes JSON text (RFC 8259, UTF-8, no white space) into a string: keys and values in the order they are given, commas by
// itself. It does not check that objects are closed or keys unique: the callers are ours. Not thread-safe.

#include <charconv>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

#include "ledger/schema/describe.h"
#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::projections {

class JsonWriter {
 public:
  // --- Values, in an array or after key()
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& string(std::string_view text) {
    separate();
    ledger::append_json_string(out_, text);
    return *this;
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  template <std::integral T>
  JsonWriter& number(T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    return raw({digits, static_cast<std::size_t>(end.ptr - digits)});
  }
  template <std::size_t N, class Tag>
  JsonWriter& hex(const FixedBytes<N, Tag>& value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    char text[2 * N];
    for (std::size_t i = 0; i < N; ++i) {
      text[2 * i] = kDigits[value.bytes[i] >> 4];
      text[2 * i + 1] = kDigits[value.bytes[i] & 15];
    }
    return quoted({text, sizeof text});
  }
  // "2026-11-23", as format_date writes it.
  JsonWriter& date(Date value) {
    char text[10];
    put_date(text, value);
    return quoted({text, sizeof text});
  }
  // "2026-11-23T06:10:00.000000Z", as format_instant writes it.
  JsonWriter& instant(Instant value) {
    const Date day = local_date(value, {0});
    auto micros = value.micros - static_cast<std::int64_t>(day.days) * 86'400 * kMicrosPerSecond;
    char text[27];
    put_date(text, day);
    text[10] = 'T';
    put_digits(text + 11, micros / 3'600'000'000, 2);
    text[13] = ':';
    put_digits(text + 14, micros / 60'000'000 % 60, 2);
    text[16] = ':';
    put_digits(text + 17, micros / kMicrosPerSecond % 60, 2);
    text[19] = '.';
    put_digits(text + 20, micros % kMicrosPerSecond, 6);
    text[26] = 'Z';
    return quoted({text, sizeof text});
  }
  // "23.11.2026 09:10", as format_local writes it.
  JsonWriter& local(Instant value, UtcOffset offset) {
    char iso[10];
    put_date(iso, local_date(value, offset));
    const int minute = local_minute(value, offset);
    char text[16] = {iso[8], iso[9], '.', iso[5], iso[6], '.', iso[0], iso[1],
                     iso[2], iso[3], ' ', '0',    '0',    ':', '0',    '0'};
    put_digits(text + 11, minute / 60, 2);
    put_digits(text + 14, minute % 60, 2);
    return quoted({text, sizeof text});
  }

  JsonWriter& key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    first_ = true;
    return *this;
  }
  // --- Members; the _if forms leave out what is not given
  JsonWriter& text(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonWriter& text_if(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
  }
  template <std::size_t N, class Tag>
  JsonWriter& hex_if(std::string_view name, const FixedBytes<N, Tag>& value) {
    return value.is_zero() ? *this : key(name).hex(value);
  }
  JsonWriter& date_if(std::string_view name, Date value) { return value.days == 0 ? *this : key(name).date(value); }
  JsonWriter& flag_if(std::string_view name, bool value) { return value ? key(name).boolean(true) : *this; }
  template <std::integral T>
  JsonWriter& number_if(std::string_view name, T value) {
    return value == 0 ? *this : key(name).number(value);
  }

  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }
  JsonWriter& raw(std::string_view token) {
    separate();
    out_ += token;
    return *this;
  }
  JsonWriter& quoted(std::string_view plain) {
    separate();
    out_ += '"';
    out_ += plain;
    out_ += '"';
    return *this;
  }
  static void put_digits(char* at, std::int64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  }
  static void put_date(char* at, Date date) {
    const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(date.days))};
    put_digits(at, static_cast<int>(civil.year()), 4);
    at[4] = '-';
    put_digits(at + 5, static_cast<unsigned>(civil.month()), 2);
    at[7] = '-';
    put_digits(at + 8, static_cast<unsigned>(civil.day()), 2);
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace letopis::projections
