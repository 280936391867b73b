// The sequencer with a thread of its own: group commit, the queue's bounds, stopping.

#include <gmock/gmock.h>

#include <latch>
#include <set>
#include <thread>

#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

class ThreadsTest : public SchoolTest {
 protected:
  void start_threaded() {
    options_.start_thread = true;
    const auto started = start();
    ASSERT_TRUE(started) << started.error().text();
  }
  // The first statement to be judged waits until `then` has come.
  void hold_the_first_batch(std::latch& held, std::latch& then) {
    judge_.on_first_judged = [&] {
      held.count_down();
      then.wait();
    };
  }
  std::future<Result<Receipted>> submit(SignedStatement statement) {
    return sequencer_->submit(record_.number, request(std::move(statement)));
  }
};

TEST_F(ThreadsTest, CallersFromManyThreadsAllGetTheirReceipts) {
  start_threaded();
  constexpr std::uint64_t kThreads = 8, kEach = 25;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint64_t>> indexes(kThreads);
  for (std::uint64_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      Author author(t + 1);
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const auto receipted = submit(author.says("5")).get();
        ASSERT_TRUE(receipted) << receipted.error().text();
        const auto& [origin, size, root] = receipted->checkpoint.checkpoint;
        const auto& placed = receipted->placed[0];
        const auto proof = sequencer_->tree().inclusion_proof(record_.number, placed.index, size);
        ASSERT_TRUE(proof) << proof.error().text();
        ASSERT_TRUE(verify_inclusion(placed.leaf, placed.index, size, *proof, root));
        indexes[t].push_back(placed.index);
      }
    });
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& of_thread : indexes) {
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
    all.insert(of_thread.begin(), of_thread.end());
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
  EXPECT_EQ(size(), kThreads * kEach);
  EXPECT_EQ(sequencer_->counters().statements, kThreads * kEach);
}

TEST_F(ThreadsTest, WhatWaitsTogetherIsSyncedTogether) {
  start_threaded();
  std::latch held(1), then(1);
  hold_the_first_batch(held, then);
  Author first(100);
  auto answered = submit(first.says("5"));
  held.wait();
  const auto syncs = kv_->syncs();
  std::vector<std::future<Result<Receipted>>> waiting;
  std::deque<Author> authors;
  for (std::uint64_t i = 0; i < 50; ++i) waiting.push_back(submit(authors.emplace_back(i + 1).says("4")));
  EXPECT_EQ(sequencer_->counters().queue_statements, 50U);
  then.count_down();
  EXPECT_TRUE(answered.get());
  for (auto& future : waiting) EXPECT_TRUE(future.get());
  EXPECT_EQ(kv_->syncs() - syncs, 2U) << "the one that was held, and all the others";
  EXPECT_EQ(sequencer_->counters().batches, 2U);
}

TEST_F(ThreadsTest, ManySchoolsShareOneSync) {
  start_threaded();
  constexpr std::uint32_t kSchools = 5;
  std::deque<NotingJudge> judges;
  std::vector<SchoolRecord> schools;
  for (std::uint32_t i = 0; i < kSchools; ++i) {
    const std::string slug = "school" + std::to_string(i);
    schools.push_back(*store_->add_school(slug, "journal.example.org/log/" + slug));
    ASSERT_TRUE(sequencer_->open_school(schools.back(), {log_key(), schools.back().origin}, judges.emplace_back(),
                                        refuse_tail));
  }
  std::latch held(1), then(1);
  hold_the_first_batch(held, then);
  Author first(100);
  auto answered = submit(first.says("5"));
  held.wait();
  const auto syncs = kv_->syncs();
  const auto journal_before = faults::read_whole(journal_path()).size();
  std::vector<std::future<Result<Receipted>>> waiting;
  std::deque<Author> authors;
  for (const auto& school : schools)
    waiting.push_back(sequencer_->submit(school.number, request(authors.emplace_back(school.number).says("4"))));
  then.count_down();
  ASSERT_TRUE(answered.get());
  for (std::uint32_t i = 0; i < kSchools; ++i) {
    const auto receipted = waiting[i].get();
    ASSERT_TRUE(receipted);
    EXPECT_EQ(receipted->checkpoint.checkpoint.origin, schools[i].origin);
    EXPECT_EQ(receipted->checkpoint.checkpoint.size, 1U);
  }
  EXPECT_EQ(kv_->syncs() - syncs, 2U);
  EXPECT_GT(faults::read_whole(journal_path()).size(), journal_before);
  EXPECT_EQ(CheckpointJournal::read(*files_, journal_path())->size(), kSchools + 1);
}

