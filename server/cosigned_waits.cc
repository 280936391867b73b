#include "server/cosigned_waits.h"

#include <algorithm>

namespace letopis::server {

using commands::Change;
using commands::ReadModel;
using commands::School;

namespace {

bool covered(const School& school, std::uint64_t index) {
  return school.read([&](const ReadModel& model) {
    // An anchor lies behind what it covers.
    for (auto anchor = model.anchors.rbegin(); anchor != model.anchors.rend() && anchor->index > index; ++anchor)
      if (anchor->met && anchor->size > index) return true;
    return false;
  });
}
bool is_witnessed(const School& school) {
  return school.read([](const ReadModel& model) { return model.structure.evidence().policy() != nullptr; });
}

}  // namespace

CosignedWaits::CosignedWaits(commands::Engine& engine, Options options) : options_(std::move(options)) {
  for (auto* school : engine.schools()) {
    const auto id = school->listen([this](const std::vector<Change>& changes) {
      const bool evidence = std::any_of(changes.begin(), changes.end(), [](const Change& c) { return c.of_service; });
      if (!evidence) return;
      const std::lock_guard lock(mutex_);
      knock_ = true;
      knocked_.notify_one();
    });
    listening_.emplace_back(school, id);
  }
  thread_ = std::thread([this] { run(); });
}

CosignedWaits::~CosignedWaits() { stop(); }

void CosignedWaits::stop() {
  for (const auto& [school, id] : listening_) school->unlisten(id);
  listening_.clear();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    knocked_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

std::size_t CosignedWaits::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void CosignedWaits::wait(School& school, std::uint64_t index, std::function<void(bool covered)> done) {
  if (!is_witnessed(school)) return done(false);
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiting_.size() < options_.waiting_max) {
      waiting_.push_back({&school, index, SteadyClock::now() + options_.wait_most, std::move(done)});
      done = {};
      knock_ = true;  // it may be covered already
      knocked_.notify_one();
    }
  }
  if (done) return done(false);
  if (options_.hurry) options_.hurry(school);
}

void CosignedWaits::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto next = std::min_element(waiting_.begin(), waiting_.end(),
                                       [](const Waiting& a, const Waiting& b) { return a.until < b.until; });
    const auto awake = [this] { return knock_ || stopping_; };
    if (next == waiting_.end())
      knocked_.wait(lock, awake);
    else
      knocked_.wait_until(lock, SteadyClock::time_point(next->until), awake);
    knock_ = false;
    const bool stopping = stopping_;
    std::vector<Waiting> looked = std::exchange(waiting_, {});
    lock.unlock();
    // Answers are made on other threads; whatever they do here, others may begin to wait meanwhile.
    std::vector<Waiting> left;
    for (auto& waiting : looked) {
      const bool there = covered(*waiting.school, waiting.index);
      if (there || stopping || waiting.until <= SteadyClock::now())
        waiting.done(there);
      else
        left.push_back(std::move(waiting));
    }
    lock.lock();
    waiting_.insert(waiting_.end(), std::make_move_iterator(left.begin()), std::make_move_iterator(left.end()));
    if (stopping && waiting_.empty()) return;
  }
}

}  // namespace letopis::server
