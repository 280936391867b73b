#include "signing/base/bytes.h"

#include <cstring>

namespace letopis {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr auto kBase64Values = make_base64_values();

// Two digits for twelve bits: a receipt is thousands of them.
constexpr auto kBase64Pairs = [] {
  std::array<std::array<char, 2>, 4096> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kBase64Digits[i >> 6], kBase64Digits[i & 63]};
  return pairs;
}();

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 15]);
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail("malformed", "odd number of hexadecimal digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return fail("malformed", "not lower-case hexadecimal");
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

void append_base64(std::string& to, ByteView bytes) {
  const std::size_t before = to.size();
  to.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  char* out = to.data() + before;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const auto group = static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]);
    std::memcpy(out, kBase64Pairs[group >> 12].data(), 2);
    std::memcpy(out + 2, kBase64Pairs[group & 4095].data(), 2);
    out += 4;
  }
  if (i + 1 == bytes.size()) {
    std::memcpy(out, kBase64Pairs[std::size_t{bytes[i]} << 4].data(), 2);
  } else if (i + 2 == bytes.size()) {
    std::memcpy(out, kBase64Pairs[std::size_t{bytes[i]} << 4 | bytes[i + 1] >> 4].data(), 2);
    out[2] = kBase64Digits[(bytes[i + 1] & 15) << 2];
  }
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail("malformed", "base64 length is not a multiple of four");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const int value = is_padding ? 0 : kBase64Values[static_cast<unsigned char>(text[i])];
    if (value < 0) return fail("malformed", "a character that is not base64");
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      bytes.push_back(static_cast<std::uint8_t>(group >> 16));
      bytes.push_back(static_cast<std::uint8_t>(group >> 8));
      bytes.push_back(static_cast<std::uint8_t>(group));
      if (i + 1 == text.size() && (group & ((1U << (8 * padding)) - 1)) != 0)
        return fail("malformed", "base64 with stray trailing bits");
      group = 0;
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

Bytes tagged_message(std::string_view tag, std::initializer_list<ByteView> parts) {
  Bytes message;
  append(message, as_bytes(tag));
  message.push_back(0);
  for (const auto part : parts) {
    put_u32(message, static_cast<std::uint32_t>(part.size()));
    append(message, part);
  }
  return message;
}

}  // namespace letopis
