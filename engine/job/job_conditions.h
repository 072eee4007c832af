// Whether what the network is like now lets a job run.
//
// Pure.
#pragma once

#include <optional>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet {

// Why it must wait: network_absent, cost_refused.
[[nodiscard]] std::optional<Error> why_blocked(JobSpec const& spec, Conditions const& now);

// Whether a job that waits with this error is tried again at once after the change: when the
// network is back every one, when the costs are others those that waited for them.
[[nodiscard]] bool ends_waiting(Errc error, Conditions const& before, Conditions const& now);

}  // namespace freshet
