// Runs the notify commands of jobs as their owners and tells how they ended.
//
// `run` on the loop; the answer comes on the loop. A thread of its own starts with the first
// command and waits for them. A command that still runs when this ends goes on; nobody hears of it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/loop.h"

namespace freshet {

class CommandRunner {
 public:
  static constexpr std::size_t kRunningMax = 16;  // More wait.

  explicit CommandRunner(Loop& loop) : loop_(loop) {}
  ~CommandRunner();
  CommandRunner(CommandRunner const&) = delete;
  CommandRunner& operator=(CommandRunner const&) = delete;

  // True when it could be run as this user and ended with 0.
  void run(std::uint32_t owner, std::vector<std::string> command, std::function<void(bool)> done);
  // No answer comes after this.
  void stop();

 private:
  struct Order {
    std::uint32_t owner = 0;
    std::vector<std::string> command;
    std::function<void(bool)> done;
  };
  struct Running {
    int pid = 0;
    int pidfd = -1;
    std::function<void(bool)> done;
  };

  void work();
  void start_orders();
  void wait_for_one();
  void reap(std::size_t index);

  Loop& loop_;
  std::mutex mutex_;
  std::deque<Order> orders_;
  bool stopping_ = false;
  int wake_fd_ = -1;
  std::vector<Running> running_;  // The thread's own.
  std::thread thread_;
};

}  // namespace freshet
