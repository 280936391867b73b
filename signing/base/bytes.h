#pragma once
// Bytes and the fixed-size values the whole project is written in.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/result.h"

namespace letopis {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
// `bytes` must not lie in `to`. Not vector::insert: g++ 12 warns of an overflow inside it at -O3 that cannot happen.
inline void append(Bytes& to, ByteView bytes) {
  if (bytes.empty()) return;
  const std::size_t size = to.size();
  to.resize(size + bytes.size());
  std::memcpy(to.data() + size, bytes.data(), bytes.size());
}

// N bytes with value semantics and no padding. The tag keeps an Id from being passed where a Hash is meant.
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  constexpr auto operator<=>(const FixedBytes&) const = default;
  constexpr bool is_zero() const {
    for (const auto byte : bytes)
      if (byte != 0) return false;
    return true;
  }
  ByteView view() const { return bytes; }
  // The first N bytes of `from`; `from` must hold at least N (checked by the caller, who knows where they came from).
  static FixedBytes copy_of(ByteView from) {
    FixedBytes out;
    std::memcpy(out.bytes.data(), from.data(), N);
    return out;
  }
};

using Id = FixedBytes<16, struct IdTag>;                // people, statements, lessons, chains, groups, key ids
using Hash = FixedBytes<32, struct HashTag>;            // SHA-256
using PublicKey = FixedBytes<32, struct PublicKeyTag>;  // Ed25519
using Signature = FixedBytes<64, struct SignatureTag>;  // Ed25519

// Lower-case hexadecimal. from_hex accepts lower case only and an even number of digits: one accepted spelling.
std::string to_hex(ByteView bytes);
Result<Bytes> from_hex(std::string_view text);

// Standard base64 with padding (RFC 4648, section 4); from_base64 refuses non-canonical trailing bits and white space.
std::string to_base64(ByteView bytes);
void append_base64(std::string& to, ByteView bytes);
Result<Bytes> from_base64(std::string_view text);

template <class Fixed>
Result<Fixed> fixed_from_hex(std::string_view text) {
  if (text.size() != Fixed::kSize * 2)
    return fail("malformed", "expected " + std::to_string(Fixed::kSize * 2) + " hexadecimal digits");
  auto bytes = from_hex(text);
  if (!bytes) return tl::unexpected(bytes.error());
  return Fixed::copy_of(*bytes);
}

// Big-endian integers, as every format here uses them.
inline void put_u16(Bytes& to, std::uint16_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}
inline void put_u32(Bytes& to, std::uint32_t value) {
  put_u16(to, static_cast<std::uint16_t>(value >> 16));
  put_u16(to, static_cast<std::uint16_t>(value));
}
inline void put_u64(Bytes& to, std::uint64_t value) {
  put_u32(to, static_cast<std::uint32_t>(value >> 32));
  put_u32(to, static_cast<std::uint32_t>(value));
}
inline std::uint64_t get_big_endian(ByteView from) {
  std::uint64_t value = 0;
  for (const auto byte : from) value = value << 8 | byte;
  return value;
}

// The one way a message of ours is built before it is signed or hashed:
//   tag ‖ 0x00 ‖ (u32 big-endian length ‖ bytes) for each part
// Unambiguous for any parts; the tag keeps one kind of message from being taken for another.
Bytes tagged_message(std::string_view tag, std::initializer_list<ByteView> parts);

}  // namespace letopis

template <std::size_t N, class Tag>
struct std::hash<letopis::FixedBytes<N, Tag>> {
  // Ids and hashes are random or digests; folding both ends keeps ids with equal prefixes apart.
  std::size_t operator()(const letopis::FixedBytes<N, Tag>& value) const noexcept {
    static_assert(N >= 16);
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::memcpy(&head, value.bytes.data(), 8);
    std::memcpy(&tail, value.bytes.data() + N - 8, 8);
    return static_cast<std::size_t>(head ^ (tail * 0x9e3779b97f4a7c15ULL));
  }
};
