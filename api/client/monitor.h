// What the engine's parts know, as monitoring shows it.
//
// Loop only.
#pragma once

#include <vector>

#include "freshet/job.h"
#include "freshet/monitor.h"

namespace freshet {

class EmbeddedEngine;

[[nodiscard]] std::vector<FileStatus> status_of(EmbeddedEngine& engine, Caller const& caller);
// With what was moved since the start.
[[nodiscard]] PerfSnapshot perf_of(EmbeddedEngine& engine);

}  // namespace freshet
