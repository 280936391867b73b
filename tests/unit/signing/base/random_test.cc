#include "signing/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace letopis {
namespace {

// Hands out the given words, one a call.
class Words final : public Random {
 public:
  explicit Words(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_EQ(out.size(), 8U);
    ASSERT_LT(next_, words_.size());
    Bytes bytes;
    put_u64(bytes, words_[next_++]);
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }
  std::size_t used() const { return next_; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t next_ = 0;
};

// The first values of splitmix64 from the seed 1234567, as published with it (rosettacode.org, "Splitmix64").
TEST(SeededRandom, IsSplitmix64) {
  SeededRandom random(1234567);
  Bytes bytes(40);
  random.fill(bytes);
  std::size_t at = 0;
  for (const std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                       4593380528125082431ULL, 16408922859458223821ULL}) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word |= std::uint64_t{bytes[at + i]} << (8 * i);  // low byte first
    EXPECT_EQ(word, expected);
    at += 8;
  }
}

TEST(SeededRandom, RepeatsItselfFromTheSameSeed) {
  SeededRandom one(5);
  SeededRandom same(5);
  SeededRandom other(6);
  const Id first = one.id();
  EXPECT_EQ(first, same.id());
  EXPECT_NE(first, other.id());
  EXPECT_NE(first, one.id());
}

TEST(Below, StaysBelow) {
  SeededRandom random(81);
  for (const std::uint64_t bound : {1ULL, 2ULL, 3ULL, 10ULL, 1'000'003ULL, 1ULL << 63, UINT64_MAX + 0ULL})
    for (int i = 0; i < 500; ++i) EXPECT_LT(random.below(bound), bound);
}

TEST(Below, ReachesEveryValueAboutEquallyOften) {
  SeededRandom random(82);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
}

TEST(Below, DrawsAgainWhatWouldFavourSmallResults) {
  // Of 2^64 values the last ones past a multiple of three are not used.
  Words words({UINT64_MAX, UINT64_MAX - 1});
  EXPECT_EQ(words.below(3), (UINT64_MAX - 1) % 3);
  EXPECT_EQ(words.used(), 2U);
}

TEST(BelowDeathTest, NothingIsBelowZero) {
  SeededRandom random(83);
  EXPECT_DEATH(random.below(0), "assertion failed");
}

TEST(Chance, NeverAndAlways) {
  SeededRandom random(84);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1'000'000));
  }
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  std::set<Id> ids;
  for (int i = 0; i < 1'000; ++i) ids.insert(random.id());
  EXPECT_EQ(ids.size(), 1'000U);
}

}  // namespace
}  // namespace letopis
