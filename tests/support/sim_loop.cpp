#include "tests/support/sim_loop.h"

#include <algorithm>
#include <utility>

namespace freshet::test {

TimerId SimLoop::at(TimePoint when, std::function<void()> task) {
  auto const id = TimerId{++last_timer_};
  by_id_.emplace(id, timers_.emplace(std::max(when, now_), Timer{id, std::move(task)}));
  return id;
}

void SimLoop::cancel(TimerId timer) {
  auto const found = by_id_.find(timer);
  if (found == by_id_.end()) return;
  timers_.erase(found->second);
  by_id_.erase(found);
}

void SimLoop::fire_next() {
  auto const next = timers_.begin();
  now_ = next->first;
  auto const task = std::move(next->second.task);
  by_id_.erase(next->second.id);
  timers_.erase(next);
  task();
}

bool SimLoop::run_one() {
  if (posted_.empty()) {
    if (timers_.empty()) return false;
    fire_next();
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

void SimLoop::drop_all() {
  // What a task held may post or cancel while it goes.
  while (!posted_.empty() || !timers_.empty()) {
    auto const posted = std::exchange(posted_, {});
    auto const timers = std::exchange(timers_, {});
    by_id_.clear();
  }
}

}  // namespace freshet::test
