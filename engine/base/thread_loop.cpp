#include "engine/base/thread_loop.h"

#include <pthread.h>

#include "engine/base/assert.h"

namespace freshet {

ThreadLoop::ThreadLoop(std::string name)
    : thread_([this, name = name.substr(0, 15)] {
        pthread_setname_np(pthread_self(), name.c_str());
        run();
      }) {}

ThreadLoop::~ThreadLoop() {
  FRESHET_ASSERT(stopped_);
}

void ThreadLoop::stop() {
  FRESHET_ASSERT(!in_loop());
  if (stopped_) return;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  stopped_ = true;
}

void ThreadLoop::post(std::function<void()> task) {
  bool was_empty = false;
  {
    std::lock_guard const lock(mutex_);
    if (stopping_ && !in_loop()) return;
    was_empty = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (was_empty) wake_.notify_one();
}

TimerId ThreadLoop::at(TimePoint when, std::function<void()> task) {
  FRESHET_ASSERT(in_loop());
  auto const id = TimerId{++last_timer_};
  timer_by_id_[last_timer_] = timers_.emplace(when, Timer{id, std::move(task)});
  return id;
}

void ThreadLoop::cancel(TimerId timer) {
  FRESHET_ASSERT(in_loop());
  auto const found = timer_by_id_.find(static_cast<std::uint64_t>(timer));
  if (found == timer_by_id_.end()) return;
  timers_.erase(found->second);
  timer_by_id_.erase(found);
}

bool ThreadLoop::in_loop() const {
  return std::this_thread::get_id() == runs_on_.load();
}

bool ThreadLoop::take_posted(std::vector<std::function<void()>>& batch) {
  std::unique_lock lock(mutex_);
  auto const ready = [this] { return !posted_.empty() || stopping_; };
  if (timers_.empty()) {
    wake_.wait(lock, ready);
  } else {
    wake_.wait_until(lock, timers_.begin()->first, ready);
  }
  batch.swap(posted_);
  return !(stopping_ && batch.empty());
}

void ThreadLoop::fire_due_timers() {
  auto const now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    auto timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    timer_by_id_.erase(static_cast<std::uint64_t>(timer.id));
    timer.task();
  }
}

void ThreadLoop::run() {
  runs_on_ = std::this_thread::get_id();
  std::vector<std::function<void()>> batch;
  while (take_posted(batch)) {
    for (auto& task : batch) {
      task();
      task = nullptr;  // What a task captured ends with it, not with the batch.
    }
    batch.clear();
    fire_due_timers();
  }
}

}  // namespace freshet
