// Threads that call applications back, so that what they call from there may wait for the engine.
//
// Any thread. Each errand runs on one thread at a time; it is queued at most once, so that the
// queue is bounded by the number of errands. Ends with `stop`, which waits for calls under way.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace freshet::com {

// Something to be done, again and again. Who wakes it has put down before what there is to do.
class Errand {
 public:
  virtual ~Errand() = default;
  virtual void run() = 0;

 private:
  friend class Courier;
  enum class Phase { idle, queued, running, running_again };
  Phase phase_ = Phase::idle;  // Guarded by the courier.
};

class Courier {
 public:
  static constexpr std::size_t kThreadsMax = 4;

  Courier() = default;
  ~Courier();
  Courier(Courier const&) = delete;
  Courier& operator=(Courier const&) = delete;

  // Runs it soon, and once more when it is running already.
  void wake(std::shared_ptr<Errand> errand);
  // Runs `work`, which may take long, on a thread of its own beside the errands. `cancel` makes it
  // end soon; called by `stop`. False when that has come already.
  [[nodiscard]] bool start(std::function<void()> work, std::function<void()> cancel);
  // From within an errand, or such a work.
  [[nodiscard]] bool on_own_thread() const;
  // Nothing runs afterwards. Not from within an errand.
  void stop();

 private:
  void work();
  void join_ended();

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::shared_ptr<Errand>> queue_;
  std::vector<std::thread> threads_;
  struct Beside {
    std::thread thread;
    std::function<void()> cancel;
    std::shared_ptr<std::atomic<bool>> ended;  // Shared with the thread.
  };
  std::vector<Beside> beside_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace freshet::com
