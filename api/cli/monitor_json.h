// Policies and monitoring as JSON. The names are those of Delivery Optimization's cmdlets.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "freshet/client.h"

namespace freshet::cli {

[[nodiscard]] nlohmann::json to_json(PolicyEntry const& policy);
[[nodiscard]] nlohmann::json to_json(FileStatus const& status);
[[nodiscard]] nlohmann::json to_json(PerfSnapshot const& perf);

}  // namespace freshet::cli
