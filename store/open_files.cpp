#include "store/open_files.h"

#include "store/spool.h"

namespace freshet::store {

void OpenFiles::used(std::shared_ptr<Spool> const& spool) {
  std::shared_ptr<Spool> longest_ago;
  {
    std::lock_guard const lock(mutex_);
    auto const found = places_.find(spool.get());
    if (found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return;
    }
    order_.push_front(spool);
    places_.emplace(spool.get(), order_.begin());
    if (places_.size() <= open_files_max_) return;
    longest_ago = order_.back().lock();
    // One that is about to end forgets itself.
    if (!longest_ago) return;
    places_.erase(longest_ago.get());
    order_.pop_back();
  }
  longest_ago->close_file();
}

void OpenFiles::forget(Spool const* spool) {
  std::lock_guard const lock(mutex_);
  auto const found = places_.find(spool);
  if (found == places_.end()) return;
  order_.erase(found->second);
  places_.erase(found);
}

}  // namespace freshet::store
