// Threads that call applications back, so that what they call from there may wait for the engine.
//
// Any thread. Each errand runs on one thread at a time; it is queued at most once, so that the
// queue is bounded by the number of errands. Ends with `stop`, which waits for calls under way.
#pragma once

#include <condition_variable>
#include <deque>
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
  // From within an errand.
  [[nodiscard]] bool on_own_thread() const;
  // Nothing runs afterwards. Not from within an errand.
  void stop();

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::shared_ptr<Errand>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace freshet::com
