#include "tests/support/sim_loop.h"

#include <algorithm>

namespace freshet::test {

TimerId SimLoop::at(TimePoint when, std::function<void()> task) {
  auto const id = TimerId{++last_timer_};
  timers_.emplace(std::max(when, now_), Timer{id, std::move(task)});
  return id;
}

void SimLoop::cancel(TimerId timer) {
  auto const found = std::ranges::find_if(
      timers_, [timer](auto const& entry) { return entry.second.id == timer; });
  if (found != timers_.end()) timers_.erase(found);
}

bool SimLoop::run_one() {
  if (posted_.empty()) {
    if (timers_.empty()) return false;
    now_ = timers_.begin()->first;
    auto task = std::move(timers_.begin()->second.task);
    timers_.erase(timers_.begin());
    task();
    return true;
  }
  auto task = std::move(posted_.front());
  posted_.pop_front();
  task();
  return true;
}

void SimLoop::run_ready() {
  while (!posted_.empty() || (!timers_.empty() && timers_.begin()->first <= now_)) run_one();
}

void SimLoop::run_until(std::function<bool()> const& done, Duration limit) {
  auto const end = now_ + limit;
  while (!done() && now_ <= end && run_one()) {
  }
}

void SimLoop::run_for(Duration span) {
  auto const end = now_ + span;
  run_ready();
  while (!timers_.empty() && timers_.begin()->first <= end) {
    run_one();
    run_ready();
  }
  now_ = end;
}

}  // namespace freshet::test