TEST_F(ThreadsTest, AFullQueueTurnsAwayAtOnce) {
  options_.queue_statements_max = 2;
  start_threaded();
  std::latch held(1), then(1);
  hold_the_first_batch(held, then);
  Author anna(1), boris(2);
  auto judged = submit(anna.says("5"));
  held.wait();
  auto b1 = boris.says("4"), b2 = boris.says("3"), b3 = boris.says("2");
  auto first = submit(std::move(b1)), second = submit(std::move(b2));
  const auto third = submit(copy_of(b3)).get();
  EXPECT_EQ(third.error().code, "queue_full");
  then.count_down();
  EXPECT_TRUE(judged.get() && first.get() && second.get());
  EXPECT_TRUE(submit(std::move(b3)).get()) << "there is room again";
}

TEST_F(ThreadsTest, TheQueueIsBoundedInBytesToo) {
  options_.queue_bytes_max = 100;
  start_threaded();
  Author anna(1);
  EXPECT_EQ(submit(anna.says("5")).get().error().code, "queue_full");
}

TEST_F(ThreadsTest, StoppingAnswersEverybodyFirst) {
  start_threaded();
  std::latch held(1), then(1);
  hold_the_first_batch(held, then);
  Author anna(1), boris(2), late(3);
  auto judged = submit(anna.says("5"));
  held.wait();
  auto waiting = submit(boris.says("4"));
  std::thread stopper([&] { sequencer_->stop(); });
  // Until the stop has been noticed, what comes is still taken.
  std::vector<std::future<Result<Receipted>>> taken;
  for (;;) {
    auto future = submit(late.says("3"));
    if (future.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      EXPECT_EQ(future.get().error().code, "stopping");
      break;
    }
    taken.push_back(std::move(future));
    std::this_thread::yield();
  }
  then.count_down();
  stopper.join();
  EXPECT_TRUE(judged.get());
  EXPECT_TRUE(waiting.get());
  for (auto& future : taken) EXPECT_TRUE(future.get());
  EXPECT_EQ(size(), 2 + taken.size());
}

TEST_F(ThreadsTest, ProofsCanBeHadUnderEveryCheckpointThatIsShown) {
  start_threaded();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto note = sequencer_->newest_checkpoint(record_.number);
      if (!note) continue;
      const auto checkpoint = open_checkpoint(*note, vkey());
      ASSERT_TRUE(checkpoint);
      const auto root = sequencer_->tree().root(record_.number, checkpoint->checkpoint.size);
      ASSERT_TRUE(root) << root.error().text();
      ASSERT_EQ(*root, checkpoint->checkpoint.root);
    }
  });
  Author anna(1);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(submit(anna.says("5")).get());
  done = true;
  reader.join();
}

TEST_F(ThreadsTest, AFailureHandlerMayStopTheSequencer) {
  start_threaded();
  std::promise<std::string> failed;
  sequencer_->set_failure_handler([&](const Error& error) {
    sequencer_->stop();
    failed.set_value(error.code);
  });
  kv_->fail_commits();
  Author anna(1);
  EXPECT_EQ(submit(anna.says("5")).get().error().code, "stopped");
  EXPECT_EQ(failed.get_future().get(), "store_failed");
  sequencer_.reset();
}

TEST_F(ThreadsTest, ASchoolIsOpenedWhileOthersWrite) {
  start_threaded();
  NotingJudge judge;
  const auto other = store_->add_school("school7", "journal.example.org/log/school7");
  ASSERT_TRUE(other);
  std::thread writer([&] {
    Author anna(1);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(anna.says("5")).get());
  });
  EXPECT_TRUE(sequencer_->open_school(*other, {log_key(), other->origin}, judge, refuse_tail));
  Author boris(2);
  EXPECT_TRUE(sequencer_->submit(other->number, request(boris.says("4"))).get());
  writer.join();
  EXPECT_EQ(size(), 50U);
}

}  // namespace
}  // namespace letopis::ledger::test
