#include "engine/base/trace.h"

#include <algorithm>

namespace freshet {

namespace {

constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kStepAt = kTraceAt + kTraceDigits + 1;
constexpr std::size_t kStepDigits = 16;
constexpr std::size_t kFlagsAt = kStepAt + kStepDigits + 1;
constexpr std::size_t kSize = kFlagsAt + 2;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool is_trace(std::string_view header_name) {
  return same(header_name, kTraceParent) || same(header_name, "tracestate");
}

std::optional<std::string_view> trace_id(std::string_view text) {
  // Later versions may say more behind this (Trace Context §4).
  bool const long_enough = text.size() == kSize || (text.size() > kSize && text[kSize] == '-');
  if (!long_enough || text.starts_with("ff") || (text.starts_with("00") && text.size() > kSize)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kSize; ++i) {
    bool const dash = i == kTraceAt - 1 || i == kStepAt - 1 || i == kFlagsAt - 1;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return std::nullopt;
  }
  auto const trace = text.substr(kTraceAt, kTraceDigits);
  if (all_zero(trace) || all_zero(text.substr(kStepAt, kStepDigits))) return std::nullopt;
  return trace;
}

std::string trace_step(std::string_view traceparent, std::uint64_t step) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "00" + std::string(traceparent.substr(kTraceAt - 1, kSize - kTraceAt + 1));
  for (std::size_t i = 0; i < kStepDigits; ++i) {
    text[kStepAt + kStepDigits - 1 - i] = kDigits[step >> (4 * i) & 0xf];
  }
  return text;
}

}  // namespace freshet
