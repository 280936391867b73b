// The log on standard error: whole lines, in order, and in good time.

#include "server/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace letopis::server {
namespace {

constexpr int kPatienceMillis = 20'000;

// Standard error, read by the test.
class StderrPipe {
 public:
  StderrPipe() : before_(::dup(STDERR_FILENO)) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
    end_ = ends[0];
  }
  ~StderrPipe() {
    restore();
    ::close(end_);
  }
  StderrPipe(const StderrPipe&) = delete;
  StderrPipe& operator=(const StderrPipe&) = delete;

  // Empty when none came.
  std::string line() {
    for (;;) {
      if (const auto end = text_.find('\n'); end != std::string::npos) {
        std::string first = text_.substr(0, end);
        text_.erase(0, end + 1);
        return first;
      }
      pollfd ready{end_, POLLIN, 0};
      if (::poll(&ready, 1, kPatienceMillis) != 1) return {};
      char chunk[4096];
      const ssize_t got = ::read(end_, chunk, sizeof chunk);
      if (got <= 0) return {};
      text_.append(chunk, static_cast<std::size_t>(got));
    }
  }
  void restore() {
    if (before_ >= 0) ::dup2(before_, STDERR_FILENO), ::close(before_);
    before_ = -1;
  }

 private:
  int before_;
  int end_ = -1;
  std::string text_;
};

class LogTest : public ::testing::Test {
 protected:
  void say(std::int64_t number, LogLevel level = LogLevel::kInfo) {
    log_->write(level, "request", {{"number", number}});
  }
  static bool is(const std::string& line, std::int64_t number) {
    return line.ends_with(",\"event\":\"request\",\"number\":" + std::to_string(number) + "}");
  }

  SystemClock clock_;
  StderrPipe pipe_;
  std::unique_ptr<Log> log_ = Log::to_stderr(clock_);
};

TEST_F(LogTest, AWarningComesAtOnceAndBringsWhatWasSaidBefore) {
  say(1);
  say(2, LogLevel::kWarning);
  EXPECT_PRED2(is, pipe_.line(), 1);
  EXPECT_PRED2(is, pipe_.line(), 2);
}

TEST_F(LogTest, ALineComesOfItselfWhenNothingFollows) {
  say(7);
  EXPECT_PRED2(is, pipe_.line(), 7);
}

TEST_F(LogTest, WhatIsHeldComesAtTheEnd) {
  say(1);
  log_->flush();
  EXPECT_PRED2(is, pipe_.line(), 1);
  say(2);
  log_.reset();
  EXPECT_PRED2(is, pipe_.line(), 2);
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  constexpr int kThreads = 4, kLines = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < kLines; ++i) say(t * kLines + i);
    });
  std::vector<std::int64_t> next{0, kLines, 2 * kLines, 3 * kLines};
  for (int i = 0; i < kThreads * kLines; ++i) {
    const std::string line = pipe_.line();
    const auto at = line.rfind(':');
    ASSERT_TRUE(line.starts_with("{\"at\":\"") && at != std::string::npos) << line;
    const std::int64_t number = std::stoll(line.substr(at + 1));
    ASSERT_EQ(number, next[static_cast<std::size_t>(number / kLines)]++) << "each thread's lines in its order";
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace letopis::server
