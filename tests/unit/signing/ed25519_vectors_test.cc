// Which unusual signatures count as valid is part of the format: two verifiers that differ over one would come to
// different verdicts over one log. tests/data/vectors/ed25519-cctv/README.md says where the vectors come from.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "signing/keys.h"

namespace letopis::signing {
namespace {

const std::string kFolder = LETOPIS_SOURCE_DIR "/tests/data/vectors/ed25519-cctv/";

struct Vector {
  std::int64_t number;
  PublicKey key;
  Signature signature;
  std::string message;
  std::set<std::string> flags;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view text_of(const boost::json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

std::vector<Vector> read_vectors() {
  const auto json = boost::json::parse(read(kFolder + "ed25519vectors.json"));
  std::vector<Vector> vectors;
  for (const auto& entry : json.as_array()) {
    Vector v{entry.at("number").as_int64(),
             fixed_from_hex<PublicKey>(text_of(entry.at("key"))).value(),
             fixed_from_hex<Signature>(text_of(entry.at("sig"))).value(),
             std::string(text_of(entry.at("msg"))),
             {}};
    if (entry.at("flags").is_array())
      for (const auto& flag : entry.at("flags").as_array()) v.flags.emplace(text_of(flag));
    vectors.push_back(std::move(v));
  }
  return vectors;
}

std::set<std::int64_t> read_accepted() {
  std::istringstream lines(read(kFolder + "accepted.txt"));
  std::set<std::int64_t> numbers;
  for (std::int64_t number = 0; lines >> number;) numbers.insert(number);
  return numbers;
}

class Ed25519Vectors : public ::testing::Test {
 protected:
  const std::vector<Vector> vectors_ = read_vectors();
  const std::set<std::int64_t> accepted_ = read_accepted();
};

TEST_F(Ed25519Vectors, AreAllHere) {
  ASSERT_EQ(vectors_.size(), 914U);
  for (std::size_t i = 0; i < vectors_.size(); ++i) EXPECT_EQ(vectors_[i].number, static_cast<std::int64_t>(i));
  EXPECT_EQ(accepted_.size(), 43U);
}

TEST_F(Ed25519Vectors, ExactlyThePinnedOnesAreAccepted) {
  for (const auto& v : vectors_)
    EXPECT_EQ(verify(v.key, as_bytes(v.message), v.signature), accepted_.contains(v.number)) << "vector " << v.number;
}

TEST_F(Ed25519Vectors, ThePinnedOnesAreThoseThatNothingDocumentedRejects) {
  for (const auto& v : vectors_) {
    bool rejected = false;
    for (const auto* flag : {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"})
      rejected = rejected || v.flags.contains(flag);
    EXPECT_EQ(accepted_.contains(v.number), !rejected) << "vector " << v.number;
  }
}

TEST_F(Ed25519Vectors, NoneIsAcceptedForAnotherMessage) {
  // Keys of low order would verify anything; they are among the rejected.
  for (const auto& v : vectors_)
    EXPECT_FALSE(verify(v.key, as_bytes(v.message + "!"), v.signature)) << "vector " << v.number;
}

// The order of the group, little-endian (RFC 8032, section 5.1).
constexpr std::string_view kOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

TEST(Ed25519, ASignatureHasOneSpelling) {
  // S + L solves the same equation; RFC 8032 (5.1.7) refuses it, or anyone could make a second valid signature of one
  // statement.
  SeededRandom random(61);
  const auto pair = KeyPair::generate(Purpose::kAuthor, random);
  const auto order = fixed_from_hex<Hash>(kOrder).value();
  const auto good = pair.sign(as_bytes("5 по алгебре"));
  ASSERT_TRUE(verify(pair.public_key(), as_bytes("5 по алгебре"), good));
  auto other = good;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{good.bytes[32 + i]} + order.bytes[i];
    other.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(verify(pair.public_key(), as_bytes("5 по алгебре"), other));
}

}  // namespace
}  // namespace letopis::signing
