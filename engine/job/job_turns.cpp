#include "engine/job/job_turns.h"

#include <algorithm>

namespace freshet {

void JobTurns::want(JobId job, Priority priority, std::uint64_t order) {
  auto const known = known_.find(job);
  if (known != known_.end() && known->second.priority == priority) return;
  leave(job);
  if (priority == Priority::foreground) return;
  Place const place{priority, 0, order, job};
  known_.emplace(job, place);
  waiting_.insert(place);
}

void JobTurns::leave(JobId job) {
  auto const known = known_.find(job);
  if (known == known_.end()) return;
  waiting_.erase(known->second);
  since_.erase(job);
  known_.erase(known);
}

void JobTurns::give(TimePoint now, Change& change) {
  auto const job = waiting_.begin()->job;
  waiting_.erase(waiting_.begin());
  since_.emplace(job, now);
  change.got.push_back(job);
}

void JobTurns::take(JobId job, Change& change) {
  since_.erase(job);
  waiting_.insert(known_.at(job));
  change.lost.push_back(job);
}

std::optional<JobTurns::Place> JobTurns::last_runner() const {
  std::optional<Place> last;
  for (auto const& [job, since] : since_) {
    auto const& place = known_.at(job);
    if (!last || *last < place) last = place;
  }
  return last;
}

bool JobTurns::equal_waits(Priority priority) const {
  auto const first = waiting_.lower_bound(Place{priority, 0, 0, {}});
  return first != waiting_.end() && first->priority == priority;
}

JobTurns::Change JobTurns::advance(TimePoint now) {
  Change change;
  std::vector<JobId> over;
  for (auto const& [job, since] : since_) {
    if (now - since >= slice_ && equal_waits(known_.at(job).priority)) over.push_back(job);
  }
  for (auto const& job : over) {
    known_.at(job).turns_before = ++turns_ended_;
    take(job, change);
  }
  while (!waiting_.empty()) {
    if (since_.size() < turns_max_) {
      give(now, change);
      continue;
    }
    auto const last = last_runner();
    if (!last || last->priority <= waiting_.begin()->priority) break;
    take(last->job, change);
  }
  // Who lost a turn and got it again keeps it: nobody else wanted it after all.
  std::erase_if(change.lost, [&](JobId const& job) { return std::erase(change.got, job) > 0; });
  return change;
}

std::optional<TimePoint> JobTurns::next_change() const {
  std::optional<TimePoint> next;
  for (auto const& [job, since] : since_) {
    if (!equal_waits(known_.at(job).priority)) continue;
    auto const end = since + slice_;
    if (!next || end < *next) next = end;
  }
  return next;
}

}  // namespace freshet
