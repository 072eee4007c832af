// The real loop: one thread, a queue and timers. Owned by whoever starts the engine.
//
// The only lock of the engine is the one around this queue.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/base/loop.h"

namespace freshet {

class ThreadLoop final : public Loop {
 public:
  explicit ThreadLoop(std::string name);
  ~ThreadLoop() override;  // Asserts that `stop` ran.

  // Runs what was posted so far, drops timers, ends the thread. Not from the loop itself.
  void stop();

  void post(std::function<void()> task) override;
  [[nodiscard]] TimerId at(TimePoint when, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  [[nodiscard]] bool in_loop() const override;

 private:
  struct Timer {
    TimerId id;
    std::function<void()> task;
  };

  void run();
  void fire_due_timers();
  bool take_posted(std::vector<std::function<void()>>& batch);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> posted_;
  bool stopping_ = false;

  std::multimap<TimePoint, Timer> timers_;  // Loop only.
  std::unordered_map<std::uint64_t, std::multimap<TimePoint, Timer>::iterator> timer_by_id_;
  std::uint64_t last_timer_ = 0;
  bool stopped_ = false;
  std::atomic<std::thread::id> runs_on_;
  std::thread thread_;  // Last: it starts when everything above exists.
};

}  // namespace freshet
