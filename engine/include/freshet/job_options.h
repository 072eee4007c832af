// The numbers that rule jobs. Plain values.
//
// Defaults are those of Delivery Optimization, and of BITS where it is silent, but for limits on
// how much there may be: theirs are for desktops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "freshet/job.h"

namespace freshet {

struct JobOptions {
  // These four bind everyone but administrators, whom only memory limits: ten times as many.
  std::size_t jobs_max = 100'000;
  std::size_t jobs_per_user_max = 100'000;
  std::size_t files_per_job_max = 20'000;
  std::size_t ranges_per_file_max = 500;

  std::size_t urls_per_file_max = 16;
  std::size_t header_chars_max = 16'384;   // Of one job, names and values.
  std::size_t command_chars_max = 4'000;   // Of one notify command.
  std::size_t files_active_max = 16;       // Of all jobs together.
  std::size_t placements_active_max = 64;  // Of one Complete.
  std::size_t why_chars_max = 60 * 1024;   // Of one job's decision record.

  // Jobs of other priorities than foreground that run at the same time; equals take turns. With 1
  // a lower priority waits until a higher one has finished or failed, as BITS does it.
  std::size_t background_jobs_max = 4;
  Duration time_slice = std::chrono::minutes{5};  // Of one such job while equals wait.

  Duration retry_delay_min = std::chrono::seconds{5};
  Duration retry_delay_max = std::chrono::minutes{10};
  Duration no_progress_foreground = std::chrono::hours{1};
  Duration no_progress_background = std::chrono::hours{24};
  Duration transfer_time_max = std::chrono::hours{24 * 90};
  Duration retention = std::chrono::hours{24 * 30};   // From creation; then it is cancelled.
  Duration inactivity = std::chrono::hours{24 * 90};  // From the last change; 0: no limit.
  std::size_t notices_per_user_max = 4;               // Under way at the same time.
  Duration notice_interval = std::chrono::milliseconds{500};  // Between modification notices.

  Duration progress_interval = std::chrono::milliseconds{100};
  Duration counters_interval = std::chrono::seconds{5};  // Of saving bytes by source while it runs.
  Duration why_interval = std::chrono::seconds{30};  // Of saving decision records while they grow.
  std::size_t ended_jobs_kept = 200;  // Decision records of jobs that are gone, together at most
  std::size_t ended_chars_max = 4 * 1024 * 1024;  // so long, for so many days.
  Duration ended_kept_for = std::chrono::hours{24 * 7};
  Duration ledger_retry_delay = std::chrono::seconds{5};

  // Jobs that ran when the process ended go on by themselves. Otherwise each waits for a Resume.
  bool autostart = true;
};

}  // namespace freshet
