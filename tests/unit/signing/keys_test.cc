#include "signing/keys.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <set>

#include "signing/sha256.h"

namespace letopis::signing {
namespace {

template <class Fixed>
Fixed hex(std::string_view text) {
  return fixed_from_hex<Fixed>(text).value();
}

// RFC 8032, section 7.1: seed, public key, message, signature.
struct Rfc8032Case {
  const char* name;
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
constexpr Rfc8032Case kRfc8032[] = {
    {"Test1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438"
     "e7a100b"},
    {"Test2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d29161"
     "2bb0c00"},
    {"Test3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea"
     "1ec40a"},
};

class Rfc8032 : public ::testing::TestWithParam<Rfc8032Case> {};
INSTANTIATE_TEST_SUITE_P(Section71, Rfc8032, ::testing::ValuesIn(kRfc8032),
                         [](const auto& test) { return test.param.name; });

TEST_P(Rfc8032, SeedGivesThePublicKeyAndTheSignature) {
  const auto& c = GetParam();
  const auto pair = KeyPair::from_seed(Purpose::kAuthor, hex<Hash>(c.seed).bytes);
  const Bytes message = from_hex(c.message).value();
  EXPECT_EQ(to_hex(pair.public_key().view()), c.key);
  EXPECT_EQ(to_hex(pair.sign(message).view()), c.signature);
  EXPECT_TRUE(verify(hex<PublicKey>(c.key), message, hex<Signature>(c.signature)));
}

TEST_P(Rfc8032, OneFlippedBitAnywhereSpoilsTheSignature) {
  const auto& c = GetParam();
  const auto key = hex<PublicKey>(c.key);
  const Bytes message = from_hex(c.message).value();
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    auto damaged = hex<Signature>(c.signature);
    damaged.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(verify(key, message, damaged)) << "bit " << bit;
  }
  Bytes longer = message;
  longer.push_back(0);
  EXPECT_FALSE(verify(key, longer, hex<Signature>(c.signature)));
}

TEST(KeyPair, GivesItsSeedBackAndTheSeedGivesItBack) {
  SystemRandom random;
  const auto pair = KeyPair::generate(Purpose::kLog, random);
  const auto again = KeyPair::from_seed(Purpose::kLog, pair.seed());
  EXPECT_EQ(again.public_key(), pair.public_key());
  EXPECT_EQ(again.id(), pair.id());
  EXPECT_EQ(again.seed(), pair.seed());
}

TEST(KeyPair, TakesItsSeedFromTheGivenRandomness) {
  SeededRandom random(7);
  SeededRandom same(7);
  const auto seed = same.fixed<Hash>().bytes;
  EXPECT_EQ(KeyPair::generate(Purpose::kAuthor, random).seed(), seed);
}

TEST(KeyPair, MovesWithoutLosingItsKey) {
  SeededRandom random(1);
  auto pair = KeyPair::generate(Purpose::kRoot, random);
  const auto key = pair.public_key();
  const KeyPair moved = std::move(pair);
  auto other = KeyPair::generate(Purpose::kAuthor, random);
  EXPECT_EQ(moved.purpose(), Purpose::kRoot);
  EXPECT_TRUE(verify(key, as_bytes("said"), moved.sign(as_bytes("said"))));
  other = KeyPair::from_seed(Purpose::kRoot, moved.seed());
  EXPECT_EQ(other.public_key(), key);
}

TEST(KeyPair, ThousandsLiveSideBySide) {
  SeededRandom random(2);
  std::vector<KeyPair> pairs;
  for (int i = 0; i < 3'000; ++i) pairs.push_back(KeyPair::generate(Purpose::kAuthor, random));
  EXPECT_TRUE(verify(pairs.back().public_key(), as_bytes("x"), pairs.back().sign(as_bytes("x"))));
  EXPECT_FALSE(verify(pairs.front().public_key(), as_bytes("x"), pairs.back().sign(as_bytes("x"))));
}

TEST(KeyPair, HandsOutACopyOfItsSeed) {
  SeededRandom random(3);
  const auto pair = KeyPair::generate(Purpose::kAuthor, random);
  auto seed = pair.seed();
  wipe(seed);
  EXPECT_NE(pair.seed(), seed);
}

TEST(KeyId, IsTheHashOfPurposeAndKeyWrittenOut) {
  const auto key = hex<PublicKey>(kRfc8032[0].key);
  for (const auto purpose : {Purpose::kRoot, Purpose::kAuthor, Purpose::kInvitation, Purpose::kLog, Purpose::kWitness,
                             Purpose::kService, Purpose::kArchive}) {
    std::string written = "letopis/key/v1";
    written.push_back('\0');
    written += purpose_name(purpose);
    written.push_back('\0');
    written += as_text(key.view());
    EXPECT_EQ(to_hex(key_id(purpose, key).view()), to_hex(sha256(as_bytes(written)).view()).substr(0, 32));
  }
}

TEST(KeyId, DiffersByPurposeForTheSameKey) {
  SeededRandom random(4);
  const auto key = random.fixed<PublicKey>();
  EXPECT_NE(key_id(Purpose::kLog, key), key_id(Purpose::kWitness, key));
}

TEST(PurposeNames, AreSevenAndLeadBack) {
  std::set<std::string_view> names;
  for (int number = 1; number <= 7; ++number) {
    const auto purpose = static_cast<Purpose>(number);
    names.insert(purpose_name(purpose));
    EXPECT_EQ(purpose_from_name(purpose_name(purpose)), purpose);
  }
  const std::set<std::string_view> expected{"root", "author", "invitation", "log", "witness", "service", "archive"};
  EXPECT_EQ(names, expected);
}

TEST(PurposeNames, HaveOneSpelling) {
  for (const auto* name : {"", "Author", "authors", " log", "log ", "0", "kLog"})
    EXPECT_FALSE(purpose_from_name(name)) << name;
}

TEST(PurposeNamesDeathTest, ANumberThatIsNoPurposeIsABug) {
  EXPECT_DEATH(purpose_name(static_cast<Purpose>(0)), "assertion failed");
}

TEST(EqualInConstantTime, ComparesLikeEqual) {
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_TRUE(equal_in_constant_time(as_bytes("proof"), as_bytes("proof")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("proof"), as_bytes("proog")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("proof"), as_bytes("proofs")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes(""), as_bytes("p")));
}

TEST(Wipe, LeavesZeroes) {
  std::array<std::uint8_t, 32> secret{};
  secret.fill(0xa5);
  wipe(std::span(secret).first(31));
  for (std::size_t i = 0; i < 31; ++i) EXPECT_EQ(secret[i], 0);
  EXPECT_EQ(secret[31], 0xa5);
}

TEST(Initialise, SwitchesCoreDumpsOffAndMayBeRepeated) {
  ASSERT_TRUE(initialise());
  ASSERT_TRUE(initialise());
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0U);
  EXPECT_EQ(limit.rlim_max, 0U);
}

}  // namespace
}  // namespace letopis::signing
