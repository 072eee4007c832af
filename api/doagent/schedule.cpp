#include "api/doagent/schedule.h"

#include "engine/base/assert.h"

namespace freshet::doagent {

namespace {

TimePoint now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Schedule::Schedule(std::size_t threads, Look look) : look_(std::move(look)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Schedule::~Schedule() {
  FRESHET_ASSERT(threads_.empty());
}

void Schedule::set_due(JobId id, std::optional<TimePoint> due) {
  auto& state = states_[id];
  if (state.due) due_.erase({*state.due, id});
  state.due = due;
  if (due) due_.insert({*due, id});
}

void Schedule::wake(JobId id) {
  std::lock_guard const lock(mutex_);
  auto& state = states_[id];
  if (state.looking) {
    state.again = true;
    return;
  }
  set_due(id, now());
  changed_.notify_one();
}

void Schedule::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    auto const [at, id] = *due_.begin();
    if (at > now()) {
      changed_.wait_until(lock, at);
      continue;
    }
    run(lock, id);
  }
}

void Schedule::run(std::unique_lock<std::mutex>& lock, JobId id) {
  set_due(id, std::nullopt);
  states_[id].looking = true;
  lock.unlock();
  auto const next = look_(id);
  lock.lock();
  auto& state = states_[id];
  state.looking = false;
  auto const due = std::exchange(state.again, false) ? std::optional(now()) : next;
  if (due) {
    set_due(id, due);
    changed_.notify_one();
  } else {
    states_.erase(id);
  }
}

void Schedule::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : std::exchange(threads_, {})) thread.join();
}

}  // namespace freshet::doagent
