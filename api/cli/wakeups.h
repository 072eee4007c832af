// What the main thread waits for: signals that ask the program to stop, and what happens to jobs.
//
// Made before any other thread, so that all of them leave the signals to it.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>

#include "freshet/client.h"

namespace freshet::cli {

class Wakeups {
 public:
  Wakeups();
  ~Wakeups();
  Wakeups(Wakeups const&) = delete;
  Wakeups& operator=(Wakeups const&) = delete;

  // Any thread. Progress that nobody took yet is replaced, so the queue holds one for each job and
  // what must not be missed.
  void push(JobEvent event);

  struct Next {
    int signal = 0;  // SIGINT, SIGTERM or SIGHUP.
    std::optional<JobEvent> event;
  };
  // Neither when `timeout` passes first.
  [[nodiscard]] Next next(std::chrono::milliseconds timeout);

  // From now on a signal ends the program at once, for those who press Ctrl-C twice.
  void stop_catching();

 private:
  [[nodiscard]] std::optional<JobEvent> pop();

  int signals_ = -1;
  int ready_ = -1;
  std::mutex mutex_;
  std::deque<JobEvent> events_;
};

}  // namespace freshet::cli
