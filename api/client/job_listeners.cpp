#include "api/client/job_listeners.h"

#include <utility>
#include <vector>

namespace freshet {

std::uint64_t JobListeners::add(Client::Listener listener) {
  std::lock_guard const lock(mutex_);
  listeners_.emplace(++last_, std::move(listener));
  return last_;
}

void JobListeners::remove(std::uint64_t listener) {
  Client::Listener removed;  // Ends after the lock: what it holds may call back.
  std::lock_guard const lock(mutex_);
  auto const found = listeners_.find(listener);
  if (found == listeners_.end()) return;
  removed = std::move(found->second);
  listeners_.erase(found);
}

bool JobListeners::empty() const {
  std::lock_guard const lock(mutex_);
  return listeners_.empty();
}

void JobListeners::tell(JobEvent const& event) const {
  std::unique_lock lock(mutex_);
  std::vector<std::uint64_t> ids;
  for (auto const& [id, listener] : listeners_) ids.push_back(id);
  for (auto const id : ids) {
    auto const found = listeners_.find(id);
    if (found == listeners_.end()) continue;
    auto const listener = found->second;
    lock.unlock();
    listener(event);
    lock.lock();
  }
}

}  // namespace freshet
