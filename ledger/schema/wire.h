#pragma once
// The FlatBuffers wire format, read with every byte accounted for (used by codec.cc only).

#include <array>
#include <bit>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/limits.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger::wire {

static_assert(std::endian::native == std::endian::little, "FlatBuffers are little-endian");

struct Table {
  std::size_t at = 0;
  std::size_t vtable = 0;
  std::uint16_t vtable_size = 0;
  std::uint16_t object_size = 0;
  mutable std::size_t used = 4;  // where the last field read so far ends
};

// Remembers which bytes have been given a meaning: one bit a byte, none of it on the heap for ordinary statements.
class Coverage {
 public:
  explicit Coverage(std::size_t size) : size_(size) {
    const std::size_t words = (size + 63) / 64;
    if (words > near_.size()) far_.resize(words);
    bits_ = far_.empty() ? near_.data() : far_.data();
    std::fill_n(bits_, words, 0);
  }
  // False when any of the bytes already has a meaning.
  bool claim(std::size_t from, std::size_t length) {
    if (length == 0) return true;
    const std::size_t bit = from % 64;
    if (length <= 64 - bit) return claim_in_word(from / 64, low_bits(length) << bit);  // nearly always
    if (!claim_in_word(from / 64, ~0ULL << bit)) return false;
    from += 64 - bit;
    for (length -= 64 - bit; length > 64; from += 64, length -= 64)
      if (!claim_in_word(from / 64, ~0ULL)) return false;
    return claim_in_word(from / 64, low_bits(length));
  }
  // Whether every byte without a meaning is zero padding, shorter than eight bytes in a row.
  bool only_padding_left(ByteView bytes) const {
    std::size_t run = 0, end = 0;  // the last row of free bytes: its length, and where it ends
    for (std::size_t from = 0; from < size_; from += 64) {
      std::uint64_t free = ~bits_[from / 64] & low_bits(std::min<std::size_t>(64, size_ - from));
      while (free != 0) {
        const auto at = static_cast<std::size_t>(std::countr_zero(free));
        const auto length = static_cast<std::size_t>(std::countr_one(free >> at));
        run = from + at == end ? run + length : length;
        end = from + at + length;
        if (run > 7) return false;
        for (std::size_t i = end - length; i < end; ++i)
          if (bytes[i] != 0) return false;
        free &= ~(low_bits(length) << at);
      }
    }
    return true;
  }

 private:
  static std::uint64_t low_bits(std::size_t count) { return count == 64 ? ~0ULL : (1ULL << count) - 1; }
  bool claim_in_word(std::size_t word, std::uint64_t mask) {
    const std::uint64_t before = std::exchange(bits_[word], bits_[word] | mask);
    return (before & mask) == 0;
  }

  std::size_t size_;
  std::array<std::uint64_t, 64> near_;  // as much of it as is needed is cleared
  std::vector<std::uint64_t> far_;
  std::uint64_t* bits_;
};

