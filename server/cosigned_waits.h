#pragma once
// Whoever asked to be answered once what they recorded is witnessed (`Prefer: wait=cosigned`, RFC 7240) waits here until an anchor
// that meets its policy's quorum covers it, or for wait_most. An answer that came without says so by the missing
// Preference-Applied header; its receipt is as good, and the cosigned one is fetched later.
//
// The engine's listeners only knock; one thread looks and answers. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "commands/engine.h"

namespace letopis::server {

class CosignedWaits {
 public:
  struct Options {
    std::chrono::milliseconds wait_most{15'000};  // well below HttpLimits::handler_timeout
    std::size_t waiting_max = 256;
    std::function<void(commands::School&)> hurry;  // told of a school that somebody waits for; may be empty
  };
  // The engine outlives it.
  CosignedWaits(commands::Engine& engine, Options options);
  ~CosignedWaits();  // stop()

  // Calls `done` once, from the thread or from here: whether the entry of that index is covered. At once where nobody has the
  // school witnessed, where it is covered already, and where too many wait.
  void wait(commands::School& school, std::uint64_t index, std::function<void(bool covered)> done);
  std::size_t size() const;
  void stop();  // answers everybody who still waits

 private:
  using SteadyClock = std::chrono::steady_clock;
  struct Waiting {
    commands::School* school;
    std::uint64_t index;
    SteadyClock::time_point until;
    std::function<void(bool)> done;
  };
  void run();

  const Options options_;
  std::vector<std::pair<commands::School*, std::uint64_t>> listening_;
  mutable std::mutex mutex_;
  std::condition_variable knocked_;
  bool knock_ = false, stopping_ = false;
  std::vector<Waiting> waiting_;
  std::thread thread_;
};

}  // namespace letopis::server
