// The numbers that rule jobs. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "freshet/job.h"

namespace freshet {

struct JobOptions {
  std::size_t jobs_max = 100'000;
  std::size_t files_per_job_max = 20'000;
  std::size_t ranges_per_file_max = 500;
  std::size_t urls_per_file_max = 16;
  std::size_t header_chars_max = 16'384;   // Of one job, names and values.
  std::size_t files_active_max = 16;       // Of all jobs together.
  std::size_t placements_active_max = 64;  // Of one Complete.
  std::size_t why_chars_max = 64 * 1024;   // Of one job's decision record.

  Duration retry_delay_min = std::chrono::seconds{5};
  Duration retry_delay_max = std::chrono::minutes{10};
  Duration no_progress_foreground = std::chrono::hours{1};
  Duration no_progress_background = std::chrono::hours{24};
  Duration retention = std::chrono::hours{24 * 30};  // From creation; then the job is cancelled.
  Duration progress_interval = std::chrono::milliseconds{100};
  Duration counters_interval = std::chrono::seconds{5};  // Of saving bytes by source while it runs.
  Duration ledger_retry_delay = std::chrono::seconds{5};

  // Jobs that ran when the process ended go on by themselves. Otherwise each waits for a Resume.
  bool autostart = true;
};

}  // namespace freshet
