#include "tests/unit/kv/kv_fixture.h"
#include "tests/unit/kv/probe_process.h"

namespace letopis::ledger {
namespace {

class KvLock : public KvTest {};

TEST_F(KvLock, TheSameProcessCannotOpenAStoreTwice) {
  ASSERT_EQ(open(), "ok");
  const auto second = open_rocksdb(directory(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "in_use");
  EXPECT_EQ(put("a", "1"), "ok") << "the first is not disturbed";
}

TEST_F(KvLock, ASecondProcessIsTurnedAwayUntilTheFirstIsDone) {
  {
    const ProbeProcess first("hold", directory());
    ASSERT_EQ(first.said(), "open");
    EXPECT_EQ(open(), "in_use");
    EXPECT_NE(detail_.find(directory()), std::string::npos) << detail_;
  }
  ASSERT_EQ(open(), "ok") << detail_;
  const ProbeProcess second("hold", directory());
  EXPECT_EQ(second.said().substr(0, 7), "in_use:") << second.said();
}

TEST_F(KvLock, AKilledProcessLeavesNoLockBehind) {
  ProbeProcess first("hold", directory());
  ASSERT_EQ(first.said(), "open");
  first.kill();
  EXPECT_EQ(open(), "ok") << detail_;
}

}  // namespace
}  // namespace letopis::ledger
