#include <gtest/gtest.h>

#include "signing/keys.h"

namespace letopis::signing {
namespace {

Id salt_of(std::string_view sixteen) { return Id::copy_of(as_bytes(sixteen)); }

// The expected values here come from the reference implementation's own program (Debian's argon2), e.g.
//   printf 'correct horse battery staple' | argon2 0123456789abcdef -id -t 3 -k 65536 -p 1 -l 64 -v 13
TEST(StretchPassword, GivesTheReferenceValueSplitInTwo) {
  const auto keys = stretch_password("correct horse battery staple", salt_of("0123456789abcdef"));
  ASSERT_TRUE(keys) << keys.error().text();
  EXPECT_EQ(to_hex(keys->login_proof), "428cb4b6c02b45095d0302fad4ea3ef94865c50a2a29196330ed9e6d7bf7c5c6");
  EXPECT_EQ(to_hex(keys->wrapping_key), "2a7c7a4f2be2c6fc12ea114ceb290c2378e66717f407b1ccd59d939091413741");
}

TEST(StretchPassword, RefusesAnEmptyOrOverlongPassword) {
  EXPECT_EQ(stretch_password("", {}).error().code, "malformed");
  EXPECT_EQ(stretch_password(std::string(kPasswordMaxBytes + 1, 'x'), {}).error().code, "malformed");
}

TEST(StretchPassphrase, GivesTheReferenceValues) {
  const auto english = stretch_passphrase("correct horse battery staple", salt_of("0123456789abcdef"), 2, 1024 * 1024);
  ASSERT_TRUE(english) << english.error().text();
  EXPECT_EQ(to_hex(*english), "94902f24ba7806d7269922ac2617c4ee3fe6cf48bae9bb7a927741a87afbd218");
  const auto russian = stretch_passphrase("пароль", salt_of("0123456789abcdef"), 1, 8192);
  ASSERT_TRUE(russian) << russian.error().text();
  EXPECT_EQ(to_hex(*russian), "67527b18056a1b40300ee8e47e517fd95e8dc7ce27f54a17fb4db21c084a69bb");
}

TEST(StretchPassphrase, EveryInputMatters) {
  const auto base = stretch_passphrase("пароль", salt_of("0123456789abcdef"), 1, 8192).value();
  EXPECT_NE(stretch_passphrase("пароль ", salt_of("0123456789abcdef"), 1, 8192).value(), base);
  EXPECT_NE(stretch_passphrase("пароль", salt_of("0123456789abcdeg"), 1, 8192).value(), base);
  EXPECT_NE(stretch_passphrase("пароль", salt_of("0123456789abcdef"), 2, 8192).value(), base);
  EXPECT_NE(stretch_passphrase("пароль", salt_of("0123456789abcdef"), 1, 9216).value(), base);
}

TEST(StretchPassphrase, KeepsToItsBounds) {
  const auto code = [](std::string_view passphrase, std::uint64_t ops, std::uint64_t mem) {
    const auto key = stretch_passphrase(passphrase, {}, ops, mem);
    return key ? "ok" : key.error().code;
  };
  EXPECT_EQ(code("x", 1, kPassphraseMemMinBytes), "ok");
  EXPECT_EQ(code("x", kPassphraseOpsMax, kPassphraseMemMinBytes), "ok");
  EXPECT_EQ(code(std::string(kPasswordMaxBytes, 'x'), 1, kPassphraseMemMinBytes), "ok");
  EXPECT_EQ(code("", 1, kPassphraseMemMinBytes), "malformed");
  EXPECT_EQ(code(std::string(kPasswordMaxBytes + 1, 'x'), 1, kPassphraseMemMinBytes), "malformed");
  EXPECT_EQ(code("x", 0, kPassphraseMemMinBytes), "malformed");
  EXPECT_EQ(code("x", kPassphraseOpsMax + 1, kPassphraseMemMinBytes), "malformed");
  EXPECT_EQ(code("x", 1, kPassphraseMemMinBytes - 1), "malformed");
  EXPECT_EQ(code("x", 1, kPassphraseMemMaxBytes + 1), "malformed");
}

class WrappedKey : public ::testing::Test {
 protected:
  SeededRandom random_{51};
  KeyPair key_ = KeyPair::generate(Purpose::kAuthor, random_);
  std::array<std::uint8_t, 32> wrapping_key_ = random_.fixed<Hash>().bytes;

  std::string unwrapped(ByteView wrapped, const PublicKey& expected) {
    const auto key = unwrap_key(wrapped, Purpose::kAuthor, expected, wrapping_key_);
    return key ? "ok" : key.error().code;
  }
};

TEST_F(WrappedKey, Unwraps) {
  const Bytes wrapped = wrap_key(key_, wrapping_key_, random_);
  EXPECT_EQ(wrapped.size(), 24U + 32U + 16U);
  const auto key = unwrap_key(wrapped, Purpose::kAuthor, key_.public_key(), wrapping_key_);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->seed(), key_.seed());
  EXPECT_EQ(key->purpose(), Purpose::kAuthor);
}

TEST_F(WrappedKey, IsWhatTheHeaderSays) {
  std::string about = "letopis/wrapped-key/v1";
  about.push_back('\0');
  about += as_text(key_.public_key().view());
  const auto seed = unseal(wrapping_key_, as_bytes(about), wrap_key(key_, wrapping_key_, random_));
  ASSERT_TRUE(seed) << seed.error().text();
  EXPECT_TRUE(equal(*seed, key_.seed()));
  EXPECT_EQ(unwrapped(seal(wrapping_key_, as_bytes(about), key_.seed(), random_), key_.public_key()), "ok");
}

TEST_F(WrappedKey, AnotherPasswordOrAnotherPersonsBlobDoesNotUnwrap) {
  const Bytes wrapped = wrap_key(key_, wrapping_key_, random_);
  const auto other = KeyPair::generate(Purpose::kAuthor, random_);
  EXPECT_EQ(unwrapped(wrapped, other.public_key()), "not_authentic");
  wrapping_key_[0] ^= 1;
  EXPECT_EQ(unwrapped(wrapped, key_.public_key()), "not_authentic");
}

TEST_F(WrappedKey, EveryFlippedBitIsNoticed) {
  const Bytes wrapped = wrap_key(key_, wrapping_key_, random_);
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    Bytes damaged = wrapped;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(unwrapped(damaged, key_.public_key()), "not_authentic") << "bit " << bit;
  }
}

TEST_F(WrappedKey, AnyOtherLengthIsMalformed) {
  Bytes wrapped = wrap_key(key_, wrapping_key_, random_);
  for (std::size_t size = 0; size < wrapped.size(); ++size)
    EXPECT_EQ(unwrapped(ByteView(wrapped).first(size), key_.public_key()), "malformed");
  wrapped.push_back(0);
  EXPECT_EQ(unwrapped(wrapped, key_.public_key()), "malformed");
}

TEST_F(WrappedKey, ASeedThatIsNotThePublicKeysIsMalformed) {
  // Wrapped by someone who knows the wrapping key and lies about what is inside.
  const auto other = KeyPair::generate(Purpose::kAuthor, random_);
  std::string about = "letopis/wrapped-key/v1";
  about.push_back('\0');
  about += as_text(other.public_key().view());
  EXPECT_EQ(unwrapped(seal(wrapping_key_, as_bytes(about), key_.seed(), random_), other.public_key()), "malformed");
}

}  // namespace
}  // namespace letopis::signing
