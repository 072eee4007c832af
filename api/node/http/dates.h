// Dates of HTTP, written and read from fields. Reading accepts all three forms. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/node/http/fields.h"
#include "freshet/units.h"

namespace freshet::node {

// "Sun, 06 Nov 1994 08:49:37 GMT"
[[nodiscard]] std::string to_http_date(WallTime when);
// Of a field that is there once and is a date.
[[nodiscard]] std::optional<WallTime> date_field(Fields const& fields, std::string_view name);

}  // namespace freshet::node
