#include "signing/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace letopis {
namespace {

// RFC 3629, section 3, written out.
std::string encode(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 63))};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
}

TEST(Utf8, EveryCharacterIsReadAndNothingElse) {
  for (char32_t c = 0; c < 0x110100; ++c) {
    const std::string text = encode(c) + "x";
    std::string_view left = text;
    const bool is_character = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    const auto taken = take_code_point(left);
    ASSERT_EQ(taken.has_value(), is_character) << static_cast<unsigned>(c);
    if (is_character) {
      ASSERT_EQ(*taken, c);
    }
    ASSERT_EQ(left, is_character ? "x" : std::string_view(text));
  }
}

TEST(Utf8, OverlongFormsAreRefused) {
  for (const auto* overlong :
       {"\xc0\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"})
    EXPECT_FALSE(is_utf8(overlong));
}

TEST(Utf8, BrokenSequencesAreRefused) {
  for (const auto* broken :
       {"\x80", "\xbf", "a\x80", "\xc3", "\xc3(", "\xe2\x82", "\xe2(\x82", "\xe2\x82(", "\xf0\x9f\x98", "\xf0\x9f\x98(",
        "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"})
    EXPECT_FALSE(is_utf8(broken));
}

TEST(Utf8, TextOfManyScriptsIsAccepted) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Ёлка — è 中 😀"));
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(UnicodeSpace, IsTheTwentyFiveOfThePropertyList) {
  int spaces = 0;
  for (char32_t c = 0; c <= 0x10ffff; ++c) spaces += is_unicode_space(c) ? 1 : 0;
  EXPECT_EQ(spaces, 25);  // PropList.txt: "# Total code points: 25"
  EXPECT_TRUE(is_unicode_space(0x3000));
  EXPECT_FALSE(is_unicode_space(0x200b));  // zero width space: no White_Space
  EXPECT_FALSE(is_unicode_space(0xfeff));
}

}  // namespace
}  // namespace letopis
