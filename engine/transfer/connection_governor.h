// How many connections to one source pay: doubled while its throughput grows, taken back when more
// bring nothing, halved when the source says it is too much.
//
// Pure; a value. Time comes in with each call.
#pragma once

#include <cstdint>
#include <optional>

#include "freshet/units.h"

namespace freshet {

class ConnectionGovernor {
 public:
  // `fixed`: that many, whatever is measured; 0: chosen by measurement, at most `max`.
  ConnectionGovernor(std::uint32_t max, std::uint32_t fixed);

  [[nodiscard]] std::uint32_t target() const { return target_; }
  // Bytes came, over all connections to the source, of which `open` are there now.
  void on_bytes(Bytes bytes, std::uint32_t open, TimePoint now);
  // 429, 503, or a connection refused although others are open.
  void on_pushback();
  // Only ever one: the source cannot be asked for parts.
  void hold_at_one();

 private:
  void judge(double rate, TimePoint now);
  void measure_anew(TimePoint now);

  std::uint32_t max_;
  std::uint32_t target_;
  bool fixed_;
  double rate_before_ = 0;  // With half as many.
  std::optional<TimePoint> window_start_;
  Bytes window_bytes_ = 0;
  TimePoint held_until_{};
};

}  // namespace freshet
