#include <gtest/gtest.h>

#include <algorithm>

#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::signing {
namespace {

// Hands out the given bytes, once.
class Given final : public Random {
 public:
  explicit Given(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  Bytes bytes_;
};

std::string code_of(std::string_view hex) {
  Given random(from_hex(hex).value());
  return new_invitation_code(random);
}

// Another road to the same digits: the number in binary, five bits at a time.
std::string digits_by_hand(ByteView bytes) {
  std::string bits;
  for (const auto byte : bytes)
    for (int bit = 7; bit >= 0; --bit) bits += (byte >> bit & 1) != 0 ? '1' : '0';
  while (bits.size() % 5 != 0) bits += '0';
  std::string digits;
  for (std::size_t i = 0; i < bits.size(); i += 5)
    digits += "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[std::stoul(bits.substr(i, 5), nullptr, 2)];
  return digits;
}

std::string without_dashes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  return text;
}

TEST(InvitationCode, IsWrittenInGroupsOfFive) {
  EXPECT_EQ(code_of("00000000000000000000000000000000"), "00000-00000-00000-00000-000000");
  // All ones: 25 digits of five ones, then 111 and two spare zeroes, 11100 = 28 = W.
  EXPECT_EQ(code_of("ffffffffffffffffffffffffffffffff"), "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZW");
  // The first byte 10000100 begins with the digit 16 = G.
  EXPECT_EQ(code_of("84000000000000000000000000000000")[0], 'G');
}

TEST(InvitationCode, HoldsTheRandomBitsHighBitFirst) {
  SeededRandom random(11);
  for (int i = 0; i < 200; ++i) {
    const Id bytes = random.id();
    EXPECT_EQ(without_dashes(code_of(to_hex(bytes.view()))), digits_by_hand(bytes.view()));
  }
}

TEST(InvitationCode, GivesTheKeyWhoseSeedIsTheTaggedHashOfItsBytes) {
  SeededRandom random(12);
  for (int i = 0; i < 50; ++i) {
    const Id bytes = random.id();
    const auto key = key_from_invitation_code(code_of(to_hex(bytes.view())));
    ASSERT_TRUE(key) << key.error().text();
    std::string written = "letopis/invitation-code/v1";
    written.push_back('\0');
    written += as_text(bytes.view());
    EXPECT_EQ(key->seed(), sha256(as_bytes(written)).bytes);
    EXPECT_EQ(key->purpose(), Purpose::kInvitation);
  }
}

TEST(InvitationCode, IsReadAsPeopleTypeIt) {
  const auto expected = key_from_invitation_code("10101-ABCDE-FGHJK-MNPQR-STVWX0").value().public_key();
  for (const auto* typed : {"10101-abcde-fghjk-mnpqr-stvwx0", "1010IABCDEFGHJKMNPQRSTVWXO",
                            "lOiOlABCDEFGHJKMNPQRSTVWXo", "-1-0-1-0-1-ABCDEFGHJKMNPQRSTVWX-0-"}) {
    const auto key = key_from_invitation_code(typed);
    ASSERT_TRUE(key) << typed;
    EXPECT_EQ(key->public_key(), expected) << typed;
  }
}

TEST(InvitationCode, AnythingElseIsMalformed) {
  const std::string good = "10101-ABCDE-FGHJK-MNPQR-STVWX0";
  ASSERT_TRUE(key_from_invitation_code(good));
  for (const std::string& bad : {std::string(), std::string("-"), good.substr(0, good.size() - 1), good + "0",
                                 " " + good, good + "\n", "U" + good.substr(1), "u" + good.substr(1),
                                 "*" + good.substr(1), "й" + good.substr(2), good + std::string(64, '-')}) {
    const auto key = key_from_invitation_code(bad);
    ASSERT_FALSE(key) << bad;
    EXPECT_EQ(key.error().code, "malformed") << bad;
  }
}

TEST(InvitationCode, TheSpareBitsAreZeroOrItIsNoCode) {
  for (const char last : std::string("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) {
    const bool expected = std::string("048CGMRW").find(last) != std::string::npos;
    EXPECT_EQ(key_from_invitation_code("10101-ABCDE-FGHJK-MNPQR-STVWX" + std::string(1, last)).has_value(), expected)
        << last;
  }
}

TEST(InvitationCode, TwoAreNeverTheSame) {
  SystemRandom random;
  EXPECT_NE(new_invitation_code(random), new_invitation_code(random));
}

}  // namespace
}  // namespace letopis::signing
