// What is to be looked at when, by a few threads, each thing by one of them at a time.
//
// Any thread. `stop` before the end.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "freshet/job.h"
#include "freshet/units.h"

namespace freshet::doagent {

class Schedule {
 public:
  // Looks, and tells when to look again; nothing: not before `wake`.
  using Look = std::function<std::optional<TimePoint>(JobId id)>;

  Schedule(std::size_t threads, Look look);
  ~Schedule();  // Asserts that `stop` ran.
  Schedule(Schedule const&) = delete;
  Schedule& operator=(Schedule const&) = delete;

  void wake(JobId id);
  // Stays until looks under way have ended.
  void stop();

 private:
  struct State {
    std::optional<TimePoint> due;
    bool looking = false;
    bool again = false;
  };

  void work();
  void run(std::unique_lock<std::mutex>& lock, JobId id);
  void set_due(JobId id, std::optional<TimePoint> due);

  Look const look_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<JobId, State> states_;
  std::set<std::pair<TimePoint, JobId>> due_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace freshet::doagent
