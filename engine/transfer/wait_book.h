// What a transfer spent its time on: moving bytes, or waiting for what.
//
// Pure; time comes in with each call. Thread: engine loop.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/transfer/json_writer.h"
#include "freshet/units.h"

namespace freshet {

// Names are stable: they stand in JSON, in metrics and in docs/why.md. Append, never rename.
enum class Limiter : std::uint8_t {
  moving,       // Nothing: bytes come.
  queue,        // A place among the transfers that run.
  identity,     // A manifest is on its way.
  answer,       // A source was asked and has not answered yet.
  silence,      // Sources answered, and send nothing.
  retry,        // Every source failed lately and is left alone for a while.
  policy,       // Sources are held back by policy.
  connections,  // Other transfers have all connections.
  peers,        // Peers are to bring it.
  disk,         // The store makes room, or makes it durable.
};
inline constexpr std::size_t kLimiters = static_cast<std::size_t>(Limiter::disk) + 1;
[[nodiscard]] std::string_view name(Limiter limiter);

using LimiterTimes = std::array<Duration, kLimiters>;

class WaitBook {
 public:
  explicit WaitBook(TimePoint start) : since_(start) {}

  // From now on it is this.
  void turn(Limiter limiter, TimePoint now);
  // Nothing is counted from now on.
  void stop(TimePoint now);

  [[nodiscard]] Limiter current() const { return current_; }
  [[nodiscard]] LimiterTimes times(TimePoint now) const;
  // As the array "time" of those that took any.
  void write(JsonWriter& json, TimePoint now) const;

 private:
  Limiter current_ = Limiter::queue;
  TimePoint since_;
  bool stopped_ = false;
  LimiterTimes times_{};
};

}  // namespace freshet
