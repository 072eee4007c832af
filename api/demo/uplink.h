// A line of limited rate that several connections share fairly: each asks before it sends a chunk
// and is let through in turn. Pure: time comes in with each call.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "freshet/units.h"

namespace freshet::demo {

class Uplink {
 public:
  explicit Uplink(BytesPerSecond rate) : rate_(rate) {}  // 0: no limit.

  // `send` runs when the line is free for `bytes`, from this call or from `advance`.
  void ask(TimePoint now, Bytes bytes, std::function<void()> send);
  // Lets through what may go by now. When to come back; nothing while nobody waits.
  [[nodiscard]] std::optional<TimePoint> advance(TimePoint now);

 private:
  struct Waiting {
    Bytes bytes = 0;
    std::function<void()> send;
  };

  BytesPerSecond rate_;
  TimePoint free_at_{};
  std::deque<Waiting> waiting_;
};

}  // namespace freshet::demo
