// The real pool: a few threads over lanes. Owned by whoever starts the engine.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/base/pool.h"

namespace freshet {

class ThreadPool final : public Pool {
 public:
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool() override;  // Asserts that `stop` ran.

  // Runs what was queued so far, then ends the threads.
  void stop();

  void run(std::uint64_t lane, std::function<void()> task) override;

 private:
  using Tasks = std::deque<std::function<void()>>;

  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::uint64_t, Tasks> waiting_;  // A lane is here while it has work or runs.
  std::deque<std::uint64_t> ready_;                   // Lanes with work and no worker.
  bool stopping_ = false;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace freshet
