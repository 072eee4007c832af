// The one kind of Range that the demonstration's origin answers (RFC 9110 §14). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/units.h"

namespace freshet::demo {

// "bytes=FIRST-LAST" or "bytes=FIRST-". Nothing for another form or one outside of the content.
[[nodiscard]] std::optional<ByteRange> parse_range_header(std::string_view text, Bytes length);
// "bytes FIRST-LAST/LENGTH", or "bytes */LENGTH" without a range.
[[nodiscard]] std::string content_range_field(std::optional<ByteRange> range, Bytes length);

}  // namespace freshet::demo
