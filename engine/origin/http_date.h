// Dates of HTTP (RFC 9110 §5.6.7) and what depends on them. Pure; hostile input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/origin.h"
#include "freshet/units.h"

namespace freshet {

// All three forms: IMF-fixdate, RFC 850, asctime. Always GMT.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

// Retry-After: seconds, or a date, which is compared with the server's own `date` when it sent one.
// At most a day, at least zero.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view text,
                                                        std::optional<WallTime> date, WallTime now);

// What may stand in If-Range for this validator: its strong entity tag, or a modification date at
// least a minute old. Empty: nothing, the answer must be compared instead.
[[nodiscard]] std::string if_range_value(Validator const& validator, WallTime now);

}  // namespace freshet
