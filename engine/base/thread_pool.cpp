#include "engine/base/thread_pool.h"

#include <pthread.h>

#include "engine/base/assert.h"

namespace freshet {

ThreadPool::ThreadPool(std::size_t threads) {
  FRESHET_ASSERT(threads > 0);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "freshet-pool");
      work();
    });
  }
}

ThreadPool::~ThreadPool() {
  FRESHET_ASSERT(stopped_);
}

void ThreadPool::stop() {
  if (stopped_) return;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  stopped_ = true;
}

void ThreadPool::run(std::uint64_t lane, std::function<void()> task) {
  {
    std::lock_guard const lock(mutex_);
    auto const [found, is_new] = waiting_.try_emplace(lane);
    found->second.push_back(std::move(task));
    if (!is_new) return;  // Its worker, or its place in `ready_`, will come to it.
    ready_.push_back(lane);
  }
  wake_.notify_one();
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    // While a lane runs elsewhere it can still become ready, so leave only when none is known.
    wake_.wait(lock, [this] { return !ready_.empty() || (stopping_ && waiting_.empty()); });
    if (ready_.empty()) return;
    auto const lane = ready_.front();
    ready_.pop_front();
    auto task = std::move(waiting_[lane].front());
    waiting_[lane].pop_front();

    lock.unlock();
    task();
    task = nullptr;
    lock.lock();

    if (waiting_[lane].empty()) {
      waiting_.erase(lane);
      if (stopping_ && waiting_.empty()) wake_.notify_all();
    } else {
      ready_.push_back(lane);
      wake_.notify_one();
    }
  }
}

}  // namespace freshet
