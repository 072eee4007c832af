#include "api/node/http/ranges.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

// A part of its own costs about as much.
constexpr Bytes kGapMax = 128;

std::optional<RangeSpec> parse_spec(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const first = trimmed(text.substr(0, dash));
  auto const last = trimmed(text.substr(dash + 1));
  RangeSpec spec;
  if (!first.empty() && !(spec.first = parse_number(first))) return std::nullopt;
  if (!last.empty() && !(spec.last = parse_number(last))) return std::nullopt;
  if (!spec.first && !spec.last) return std::nullopt;
  if (spec.first && spec.last && *spec.last < *spec.first) return std::nullopt;
  return spec;
}

ByteRange resolve(RangeSpec const& spec, Bytes length) {
  if (!spec.first) return {length - std::min(*spec.last, length), length};
  auto const end = spec.last && *spec.last < length ? *spec.last + 1 : length;
  return {std::min(*spec.first, length), end};
}

bool near(ByteRange const& a, ByteRange const& b) {
  return a.begin <= b.end + kGapMax && b.begin <= a.end + kGapMax;
}

}  // namespace

std::optional<std::vector<RangeSpec>> parse_ranges(std::string_view value) {
  auto const equals = value.find('=');
  if (equals == std::string_view::npos || !same_word(trimmed(value.substr(0, equals)), "bytes")) {
    return std::nullopt;
  }
  std::vector<RangeSpec> specs;
  ListReader list(value.substr(equals + 1));
  while (auto const text = list.next()) {
    auto const spec = parse_spec(*text);
    if (!spec || specs.size() == kRangesMax) return std::nullopt;
    specs.push_back(*spec);
  }
  if (specs.empty()) return std::nullopt;
  return specs;
}

std::vector<ByteRange> satisfied(std::vector<RangeSpec> const& specs, Bytes length) {
  std::vector<ByteRange> ranges;
  for (auto const& spec : specs) {
    auto range = resolve(spec, length);
    if (range.empty()) continue;
    // One that touches earlier ones takes their place, and may reach further ones by that.
    for (auto at = ranges.begin(); at != ranges.end();) {
      if (near(*at, range)) {
        range = {std::min(at->begin, range.begin), std::max(at->end, range.end)};
        ranges.erase(at);
        at = ranges.begin();
      } else {
        ++at;
      }
    }
    ranges.push_back(range);
  }
  return ranges;
}

std::string content_range(ByteRange range, std::optional<Bytes> length) {
  return "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1) + "/" +
         (length ? std::to_string(*length) : "*");
}

std::string unsatisfied_range(Bytes length) {
  return "bytes */" + std::to_string(length);
}

MultipartPlan plan_multipart(std::vector<ByteRange> const& ranges, Bytes length,
                             std::string_view content_type, std::string_view boundary) {
  MultipartPlan plan;
  plan.content_type = "multipart/byteranges; boundary=" + std::string(boundary);
  plan.tail = "\r\n--" + std::string(boundary) + "--\r\n";
  plan.bytes = plan.tail.size();
  for (auto const range : ranges) {
    auto head = "\r\n--" + std::string(boundary) + "\r\n";
    if (!content_type.empty()) head.append("Content-Type: ").append(content_type).append("\r\n");
    head.append("Content-Range: ").append(content_range(range, length)).append("\r\n\r\n");
    plan.bytes += head.size() + range.size();
    plan.parts.push_back({std::move(head), range});
  }
  return plan;
}

}  // namespace freshet::node
