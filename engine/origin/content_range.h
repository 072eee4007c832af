// Content-Range and Content-Length as servers send them (RFC 9110 §14.4, §8.6). Pure; hostile
// input.
#pragma once

#include <optional>
#include <string_view>

#include "freshet/units.h"

namespace freshet {

struct ContentRange {
  std::optional<ByteRange> range;  // Absent: "*", nothing could be sent.
  std::optional<Bytes> length;     // Absent: "*", unknown.
  bool operator==(ContentRange const&) const = default;
};

// "bytes 0-9/100", "bytes 0-9/*", "bytes */100". Nothing when it is anything else, or contradicts
// itself.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

// Decimal digits; several equal values joined by commas count as one (RFC 9110 §8.6).
[[nodiscard]] std::optional<Bytes> parse_content_length(std::string_view text);

}  // namespace freshet
