// Signed statements that wait for their server: what is kept reads again, and what does not says what to do about it.

#include "replay-tools/submit_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/schema/codec.h"
#include "signing/base/random.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::tools {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Queues : public testing::Test {
 protected:
  Result<SubmitQueue> open() { return SubmitQueue::open(posix_file_system(), folder_.path()); }
  Contact contact() {
    Contact known;
    known.origin = "journal.example.org/log/licey29";
    known.person = random_.id();
    known.school = "licey29";
    known.key = random_.id();
    known.seen = {17, random_.fixed<Hash>()};
    known.held = {ledger::Role::kTeacher, ledger::Role::kClassTeacher};
    return known;
  }
  Bytes submission() {
    const Bytes statement(40, 1);
    ledger::SubmissionBuffer buffer;
    buffer.statements.push_back({statement, random_.fixed<Signature>()});
    return ledger::encode(buffer);
  }
  void spoil(const std::string& file, std::string_view text) { faults::overwrite(folder_ / file, as_bytes(text)); }

  faults::TemporaryDirectory folder_;
  SystemRandom random_;
};

TEST_F(Queues, WhatIsKeptReadsAgain) {
  const Contact known = contact();
  const Bytes bytes = submission();
  std::string name;
  {
    auto queue = open();
    ASSERT_TRUE(queue) << queue.error().text();
    EXPECT_FALSE(queue->contact()->has_value());
    ASSERT_TRUE(queue->remember(known));
    name = *queue->add(bytes, Instant::from_seconds(1'795'000'000), random_);
  }
  const auto again = open();
  ASSERT_TRUE(again) << again.error().text();
  const auto read = again->contact();
  ASSERT_TRUE(read && read->has_value());
  EXPECT_EQ((*read)->person, known.person);
  EXPECT_EQ((*read)->seen.root, known.seen.root);
  EXPECT_EQ((*read)->held, known.held);
  EXPECT_THAT(*again->waiting(), ElementsAre(name));
  EXPECT_EQ(*again->submission(name), bytes);
}

TEST_F(Queues, ADamagedContactSaysHowToGoOn) {
  auto queue = open();
  ASSERT_TRUE(queue);
  ASSERT_TRUE(queue->remember(contact()));
  const Bytes whole = faults::read_whole(folder_ / "contact");
  for (std::size_t size : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
    spoil("contact", as_text(whole).substr(0, size));
    const auto read = queue->contact();
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, "damaged");
    EXPECT_THAT(read.error().detail,
                AllOf(HasSubstr(folder_ / "contact"), HasSubstr("move this file away"), HasSubstr("run submit again")));
  }
  std::filesystem::remove(folder_ / "contact");
  EXPECT_FALSE(queue->contact()->has_value()) << "and so it is: as before the first meeting";
}

TEST_F(Queues, ADamagedSubmissionIsNamedAndKeepsNoOtherBack) {
  auto queue = open();
  ASSERT_TRUE(queue);
  ASSERT_TRUE(queue->add_named("1-whole", submission()));
  ASSERT_TRUE(queue->add_named("0-broken", submission()));
  spoil("0-broken.statements", "nonsense");
  EXPECT_THAT(*queue->waiting(), ElementsAre("0-broken", "1-whole"));
  const auto read = queue->submission("0-broken");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "damaged");
  EXPECT_THAT(read.error().detail,
              AllOf(HasSubstr(folder_ / "0-broken.statements"), HasSubstr("submit what it held anew")));
  EXPECT_TRUE(queue->submission("1-whole"));
  EXPECT_EQ(queue->submission("2-none").error().code, "not_found");
}

}  // namespace
}  // namespace letopis::tools
