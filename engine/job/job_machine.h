// The states of a job, and what calls and happenings lead from one to the next.
//
// Pure. The rules are those of Delivery Optimization and BITS (docs/api.md, "States").
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
  set_property,       // Priority, name, description, notices, delays, proxy, headers, costs.
  set_before_resume,  // What is fixed by the first resume.
  set_before_files,   // What is fixed by the first file.
  set_file_property,  // Where a file's bytes go and how they are judged.
  set_file_acl,
  set_credentials,
  rename_remote,  // One file's URLs, or the prefix of all.
  validate,       // The application has looked at one file.
  take_ownership,
  get_error,
};

struct JobFacts {
  bool files = false;             // The job has some.
  bool pending = false;           // Some of them are not transferred yet.
  bool resumed = false;           // It was resumed before.
  bool file_transferred = false;  // With `validate`: the file that it is about.
};

// The state after the call, or why it is refused: invalid_state, job_empty, error_unavailable,
// not_yet, fixed_after_resume, fixed_after_add. Complete leads to `acknowledged` once the files are
// placed; what a failed validation leads to is a happening.
[[nodiscard]] Result<JobState> state_after(JobCall call, JobState state, JobFacts facts);

// What happens to a job while nobody calls.
enum class JobHappening : std::uint8_t {
  slot,               // A file of it begins.
  data,               // A source answered.
  preempted,          // Its last running file gave way, or its time slice is over.
  transferred,        // The last pending file arrived.
  transient_failure,  // No source can deliver now.
  fatal_failure,      // Somebody must act, or what had arrived is gone again.
  retry_due,
  no_progress,    // The no-progress timeout ran out.
  refused,        // The application found a file wrong that came from the origin.
  refused_peers,  // It found one wrong that came from peers: fetched again by itself.
  restart,        // The process came back.
};

// The state after it; nothing when it cannot happen in this state, or means nothing there.
[[nodiscard]] std::optional<JobState> state_after(JobHappening happening, JobState state);

// Queued, connecting, transferring or waiting for a retry.
[[nodiscard]] constexpr bool is_running(JobState state) {
  return state >= JobState::queued && state <= JobState::transient_error;
}

// Of these the time is limited.
[[nodiscard]] constexpr bool is_moving(JobState state) {
  return state == JobState::connecting || state == JobState::transferring;
}

}  // namespace freshet
