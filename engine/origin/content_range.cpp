#include "engine/origin/content_range.h"

#include <charconv>

namespace freshet {

namespace {

// Positions stay below this, so that sums of two never overflow.
constexpr Bytes kPositionMax = Bytes{1} << 62;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<Bytes> number(std::string_view text) {
  Bytes value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value >= kPositionMax) {
    return std::nullopt;
  }
  return value;
}

bool has_unit_bytes(std::string_view text) {
  if (text.size() < 6) return false;
  for (std::size_t i = 0; i < 5; ++i) {
    if ((text[i] | 0x20) != "bytes"[i]) return false;
  }
  return text[5] == ' ' || text[5] == '\t';
}

std::optional<ByteRange> first_to_last(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const first = number(trimmed(text.substr(0, dash)));
  auto const last = number(trimmed(text.substr(dash + 1)));
  if (!first || !last || *last < *first) return std::nullopt;
  return ByteRange{*first, *last + 1};
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trimmed(text);
  if (!has_unit_bytes(text)) return std::nullopt;
  text = trimmed(text.substr(6));
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto const range = trimmed(text.substr(0, slash));
  auto const length = trimmed(text.substr(slash + 1));

  ContentRange result;
  if (range != "*" && !(result.range = first_to_last(range))) return std::nullopt;
  if (length != "*" && !(result.length = number(length))) return std::nullopt;
  if (!result.range && !result.length) return std::nullopt;
  if (result.range && result.length && result.range->end > *result.length) return std::nullopt;
  return result;
}

std::optional<Bytes> parse_content_length(std::string_view text) {
  std::optional<Bytes> length;
  while (true) {
    auto const comma = text.find(',');
    auto const value = number(trimmed(text.substr(0, comma)));
    if (!value || (length && *length != *value)) return std::nullopt;
    length = value;
    if (comma == std::string_view::npos) return length;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace freshet
