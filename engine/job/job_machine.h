// The states of a job, and what calls and happenings lead from one to the next.
//
// Pure. The rules are those of Delivery Optimization and BITS (docs/architecture.md, "Life of a
// job").
#pragma once

#include <optional>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet {

// What applications ask of a job. Calls with the same rule share a name.
enum class JobCall : std::uint8_t {
  add_files,
  resume,
  suspend,
  cancel,
  complete,
  set_property,  // Priority, name, description, notification, delays, proxy, headers, cost.
  set_file_acl,
  set_credentials,
  rename_remote,  // One file's URL, or the prefix of all.
  take_ownership,
  get_error,
};

struct JobFiles {
  bool any = false;      // The job has files.
  bool pending = false;  // Some of them are not transferred yet.
};

// The state after the call, or why it is refused (invalid_state, job_empty, error_unavailable).
// Complete leads to `acknowledged` once the files are placed.
[[nodiscard]] Result<JobState> state_after(JobCall call, JobState state, JobFiles files);

// What happens to a job while nobody calls.
enum class JobHappening : std::uint8_t {
  slot,               // A file of it begins.
  data,               // A source answered.
  preempted,          // Its last running file gave way to a more urgent one.
  transferred,        // The last pending file arrived.
  transient_failure,  // No source can deliver now.
  fatal_failure,      // Somebody must act, or what had arrived is gone again.
  retry_due,
  no_progress,  // The no-progress timeout ran out.
  restart,      // The process came back.
};

// The state after it; nothing when it cannot happen in this state, or means nothing there.
[[nodiscard]] std::optional<JobState> state_after(JobHappening happening, JobState state);

// Queued, connecting, transferring or waiting for a retry.
[[nodiscard]] constexpr bool is_running(JobState state) {
  return state >= JobState::queued && state <= JobState::transient_error;
}

}  // namespace freshet
