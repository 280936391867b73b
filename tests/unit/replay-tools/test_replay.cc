// History folded to any point: the digest the log committed to, and the journal as it stood.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay-tools/replay.h"
#include "tests/tamper/forger.h"

namespace letopis::audit {
namespace {

using test::Forger;
using test::story;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::unique_ptr<Replayed> replayed(const ReplayOptions& options, const AuditSource& source = Forger(story()).source()) {
  auto result = replay(source, options);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return result ? *std::move(result) : nullptr;
}

std::unique_ptr<Replayed> replayed_to(std::uint64_t index) {
  ReplayOptions options;
  options.to_index = index;
  return replayed(options);
}

std::string nobody(const Id&) { return {}; }
std::optional<std::string> nothing(const Hash&) { return std::nullopt; }

TEST(Replay, ComesToEveryStateTheLogCommittedTo) {
  ReplayOptions options;
  options.check = true;
  const auto all = replayed(options);
  EXPECT_THAT(all->checks, SizeIs(story().state_commitments.size()));
  EXPECT_GT(all->checks.size(), 1U);
  EXPECT_TRUE(all->all_checks_hold());
  EXPECT_EQ(0, exit_code(*all));
}

TEST(Replay, DigestAtACommitmentIsTheCommitment) {
  for (const auto index : story().state_commitments) {
    const auto entry = ledger::decode_entry(story().entries[static_cast<std::size_t>(index)]);
    EXPECT_EQ(std::get<ledger::StateCommitted>(entry->statement.body).root, replayed_to(index)->digest) << index;
  }
}

TEST(Replay, SaysWhichCommitmentDoesNotHold) {
  Forger forger(story());
  const auto last = story().state_commitments.back();
  forger.rewrite(last, [](ledger::Event&, ledger::Statement& st) {
    std::get<ledger::StateCommitted>(st.body).root.bytes[5] ^= 1;
  });
  ReplayOptions options;
  options.check = true;
  const auto all = replayed(options, forger.source());
  EXPECT_EQ(1, exit_code(*all));
  EXPECT_EQ(last, all->checks.back().index);
  EXPECT_FALSE(all->checks.back().holds());
  EXPECT_TRUE(all->checks.front().holds());
  EXPECT_THAT(text_report(*all), HasSubstr("state commitment " + std::to_string(last) + ": DOES NOT HOLD"));
}

TEST(Replay, StopsAtAnIndexOrAMoment) {
  EXPECT_EQ(story().mark, replayed_to(story().mark)->size);
  EXPECT_EQ(0U, replayed_to(0)->size);
  EXPECT_EQ(story().entries.size(), replayed_to(1'000'000)->size);

  const auto mark = ledger::decode_event(story().entries[static_cast<std::size_t>(story().mark)])->recorded_at;
  ReplayOptions options;
  options.to_time = mark;
  EXPECT_EQ(story().mark + 1, replayed(options)->size) << "what was recorded at that very moment is in";
  options.to_time = Instant{mark.micros - 1};
  EXPECT_EQ(story().mark, replayed(options)->size);
}

TEST(Replay, ShowsTheJournalAsItStood) {
  const std::string view = "journal:" + to_hex(story().group.view()) + ":" + to_hex(story().quarter.view());
  const auto journal_at = [&](std::uint64_t index) {
    const auto then = replayed_to(index);
    return replayed_view(Forger(story()).source(), *then, view, nobody, nothing).value();
  };
  const std::string five = R"("value":"5")";
  EXPECT_THAT(journal_at(story().mark), Not(HasSubstr(five)));
  EXPECT_THAT(journal_at(story().mark + 1), HasSubstr(five));
  EXPECT_THAT(journal_at(story().entries.size()), AllOf(HasSubstr(five), HasSubstr(R"("value":"4")")))
      << "the correction beside it";
}

TEST(Replay, ShowsADiaryWeek) {
  const auto all = replayed({});
  const auto source = Forger(story()).source();
  const auto diary =
      replayed_view(source, *all, "diary:" + to_hex(story().masha->id.view()) + ":2026-W36", nobody, nothing);
  ASSERT_TRUE(diary.has_value()) << diary.error().text();
  EXPECT_THAT(*diary, AllOf(HasSubstr(R"("week":"2026-W36")"), HasSubstr(R"("value":"5")"),
                            HasSubstr("Механическое движение")));
  EXPECT_THAT(*diary, Not(HasSubstr(to_hex(story().petya->id.view())))) << "nothing about anybody else";
}

TEST(Replay, RefusesViewsItDoesNotHave) {
  const auto all = replayed({});
  const auto source = Forger(story()).source();
  const auto error = [&](const std::string& view) {
    return replayed_view(source, *all, view, nobody, nothing).error().code;
  };
  const std::string group = to_hex(story().group.view());
  EXPECT_EQ("malformed", error("journal"));
  EXPECT_EQ("malformed", error("summary:" + group + ":" + group));
  EXPECT_EQ("malformed", error("journal:7А:quarter"));
  EXPECT_EQ("not_found", error("journal:" + group + ":" + group));
  EXPECT_EQ("not_found", error("diary:" + group + ":2026-W36"));
}

TEST(Replay, RefusesALogThatDoesNotFollowItself) {
  Forger swapped(story());
  swapped.swap(4, 5);
  EXPECT_EQ("damaged", replay(swapped.source(), {}).error().code);
  Forger headless(story());
  headless.drop(0);
  headless.renumber();
  EXPECT_EQ("damaged", replay(headless.source(), {}).error().code);
  EXPECT_EQ("empty", replay(MemorySource(), {}).error().code);
}

}  // namespace
}  // namespace letopis::audit
