// How long to leave a source alone after failures in a row: doubled each time, with chance, so that
// many clients do not come back at the same moment.
//
// Pure; a value.
#pragma once

#include <cstdint>

#include "engine/ports/random.h"
#include "freshet/units.h"

namespace freshet {

// From three quarters of min(min * 2^(failures-1), max) up to the whole of it. `failures` counts
// from 1.
[[nodiscard]] Duration backoff(std::uint32_t failures, Duration min, Duration max, Random& random);

}  // namespace freshet
