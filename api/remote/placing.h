// Brings the files of a job to their destination with this process's own rights, and ends the job.
//
// The daemon fills files that are opened here and never sees a path. Each appears at its name whole
// and durable, before the daemon is told: whoever dies in between has lost nothing, and does it
// again. One call; any thread.
#pragma once

#include <vector>

#include "api/remote/daemon_calls.h"

namespace freshet::remote {

class Placing {
 public:
  static constexpr std::size_t kBatchMax = 32;  // Files open at the same time.

  Placing(DaemonCalls& calls, JobId job) : calls_(calls), job_(job) {}

  [[nodiscard]] Result<Completion> run();

 private:
  // Nothing: the daemon runs as somebody else, or cannot reach the places.
  [[nodiscard]] std::optional<Result<Completion>> place_by_path();
  [[nodiscard]] Result<std::vector<FileInfo>> list();
  [[nodiscard]] Result<void> place(std::vector<FileInfo> const& files,
                                   std::vector<std::uint32_t> const& batch);
  [[nodiscard]] Result<Completion> finish(std::vector<std::uint32_t> placed, std::size_t files);
  [[nodiscard]] std::string target(std::string_view act) const;

  DaemonCalls& calls_;
  JobId job_;
};

}  // namespace freshet::remote
