#include "engine/job/job_queue.h"

namespace freshet {

void JobQueue::put(Place place) {
  remove(place.job);
  places_.insert(place);
  by_job_.emplace(place.job, place);
}

void JobQueue::remove(JobId job) {
  auto const found = by_job_.find(job);
  if (found == by_job_.end()) return;
  places_.erase(found->second);
  by_job_.erase(found);
}

std::optional<JobQueue::Place> JobQueue::next() const {
  if (places_.empty()) return std::nullopt;
  return *places_.begin();
}

}  // namespace freshet
