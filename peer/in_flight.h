// Counts tasks that run on the pool for us, so that their end can be waited for.
//
// Any thread.
#pragma once

#include <condition_variable>
#include <mutex>

namespace freshet::peer {

class InFlight {
 public:
  void begin() {
    std::lock_guard const lock(mutex_);
    ++count_;
  }
  void end() {
    std::lock_guard const lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void wait_for_none() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  unsigned count_ = 0;
};

}  // namespace freshet::peer
