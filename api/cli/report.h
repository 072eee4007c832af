// What a download cost and where it came from, as a JSON document for those who measure
// (docs/cli.md, "--report").
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "freshet/job.h"
#include "freshet/peers.h"

namespace freshet::cli {

// How a job ended, taken before it was completed.
struct Ended {
  JobInfo job;
  std::vector<FileInfo> files;
  std::string why;  // The job's decision record.
  std::chrono::nanoseconds took{};
};

[[nodiscard]] std::string report_text(Ended const& ended, std::vector<PeerStatus> const& peers);
// Replaces the file whole.
[[nodiscard]] Result<void> write_report(std::string const& path, std::string const& text);

}  // namespace freshet::cli
