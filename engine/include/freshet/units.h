// Sizes, rates and times, and literals for them.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace freshet {

// A count or a position of bytes.
using Bytes = std::uint64_t;

struct BytesPerSecond {
  std::uint64_t value = 0;
  auto operator<=>(BytesPerSecond const&) const = default;
};

// Half-open: `begin` is the first byte, `end` is one past the last.
struct ByteRange {
  Bytes begin = 0;
  Bytes end = 0;

  [[nodiscard]] constexpr Bytes size() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return begin >= end; }
  auto operator<=>(ByteRange const&) const = default;
};

// As the end of a range: wherever the file ends.
inline constexpr Bytes kToEnd = std::numeric_limits<Bytes>::max();

// Monotonic time, for deadlines and rates. Comes from the `Clock` port only.
using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Calendar time, for what people read and what must survive a restart.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline namespace literals {
constexpr Bytes operator""_KiB(unsigned long long n) {
  return n << 10;
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return n << 20;
}
constexpr Bytes operator""_GiB(unsigned long long n) {
  return n << 30;
}
constexpr Bytes operator""_TiB(unsigned long long n) {
  return n << 40;
}
}  // namespace literals

}  // namespace freshet
