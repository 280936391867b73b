// The allocator of the largest tables.

#include "projections/huge_pages.h"

#include <gtest/gtest.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <limits>
#include <vector>

namespace letopis::projections {
namespace {

TEST(HugePagesAllocator, LargeTablesBeginAtAHugePage) {
  const std::size_t small = 1000, large = 3 * kHugePageBytes;
  const std::vector<char, HugePages<char>> little(small, 'a'), much(large, 'b');
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(much.data()) % kHugePageBytes, 0U);
  EXPECT_EQ(little.back(), 'a');
  EXPECT_EQ(much.back(), 'b');
}

TEST(HugePagesAllocator, AMapGrowsThroughTheBoundary) {
  boost::unordered_flat_map<std::uint64_t, std::uint64_t, std::hash<std::uint64_t>, std::equal_to<std::uint64_t>,
                            HugePages<std::pair<const std::uint64_t, std::uint64_t>>>
      map;
  const std::uint64_t count = 3 * kHugePageBytes / 16;
  for (std::uint64_t i = 0; i < count; ++i) map[i * 0x9e3779b97f4a7c15] = i;
  ASSERT_EQ(map.size(), count);
  for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(map.at(i * 0x9e3779b97f4a7c15), i);
  const auto copy = map;
  map.clear();
  EXPECT_EQ(copy.size(), count);
}

TEST(HugePagesAllocator, RefusesWhatCannotBeCounted) {
  HugePages<std::uint64_t> allocator;
  EXPECT_THROW(allocator.allocate(std::numeric_limits<std::size_t>::max() / 4), std::bad_array_new_length);
}

}  // namespace
}  // namespace letopis::projections
