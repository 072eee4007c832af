#include "api/client/event_hub.h"

#include <utility>
#include <vector>

namespace freshet {

bool is_settled(JobState state) {
  return state == JobState::transferred || state == JobState::error || is_final(state);
}

std::uint64_t EventHub::await(JobId job, Settled settled) {
  waiters_.emplace(++last_, Waiter{job, std::move(settled)});
  return last_;
}

void EventHub::forget(std::uint64_t waiter) {
  waiters_.erase(waiter);
}

void EventHub::on_job(JobEvent const& event) {
  listeners_.tell(event);
  bool const ended = event.kind == JobEvent::Kind::removed;
  bool const settled = event.kind == JobEvent::Kind::state && is_settled(event.job.state);
  if (ended || settled) settle(event.job);
}

void EventHub::settle(JobInfo const& job) {
  std::vector<Settled> due;
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (waiter->second.job == job.id) {
      due.push_back(std::move(waiter->second.settled));
      waiter = waiters_.erase(waiter);
    } else {
      ++waiter;
    }
  }
  for (auto const& settled : due) settled(job);
}

}  // namespace freshet
