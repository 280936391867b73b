#pragma once
// Values as bytes: fields one after another, integers big-endian in their own width, lists and texts after their length. One
// description of a type serves both ways: `template <class Codec> void fields(Codec& codec, Of<Codec, T>& value)`.
//
// For rows that a program keeps for itself (state_rows.h), never for what is signed. The reader is safe on any bytes.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::projections {

class RowWriter {
 public:
  static constexpr bool kReads = false;
  Bytes bytes;
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

 private:
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void put(T value) {
    const auto wide = static_cast<std::uint64_t>(value);
    for (std::size_t i = sizeof(T); i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(wide >> (8 * i)));
  }
  template <std::size_t N, class Tag>
  void put(const FixedBytes<N, Tag>& value) {
    append(bytes, value.view());
  }
  void put(Date value) { put(value.days); }
  void put(Instant value) { put(value.micros); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    append(bytes, as_bytes(text));
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const auto& item : list) put(item);
  }
  template <class K, class V>
  void put(const std::map<K, V>& map) {
    put(static_cast<std::uint32_t>(map.size()));
    for (const auto& [key, value] : map) put(key), put(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    put(value.first), put(value.second);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& value) { fields(*this, value); }
};

class RowReader {
 public:
  static constexpr bool kReads = true;
  explicit RowReader(ByteView bytes) : rest_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  // Everything was read, and there was enough of it.
  bool whole() const { return !failed_ && rest_.empty(); }

 private:
  ByteView take(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void get(T& value) { value = static_cast<T>(get_big_endian(take(sizeof(T)))); }
  template <std::size_t N, class Tag>
  void get(FixedBytes<N, Tag>& value) {
    if (const ByteView taken = take(N); !failed_) value = FixedBytes<N, Tag>::copy_of(taken);
  }
  void get(Date& value) { get(value.days); }
  void get(Instant& value) { get(value.micros); }
  void get(std::string& text) {
    std::uint32_t length = 0;
    get(length);
    text = as_text(take(length));
  }
  // Every item takes a byte at least: a length that lies ends with the bytes.
  template <class Add>
  void items(Add add) {
    std::uint32_t count = 0;
    get(count);
    for (std::uint32_t i = 0; i < count && !failed_; ++i) add();
  }
  template <class T>
  void get(std::vector<T>& list) {
    items([&] { get(list.emplace_back()); });
  }
  template <class K, class V>
  void get(std::map<K, V>& map) {
    items([&] {
      K key{};
      get(key);
      get(map[key]);
    });
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (there && !failed_) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    get(value.first), get(value.second);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& value) { fields(*this, value); }

  ByteView rest_;
  bool failed_ = false;
};

// T as a codec sees it: to fill in, or to read from.
template <class Codec, class T>
using Of = std::conditional_t<Codec::kReads, T, const T>;

template <class T>
Bytes to_row(const T& value) {
  RowWriter writer;
  writer(value);
  return std::move(writer.bytes);
}
// "damaged" where the bytes are no such row.
template <class T>
Result<T> from_row(ByteView row) {
  T value{};
  RowReader reader(row);
  reader(value);
  if (!reader.whole()) return fail("damaged", "a row that was kept is not one of its kind");
  return value;
}

}  // namespace letopis::projections