// Every method is safe on any bytes; after the first failure the others return zero and change nothing.
class Reader {
 public:
  Reader(ByteView bytes, const char* identifier, std::size_t tables_max = kTablesMax)
      : bytes_(bytes), coverage_(bytes.size()), tables_max_(tables_max) {
    if (bytes_.size() < 16 || load<std::uint32_t>(0) != bytes_.size() - 4) {
      fail("malformed", "the size prefix does not match the size");
    } else if (std::memcmp(bytes_.data() + 8, identifier, 4) != 0) {
      fail("malformed", "another kind of buffer");
    } else {
      claim(0, 4);
      claim(8, 4);
      root_ = follow(4);
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool failed() const { return !error_.code.empty(); }
  void fail(std::string_view code, std::string detail) {
    if (!failed()) error_ = {std::string(code), std::move(detail)};
  }
  std::size_t root() const { return root_; }

  template <class T>
  T load(std::size_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  ByteView bytes(std::size_t at, std::size_t length) const { return bytes_.subspan(at, length); }

  // Reads the unsigned forward offset stored at `at`; returns where it leads, 0 after a failure.
  std::size_t follow(std::size_t at) {
    if (!fits(at, 4) || at % 4 != 0 || !claim(at, 4)) return refuse("an offset outside the buffer");
    const std::size_t target = at + load<std::uint32_t>(at);
    if (target == at || target % 4 != 0 || !fits(target, 4)) return refuse("an offset that leads nowhere");
    return target;
  }

  Table open_table(std::size_t at) {
    Table table;
    if (failed()) return table;
    if (++tables_ > tables_max_ || ++depth_ > kDepthMax) return refuse("too many tables"), table;
    if (!fits(at, 4) || at % 4 != 0 || !claim(at, 4)) return refuse("a table outside the buffer"), table;
    const std::int64_t vtable = static_cast<std::int64_t>(at) - load<std::int32_t>(at);
    if (vtable < 0 || vtable % 2 != 0 || !fits(static_cast<std::size_t>(vtable), 4))
      return refuse("a vtable outside the buffer"), table;
    table.at = at;
    table.vtable = static_cast<std::size_t>(vtable);
    table.vtable_size = load<std::uint16_t>(table.vtable);
    table.object_size = load<std::uint16_t>(table.vtable + 2);
    if (table.vtable_size < 4 || table.vtable_size % 2 != 0 || !fits(table.vtable, table.vtable_size) ||
        table.object_size < 4 || !fits(at, table.object_size))
      return refuse("a table of impossible size"), table;
    claim_vtable(table.vtable, table.vtable_size);
    return table;
  }
  // Refuses fields beyond those the schema of this version knows: nobody could judge what they say. An object's size may
  // include padding after its last field, so up to eight values of it mean the same.
  void close_table(const Table& table, unsigned known_fields) {
    if (failed()) return;
    --depth_;
    for (std::size_t slot = 4 + 2 * known_fields; slot < table.vtable_size; slot += 2)
      if (load<std::uint16_t>(table.vtable + slot) != 0)
        return fail("unknown_field", "field " + std::to_string((slot - 4) / 2));
    if (table.object_size >= table.used + 8) refuse("a table larger than its fields");
  }

  // Where an inline field lies, 0 when it is absent.
  std::size_t field(const Table& table, unsigned id, std::size_t size, std::size_t alignment) {
    const std::size_t slot = 4 + 2 * id;
    if (failed() || slot + 2 > table.vtable_size) return 0;
    const std::size_t offset = load<std::uint16_t>(table.vtable + slot);
    if (offset == 0) return 0;
    const std::size_t at = table.at + offset;
    if (offset < 4 || offset + size > table.object_size || at % alignment != 0 || !claim(at, size))
      return refuse("a field outside its table");
    table.used = std::max(table.used, offset + size);
    return at;
  }
  // Where an offset field leads, 0 when it is absent.
  std::size_t reference(const Table& table, unsigned id) {
    const std::size_t slot = 4 + 2 * id;
    if (failed() || slot + 2 > table.vtable_size) return 0;
    const std::size_t offset = load<std::uint16_t>(table.vtable + slot);
    if (offset == 0) return 0;
    if (offset < 4 || offset + 4 > table.object_size) return refuse("a field outside its table");
    table.used = std::max(table.used, offset + 4);
    return follow(table.at + offset);
  }
  ByteView vector(std::size_t at, std::size_t item_size, std::size_t alignment) {
    if (failed()) return {};
    const std::size_t count = load<std::uint32_t>(at);
    if (count > bytes_.size() / item_size || !fits(at + 4, count * item_size) || (at + 4) % alignment != 0)
      return refuse("a list outside the buffer"), ByteView{};
    // A list of offsets claims each of them when it is followed.
    if (!claim(at, item_size == 4 && alignment == 4 ? 4 : 4 + count * item_size))
      return refuse("objects that overlap"), ByteView{};
    return bytes_.subspan(at + 4, count * item_size);
  }
  std::string_view text(std::size_t at) {
    const ByteView content = vector(at, 1, 1);
    if (failed()) return {};
    const std::size_t end = at + 4 + content.size();
    if (!fits(end, 1) || bytes_[end] != 0 || !claim(end, 1))
      return refuse("a text without its end"), std::string_view{};
    return as_text(content);
  }

  Status finish() {
    if (!failed() && !coverage_.only_padding_left(bytes_)) fail("malformed", "bytes that nothing refers to");
    if (failed()) return tl::unexpected(error_);
    return {};
  }

 private:
  bool fits(std::size_t at, std::size_t length) const { return at <= bytes_.size() && length <= bytes_.size() - at; }
  bool claim(std::size_t at, std::size_t length) { return coverage_.claim(at, length); }
  std::size_t refuse(const char* why) {
    fail("malformed", why);
    return 0;
  }
  // Tables of one shape share a vtable; nothing else may share bytes.
  void claim_vtable(std::size_t at, std::uint16_t size) {
    for (std::size_t i = 0; i < std::min(vtables_, vtables_seen_.size()); ++i)
      if (vtables_seen_[i] == at) return;
    if (vtables_ > vtables_seen_.size() && more_vtables_.contains(at)) return;
    if (!claim(at, size)) {
      refuse("objects that overlap");
      return;
    }
    if (vtables_ < vtables_seen_.size())
      vtables_seen_[vtables_] = at;
    else
      more_vtables_.insert(at);
    ++vtables_;
  }

  ByteView bytes_;
  Coverage coverage_;
  Error error_;
  std::size_t root_ = 0;
  std::size_t tables_max_;
  std::size_t tables_ = 0;
  std::size_t depth_ = 0;
  std::array<std::size_t, 16> vtables_seen_{};  // as many as nearly every buffer has
  std::set<std::size_t> more_vtables_;
  std::size_t vtables_ = 0;
};

}  // namespace letopis::ledger::wire
