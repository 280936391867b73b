#include "signing/base/result.h"

#include <gtest/gtest.h>

namespace letopis {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail("odd", std::to_string(number));
  return number / 2;
}
Status must_be_even(int number) {
  TRY_STATUS(half(number));
  return {};
}
Result<std::string> quarter(int number) {
  TRY(const int once, half(number));
  TRY(const int twice, half(once));
  return std::to_string(twice);
}

TEST(Try, BindsTheValue) { EXPECT_EQ(quarter(12).value(), "3"); }

TEST(Try, ReturnsTheFirstErrorUnchanged) {
  EXPECT_EQ(quarter(7).error(), (Error{"odd", "7"}));
  EXPECT_EQ(quarter(6).error(), (Error{"odd", "3"}));
}

TEST(TryStatus, PassesOrReturnsTheError) {
  EXPECT_TRUE(must_be_even(2));
  EXPECT_EQ(must_be_even(3).error().text(), "odd: 3");
}

TEST(Error, WithoutADetailIsItsCode) { EXPECT_EQ((Error{"chain_conflict", ""}).text(), "chain_conflict"); }

TEST(AssertDeathTest, NamesTheConditionAndAborts) {
  EXPECT_DEATH(LETOPIS_ASSERT(1 + 1 == 3), "assertion failed: 1 \\+ 1 == 3");
}

TEST(Assert, EvaluatesItsConditionOnceAndAlways) {
  int calls = 0;
  LETOPIS_ASSERT(++calls == 1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace letopis
