#include <sys/fsuid.h>

#include "tests/unit/kv/kv_fixture.h"
#include "tests/unit/kv/probe_process.h"

namespace letopis::ledger {
namespace {

constexpr uid_t kNobody = 65534;

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

// Nobody holds it: whoever is told "in_use" would look for a process that is not there.
TEST_F(KvLock, ADirectoryThatCannotBeWrittenToIsNotInUse) {
  using std::filesystem::perms;
  ASSERT_EQ(open(), "ok");
  store_.reset();
  std::filesystem::permissions(home_.path(), perms::owner_all | perms::others_exec);
  std::filesystem::permissions(directory(),
                               perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec);
  const int before = ::setfsuid(kNobody);  // of this thread alone: root may write anywhere
  const std::string said = open();
  ::setfsuid(static_cast<uid_t>(before));
  std::filesystem::permissions(directory(), perms::owner_all);
  EXPECT_EQ(said, "io_error") << detail_;
  EXPECT_NE(detail_.find("Permission denied"), std::string::npos) << detail_;
}

}  // namespace
}  // namespace letopis::ledger
