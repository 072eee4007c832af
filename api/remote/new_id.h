// A job's id that nobody else has: 122 random bits (RFC 9562, version 4). Any thread.
#pragma once

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet::remote {

// io_error: the system has no random numbers.
[[nodiscard]] Result<JobId> new_id();

}  // namespace freshet::remote
