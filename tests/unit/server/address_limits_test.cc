#include "server/address_limits.h"

#include <gtest/gtest.h>

namespace letopis::server {
namespace {

AddressKey v4(std::uint8_t last) { return address_key({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last}); }
AddressKey v6(std::uint8_t network, std::uint8_t host) {
  return address_key({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network, 1, 2, 3, 4, 5, 6, 7, host});
}

TEST(AddressLimitsTest, CountsConnectionsOfAnAddress) {
  ManualClock clock({0});
  AddressLimits limits({.connections_max = 2, .requests_per_second = 0}, clock);
  EXPECT_TRUE(limits.open(v4(1)));
  EXPECT_TRUE(limits.open(v4(1)));
  EXPECT_FALSE(limits.open(v4(1)));
  EXPECT_TRUE(limits.open(v4(2)));
  limits.close(v4(1));
  EXPECT_TRUE(limits.open(v4(1)));
}

TEST(AddressLimitsTest, AnIpv6NetworkIsOneAddress) {
  EXPECT_EQ(v6(1, 1), v6(1, 2));
  EXPECT_NE(v6(1, 1), v6(2, 1));
  EXPECT_NE(v4(1), v4(2));
}

TEST(AddressLimitsTest, AllowsABurstOfTenSecondsThenTheRate) {
  ManualClock clock({0});
  AddressLimits limits({.connections_max = 9, .requests_per_second = 2}, clock);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limits.take(v4(1)), 0) << i;
  EXPECT_EQ(limits.take(v4(1)), 1);
  EXPECT_EQ(limits.take(v4(2)), 0) << "another address has its own bucket";
  clock.advance_micros(kMicrosPerSecond / 2);
  EXPECT_EQ(limits.take(v4(1)), 0);
  EXPECT_NE(limits.take(v4(1)), 0);
  clock.advance_micros(3600 * kMicrosPerSecond);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limits.take(v4(1)), 0) << "an hour fills the bucket, no more";
  EXPECT_NE(limits.take(v4(1)), 0);
}

TEST(AddressLimitsTest, SaysHowLongToWait) {
  ManualClock clock({0});
  AddressLimits limits({.connections_max = 9, .requests_per_second = 0.1}, clock);
  EXPECT_EQ(limits.take(v4(1)), 0);
  EXPECT_EQ(limits.take(v4(1)), 10);
  clock.advance_micros(10 * kMicrosPerSecond);
  EXPECT_EQ(limits.take(v4(1)), 0);
}

TEST(AddressLimitsTest, ForgetsWhoLeft) {
  ManualClock clock({0});
  AddressLimits unlimited({.connections_max = 1, .requests_per_second = 0}, clock);
  ASSERT_TRUE(unlimited.open(v4(1)));
  unlimited.close(v4(1));
  EXPECT_EQ(unlimited.addresses(), 0u);

  AddressLimits limited({.connections_max = 1, .requests_per_second = 100}, clock);
  for (int i = 0; i < 20'000; ++i) {
    const auto address =
        address_key({0x20, 0x01, 0, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
    ASSERT_TRUE(limited.open(address));
    ASSERT_EQ(limited.take(address), 0);
    limited.close(address);
    clock.advance_micros(kMicrosPerSecond / 100);
  }
  EXPECT_LT(limited.addresses(), 3000u);
}

}  // namespace
}  // namespace letopis::server
