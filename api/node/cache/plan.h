// What to do with a request, given what is stored for its URL and now (RFC 9111 §4). Pure; any
// thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "api/node/cache/stored_head.h"
#include "api/node/http/status_fields.h"

namespace freshet::node {

enum class Act : std::uint8_t {
  serve,               // `variant` as it is.
  serve_and_validate,  // The same, and ask the origin behind it (RFC 5861 §3).
  validate,            // Ask the origin, with `conditions`, whether `variant` still holds.
  fetch,               // From the origin, to be stored if it may.
  pass,                // To the origin as the request is, nothing stored.
  gateway_timeout,     // 504: only-if-cached.
};

struct Plan {
  Act act = Act::pass;
  std::optional<std::size_t> variant;
  Fields conditions;  // Instead of the request's own: what a client has is compared afterwards.
  Forward forward = Forward::none;
  std::optional<Seconds> time_to_live;  // Of `variant`.
  std::string_view detail;
};

// `variants` are all that is stored for the URL. References for the call alone.
[[nodiscard]] Plan plan_request(RequestHead const& request,
                                std::span<StoredHead const* const> variants, WallTime now,
                                CacheRules const& rules);

// Which of them is for the request: of several the one with the latest Date.
[[nodiscard]] std::optional<std::size_t> select_variant(
    Fields const& request, std::span<StoredHead const* const> variants);

// Whether a stale response may be sent although the origin failed: it was not reached, or answered
// with 500, 502, 503 or 504 (RFC 5861 §4, RFC 9111 §4.2.4).
[[nodiscard]] bool may_stand_in(RequestHead const& request, StoredHead const& stored, WallTime now,
                                bool reached, CacheRules const& rules);
[[nodiscard]] bool is_origin_failure(unsigned status);

// What asks the origin whether a stored response still holds (RFC 9111 §4.3.1).
[[nodiscard]] Fields validation_conditions(Fields const& stored);

}  // namespace freshet::node
