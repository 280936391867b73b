#include "signing/base/bytes.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "signing/base/random.h"

namespace letopis {
namespace {

std::string decoded(std::string_view base64) {
  const auto bytes = from_base64(base64);
  return bytes ? std::string(as_text(*bytes)) : bytes.error().code;
}

TEST(Hex, WritesLowerCaseAndReadsItBack) {
  const Bytes bytes{0x00, 0x01, 0x9f, 0xa0, 0xff};
  EXPECT_EQ(to_hex(bytes), "00019fa0ff");
  EXPECT_EQ(from_hex("00019fa0ff").value(), bytes);
  EXPECT_EQ(to_hex({}), "");
  EXPECT_TRUE(from_hex("").value().empty());
}

TEST(Hex, EveryByteComesBack) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(from_hex(to_hex(all)).value(), all);
}

TEST(Hex, HasOneAcceptedSpelling) {
  for (const auto* bad : {"0", "000", "0g", "FF", "fF", " 0", "0 ", "0x", "\n0", "-1", "０"}) {
    const auto bytes = from_hex(bad);
    ASSERT_FALSE(bytes) << bad;
    EXPECT_EQ(bytes.error().code, "malformed") << bad;
  }
}

TEST(Hex, FixedSizesMustFit) {
  const std::string id(32, 'a');
  EXPECT_EQ(fixed_from_hex<Id>(id).value().bytes[15], 0xaa);
  EXPECT_EQ(fixed_from_hex<Id>(id + "aa").error().code, "malformed");
  EXPECT_EQ(fixed_from_hex<Id>(id.substr(2)).error().code, "malformed");
  EXPECT_EQ(fixed_from_hex<Id>(id.substr(1) + "A").error().code, "malformed");
}

TEST(Base64, GivesTheExamplesOfRfc4648) {
  const std::pair<std::string, std::string> kExamples[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, coded] : kExamples) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(decoded(coded), plain);
  }
}

TEST(Base64, UsesTheStandardAlphabet) {
  EXPECT_EQ(to_base64(Bytes{0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff}), "++++////");
  EXPECT_EQ(from_base64("++++////").value(), (Bytes{0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff}));
}

TEST(Base64, AppendingKeepsWhatIsThere) {
  std::string text = "extra ";
  append_base64(text, as_bytes("fooba"));
  append_base64(text, {});
  append_base64(text, as_bytes("fo"));
  EXPECT_EQ(text, "extra Zm9vYmE=Zm8=");
}

TEST(Base64, EveryLengthComesBack) {
  SeededRandom random(71);
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotItsOnlySpelling) {
  for (const auto* bad : {"Z",    "Zg",   "Zg=",      "Zg===",  "Zm9",   "=",    "==",    "===",  "====", "Z===",
                          "=g==", "Zg=g", "Zg==Zg==", "Zm8=\n", " Zm8=", "Zm 8", "Zm\n8", "Zm9-", "Zm9_", "Zm9\xd0"})
    EXPECT_EQ(decoded(bad), "malformed") << bad;
}

TEST(Base64, EveryFourCharactersThatDecodeAreTheOnesThatWereWritten) {
  // All one- and two-byte endings, valid and not: a spelling is accepted only if it is what the encoder writes.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  int accepted = 0;
  for (const char second : alphabet)
    for (const char third : alphabet)
      for (const char fourth : alphabet) {
        const std::string text{'Q', second, third, fourth};
        const auto bytes = from_base64(text);
        if (!bytes) continue;
        ++accepted;
        ASSERT_EQ(to_base64(*bytes), text);
      }
  // One byte beginning with Q's six bits: 4; two bytes: 4 · 256; three: 4 · 65 536.
  EXPECT_EQ(accepted, 4 + 4 * 256 + 4 * 65'536);
}

TEST(BigEndian, WritesTheHighByteFirst) {
  Bytes bytes;
  put_u16(bytes, 0x0102);
  put_u32(bytes, 0x03040506);
  put_u64(bytes, 0x0708090a0b0c0d0e);
  EXPECT_EQ(to_hex(bytes), "0102030405060708090a0b0c0d0e");
  EXPECT_EQ(get_big_endian(ByteView(bytes).first(2)), 0x0102U);
  EXPECT_EQ(get_big_endian(ByteView(bytes).subspan(2, 4)), 0x03040506U);
  EXPECT_EQ(get_big_endian(ByteView(bytes).subspan(6)), 0x0708090a0b0c0d0eU);
}

TEST(TaggedMessage, IsTagZeroAndPartsWithTheirLengths) {
  const Bytes message = tagged_message("letopis/t", {as_bytes("ab"), {}});
  EXPECT_EQ(to_hex(message), to_hex(as_bytes("letopis/t")) + "00" + "00000002" + "6162" + "00000000");
}

TEST(TaggedMessage, PartsCannotBeShiftedIntoEachOther) {
  EXPECT_NE(tagged_message("t", {as_bytes("ab"), as_bytes("c")}), tagged_message("t", {as_bytes("a"), as_bytes("bc")}));
  EXPECT_NE(tagged_message("t", {as_bytes("ab")}), tagged_message("t", {as_bytes("ab"), {}}));
}

TEST(FixedBytes, ComparesByItsBytesFromTheFront) {
  Id low;
  Id high;
  high.bytes[0] = 1;
  low.bytes[15] = 0xff;
  EXPECT_LT(low, high);
  EXPECT_EQ(low, Id::copy_of(low.view()));
}

TEST(FixedBytes, IsZeroOnlyWhenEveryByteIs) {
  EXPECT_TRUE(Id().is_zero());
  for (std::size_t i = 0; i < 16; ++i) {
    Id id;
    id.bytes[i] = 0x80;
    EXPECT_FALSE(id.is_zero());
  }
}

TEST(FixedBytes, IdsWithEqualPrefixesFallIntoDifferentBuckets) {
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 1'000; ++i) {
    Id id;
    id.bytes[14] = static_cast<std::uint8_t>(i >> 8);
    id.bytes[15] = static_cast<std::uint8_t>(i);
    hashes.insert(std::hash<Id>()(id));
  }
  EXPECT_EQ(hashes.size(), 1'000U);
}

TEST(Equal, ComparesLengthAndContent) {
  EXPECT_TRUE(equal({}, {}));
  EXPECT_TRUE(equal(as_bytes("ab"), as_bytes("ab")));
  EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("abc")));
  EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("ac")));
}

}  // namespace
}  // namespace letopis
