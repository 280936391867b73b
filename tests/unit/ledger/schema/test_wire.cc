// Every byte of a buffer has one meaning or is padding: the account of bytes against one kept byte by byte.

#include <gtest/gtest.h>

#include "ledger/schema/wire.h"
#include "signing/base/random.h"

namespace letopis::ledger::wire {
namespace {

// What Coverage promises, said slowly.
class Naive {
 public:
  explicit Naive(std::size_t size) : taken_(size, false) {}
  bool claim(std::size_t from, std::size_t length) {
    for (std::size_t i = from; i < from + length; ++i)
      if (taken_[i]) return false;
    std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(from), length, true);
    return true;
  }
  bool only_padding_left(ByteView bytes) const {
    std::size_t run = 0;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      run = taken_[i] ? 0 : run + 1;
      if (run > 7 || (run > 0 && bytes[i] != 0)) return false;
    }
    return true;
  }

 private:
  std::vector<bool> taken_;
};

TEST(Coverage, AgreesWithAnAccountByteByByte) {
  SeededRandom random(7);
  std::size_t whole = 0, refused = 0;
  // From less than a word to more than lies near (4096 bytes).
  for (const std::size_t size : {1, 63, 64, 65, 200, 640, 4095, 4096, 4097, 9000})
    for (int round = 0; round < 200; ++round) {
      Coverage coverage(size);
      Naive naive(size);
      const Bytes zeros(size, 0);
      Bytes bytes = zeros;
      if (round % 3 == 0) bytes[random.below(size)] = 1;
      // Mostly filled one after another with gaps as padding leaves them; now and then an overlap, which ends it.
      for (std::size_t at = 0; at < size;) {
        const std::size_t length = std::min<std::size_t>(random.below(round % 2 == 0 ? 9 : 200), size - at);
        const std::size_t back = random.below(500) == 0 ? std::min<std::size_t>(at, random.below(70)) : 0;
        const bool free = naive.claim(at - back, length);
        ASSERT_EQ(coverage.claim(at - back, length), free) << size << ": " << length << " at " << at - back;
        if (!free) {
          ++refused;
          break;
        }
        at += length + random.below(round % 5 == 0 ? 10 : 8);
      }
      const bool padding = naive.only_padding_left(zeros);
      whole += padding ? 1 : 0;
      ASSERT_EQ(coverage.only_padding_left(zeros), padding) << size;
      ASSERT_EQ(coverage.only_padding_left(bytes), naive.only_padding_left(bytes)) << size;
    }
  EXPECT_GT(whole, 200U) << "both answers must occur";
  EXPECT_GT(refused, 50U);
}

TEST(Coverage, ClaimsNothingAnywhere) {
  for (const std::size_t size : {64, 100, 4096, 8192}) {
    Coverage coverage(size);
    ASSERT_TRUE(coverage.claim(0, size));
    for (const std::size_t at : {std::size_t{0}, std::size_t{63}, size / 2, size}) EXPECT_TRUE(coverage.claim(at, 0));
    EXPECT_FALSE(coverage.claim(size - 1, 1));
  }
}

TEST(Coverage, SevenBytesOfPaddingAreTheMost) {
  const Bytes zeros(200, 0);
  for (const std::size_t gap : {7, 8})
    for (std::size_t at = 0; at + gap <= zeros.size(); ++at) {
      Coverage coverage(zeros.size());
      ASSERT_TRUE(coverage.claim(0, at));
      ASSERT_TRUE(coverage.claim(at + gap, zeros.size() - at - gap));
      EXPECT_EQ(coverage.only_padding_left(zeros), gap == 7) << gap << " at " << at;
    }
}

}  // namespace
}  // namespace letopis::ledger::wire
