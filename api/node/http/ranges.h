// Range requests and their answers (RFC 9110 §14): what is asked, what of it is there, and how
// several parts are sent.
//
// Pure; any thread. Hostile input: how many ranges are answered is limited.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/units.h"

namespace freshet::node {

inline constexpr std::size_t kRangesMax = 32;

struct RangeSpec {
  std::optional<Bytes> first;  // Absent: the last `last` bytes.
  std::optional<Bytes> last;   // The position of the last byte; absent: to the end.
  bool operator==(RangeSpec const&) const = default;
};
// The value of a Range field. Nothing when it is to be ignored: another unit, malformed, more than
// `kRangesMax`.
[[nodiscard]] std::optional<std::vector<RangeSpec>> parse_ranges(std::string_view value);

// What of the ranges a content of `length` has, in the order asked. Empty: 416. Ranges that overlap
// become one, and small gaps are bridged, so that an answer is never much longer than the content.
[[nodiscard]] std::vector<ByteRange> satisfied(std::vector<RangeSpec> const& specs, Bytes length);

// "bytes 0-9/100"; an unknown length is "*".
[[nodiscard]] std::string content_range(ByteRange range, std::optional<Bytes> length);
// Of a 416: "bytes */100".
[[nodiscard]] std::string unsatisfied_range(Bytes length);

// An answer of several parts (multipart/byteranges). Each part is its head, then its bytes; the
// tail ends it.
struct PartPlan {
  std::string head;
  ByteRange range;
};
struct MultipartPlan {
  std::string content_type;
  std::vector<PartPlan> parts;
  std::string tail;
  Bytes bytes = 0;  // Of the whole body.
};
// `boundary` is made of letters and digits and appears nowhere in the content: long and random.
[[nodiscard]] MultipartPlan plan_multipart(std::vector<ByteRange> const& ranges, Bytes length,
                                           std::string_view content_type,
                                           std::string_view boundary);

}  // namespace freshet::node
