#pragma once
// A fixed number of threads and a bounded queue before them.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace letopis::server {

class WorkerPool {
 public:
  // At most queue_max jobs wait while every worker is busy. The threads block all signals.
  WorkerPool(std::size_t workers, std::size_t queue_max);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // false: full, or stopped; the job was not taken. Jobs must not throw.
  bool try_submit(std::function<void()> job);
  // However full: the rest of something that was taken before. Not once stopped.
  void submit(std::function<void()> job);
  void stop();  // finishes every job that was taken, then joins; idempotent; not from a job

 private:
  void work();

  const std::size_t in_hand_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t in_hand_ = 0;  // waiting and running
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// While it lives, threads that are started inherit a mask that blocks every signal: SIGTERM and SIGHUP reach the thread
// that waits for them.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  struct Mask;
  std::unique_ptr<Mask> before_;
};

}  // namespace letopis::server
