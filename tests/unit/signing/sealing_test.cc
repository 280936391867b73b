#include <gtest/gtest.h>

#include "signing/keys.h"

namespace letopis::signing {
namespace {

class Sealing : public ::testing::Test {
 protected:
  SeededRandom random_{21};
  const std::array<std::uint8_t, 32> key_ = random_.fixed<Hash>().bytes;
  const ByteView about_ = as_bytes("origin, person, field");
};

TEST_F(Sealing, WhatWasSealedOpens) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U}) {
    const Bytes plain(size, 0x5a);
    const Bytes sealed = seal(key_, about_, plain, random_);
    EXPECT_EQ(sealed.size(), size + 24 + 16);
    const auto opened = unseal(key_, about_, sealed);
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(*opened, plain);
  }
}

TEST_F(Sealing, EveryFlippedBitIsNoticed) {
  const Bytes sealed = seal(key_, about_, as_bytes("болел"), random_);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes damaged = sealed;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto opened = unseal(key_, about_, damaged);
    ASSERT_FALSE(opened) << "bit " << bit;
    EXPECT_EQ(opened.error().code, "not_authentic");
  }
}

TEST_F(Sealing, AnotherKeyOrOtherAssociatedDataDoesNotOpen) {
  const Bytes sealed = seal(key_, about_, as_bytes("text"), random_);
  auto other = key_;
  other[31] ^= 1;
  EXPECT_EQ(unseal(other, about_, sealed).error().code, "not_authentic");
  EXPECT_EQ(unseal(key_, as_bytes("origin, person, fielx"), sealed).error().code, "not_authentic");
  EXPECT_EQ(unseal(key_, {}, sealed).error().code, "not_authentic");
}

TEST_F(Sealing, EveryTruncationIsNoticed) {
  const Bytes sealed = seal(key_, about_, as_bytes("text"), random_);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const auto opened = unseal(key_, about_, ByteView(sealed).first(size));
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error().code, size < 40 ? "malformed" : "not_authentic") << size;
  }
}

TEST_F(Sealing, TheNonceIsFresh) {
  EXPECT_NE(seal(key_, about_, as_bytes("text"), random_), seal(key_, about_, as_bytes("text"), random_));
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1: the published key, nonce, associated data, ciphertext and tag.
TEST_F(Sealing, OpensThePublishedXChaCha20Poly1305Example) {
  const auto key =
      fixed_from_hex<Hash>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f").value().bytes;
  const Bytes about = from_hex("50515253c0c1c2c3c4c5c6c7").value();
  Bytes sealed = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657").value();
  append(
      sealed,
      from_hex("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6"
               "708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c9763"
               "7da9768812f615c68b13b52e")
          .value());
  append(sealed, from_hex("c0875924c1c7987947deafd8780acf49").value());
  const auto opened = unseal(key, about, sealed);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(as_text(*opened),
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
            "would be it.");
}

}  // namespace
}  // namespace letopis::signing
