// Stays with a job until it is done, fails or the user stops it; shows how it goes, and completes
// it.
//
// Main thread only.
#pragma once

#include "api/cli/console.h"
#include "api/cli/report.h"
#include "api/cli/wakeups.h"
#include "freshet/client.h"

namespace freshet::cli {

class Follower {
 public:
  Follower(Client& client, Console& console, Wakeups& wakeups);

  // The exit code. `begin` starts the job and returns it; nothing that happens to it is missed.
  [[nodiscard]] int follow(std::function<Result<JobId>()> const& begin);
  // How the job ended, once it is done.
  [[nodiscard]] std::optional<Ended> const& ended() const { return ended_; }

 private:
  [[nodiscard]] int run(JobId job);
  // Nothing while the job goes on.
  [[nodiscard]] std::optional<int> see(JobEvent const& event);
  [[nodiscard]] std::optional<int> see_state(JobInfo const& job);
  void show_progress(JobInfo const& job);
  [[nodiscard]] int finish(JobInfo const& job);
  [[nodiscard]] int give_up(JobInfo const& job);
  [[nodiscard]] int stop(JobId job, int signal);

  Client& client_;
  Console& console_;
  Wakeups& wakeups_;
  JobId job_;
  std::optional<Ended> ended_;
  std::chrono::steady_clock::time_point shown_{};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace freshet::cli
