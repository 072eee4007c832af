// When a job that met a transient error is tried again, and when it is given up.
//
// Pure: time and chance come in with each call.
#pragma once

#include "engine/ports/random.h"
#include "freshet/job_options.h"

namespace freshet {

// Doubles with each failure in a row (from 0), within the limits, plus up to a quarter so that many
// clients do not come back at the same moment.
[[nodiscard]] Duration retry_delay(JobOptions const& options, JobSpec const& spec,
                                   std::uint32_t failures_before, Random& random);

[[nodiscard]] Duration no_progress_timeout(JobOptions const& options, JobSpec const& spec);

}  // namespace freshet
