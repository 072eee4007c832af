// How long a client waits for what is not there yet: `Prefer: wait=20` (RFC 7240).
//
// Pure; any thread. Hostile input.
#pragma once

#include "api/node/http/fields.h"
#include "freshet/units.h"

namespace freshet::node {

// Zero when it says nothing of that, or nothing that can be read; an hour at most.
[[nodiscard]] Duration preferred_wait(Fields const& fields);

}  // namespace freshet::node
