// How long a stored response is fresh, and how old it is (RFC 9111 §4.2). Pure: `now` comes in; any
// thread.
#pragma once

#include "api/node/cache/stored_head.h"

namespace freshet::node {

// From s-maxage, max-age, Expires or the last change, in this order.
[[nodiscard]] Seconds freshness_lifetime(StoredHead const& stored, CacheRules const& rules);
[[nodiscard]] Seconds current_age(StoredHead const& stored, WallTime now);
// Until it is stale; negative or zero when it is.
[[nodiscard]] Seconds time_to_live(StoredHead const& stored, WallTime now, CacheRules const& rules);

// Whether the response says itself how long it is fresh.
[[nodiscard]] bool has_explicit_lifetime(Fields const& fields);
// Statuses for which a lifetime may be guessed (RFC 9110 §15.1).
[[nodiscard]] bool is_heuristic_status(unsigned status);

}  // namespace freshet::node
