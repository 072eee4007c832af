// W3C Trace Context: whose work a request is part of. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

inline constexpr std::string_view kTraceParent = "traceparent";

// Whether this header says so, or more of it (tracestate).
[[nodiscard]] bool is_trace(std::string_view header_name);
// "00-<32 hex digits>-<16>-<2>": the 32 digits; nothing when the value is no such thing.
[[nodiscard]] std::optional<std::string_view> trace_id(std::string_view traceparent);
// The same trace, of a step of its own with this number, which is not 0.
[[nodiscard]] std::string trace_step(std::string_view traceparent, std::uint64_t step);

}  // namespace freshet
