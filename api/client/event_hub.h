// Who wants to hear of jobs: listeners, and callers that wait for one job to settle.
//
// Loop only. Lives as long as the engine; handles given to applications hold it weakly.
#pragma once

#include <functional>
#include <map>

#include "api/client/job_listeners.h"
#include "engine/job/job_book.h"
#include "freshet/client.h"

namespace freshet {

class EventHub final : public JobEvents {
 public:
  using Settled = std::function<void(JobInfo const&)>;

  [[nodiscard]] JobListeners& listeners() { return listeners_; }

  // Once, when the job is transferred, in error or gone.
  [[nodiscard]] std::uint64_t await(JobId job, Settled settled);
  void forget(std::uint64_t waiter);

 private:
  struct Waiter {
    JobId job;
    Settled settled;
  };
  void on_job(JobEvent const& event) override;
  void settle(JobInfo const& job);

  JobListeners listeners_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t last_ = 0;
};

// A job that changes no more until somebody calls.
[[nodiscard]] bool is_settled(JobState state);

}  // namespace freshet
