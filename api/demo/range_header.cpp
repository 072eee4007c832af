#include "api/demo/range_header.h"

#include <algorithm>
#include <charconv>

namespace freshet::demo {

std::optional<ByteRange> parse_range_header(std::string_view text, Bytes length) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  auto const* const end = text.data() + text.size();
  ByteRange range{0, length};
  auto const first = std::from_chars(text.data(), end, range.begin);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  if (first.ptr + 1 != end) {
    Bytes last = 0;
    auto const second = std::from_chars(first.ptr + 1, end, last);
    if (second.ec != std::errc{} || second.ptr != end || last < range.begin) return std::nullopt;
    range.end = last < length ? last + 1 : length;
  }
  if (range.begin >= length) return std::nullopt;
  return range;
}

std::string content_range_field(std::optional<ByteRange> range, Bytes length) {
  auto const whole = "/" + std::to_string(length);
  if (!range) return "bytes *" + whole;
  return "bytes " + std::to_string(range->begin) + "-" + std::to_string(range->end - 1) + whole;
}

}  // namespace freshet::demo
