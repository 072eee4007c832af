// Asks the links of this machine for nodes. Waits for answers.
#pragma once

#include <vector>

#include "api/node/discovery/service.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::node {

// Those that answer within `wait`, each once, in the order of their names. port_unavailable.
[[nodiscard]] Result<std::vector<FoundNode>> find_nodes(Duration wait);

}  // namespace freshet::node
