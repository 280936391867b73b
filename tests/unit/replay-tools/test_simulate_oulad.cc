// The known answer: what becomes of 82 842 real marks under r000, to the unit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay-tools/simulate.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::replay_tools {
namespace {

using faults::TemporaryDirectory;

TEST(SimulateOulad, ReproducesTheKnownAnswer) {
  TemporaryDirectory data;
  SimulateOptions options;
  options.source = LETOPIS_SOURCE_DIR "/tests/data/oulad-2013";
  options.data = data.path() + "/data";
  options.master_key.passphrase = "correct horse";
  const auto simulated = simulate_oulad(posix_file_system(), options);
  ASSERT_TRUE(simulated) << simulated.error().text();
  EXPECT_EQ(simulated->tally.accepted, 79'516U);
  EXPECT_EQ(simulated->tally.late, 2'585U);
  EXPECT_THAT(simulated->tally.refused, ::testing::ElementsAre(::testing::Pair("not_enrolled", 657U)));
  EXPECT_EQ(simulated->refused_and_late, 54U);
  EXPECT_EQ(simulated->skipped, 84U);
  EXPECT_EQ(simulated->tally.total() + simulated->skipped, 82'842U);
}

}  // namespace
}  // namespace letopis::replay_tools
