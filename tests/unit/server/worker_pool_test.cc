#include "server/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/unit/server/server_fixture.h"

namespace letopis::server {
namespace {

using testing::Gate;

TEST(WorkerPoolTest, RefusesWhenItsQueueIsFull) {
  Gate gate;
  std::atomic<int> done{0};
  WorkerPool pool(2, 3);
  const auto job = [&] {
    gate.pass();
    ++done;
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(pool.try_submit(job)) << i;
  EXPECT_FALSE(pool.try_submit(job));
  ASSERT_TRUE(gate.wait_for_arrivals(2));
  EXPECT_FALSE(pool.try_submit(job));
  gate.open();
  pool.stop();
  EXPECT_EQ(done, 5);
}

TEST(WorkerPoolTest, FinishesWhatItTookAndTakesNoMore) {
  std::atomic<int> done{0};
  WorkerPool pool(1, 100);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.try_submit([&] { ++done; }));
  pool.stop();
  EXPECT_EQ(done, 100);
  EXPECT_FALSE(pool.try_submit([&] { ++done; }));
  pool.stop();
}

}  // namespace
}  // namespace letopis::server
