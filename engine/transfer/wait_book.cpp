#include "engine/transfer/wait_book.h"

#include <utility>

namespace freshet {

namespace {

constexpr std::array<std::string_view, kLimiters> kNames{
    "moving", "queue",  "identity",    "answer", "silence",
    "retry",  "policy", "connections", "peers",  "disk",
};

std::size_t index(Limiter limiter) {
  return static_cast<std::size_t>(limiter);
}

}  // namespace

std::string_view name(Limiter limiter) {
  return kNames.at(index(limiter));
}

void WaitBook::turn(Limiter limiter, TimePoint now) {
  if (stopped_) return;
  times_[index(current_)] += now - std::exchange(since_, now);
  current_ = limiter;
}

void WaitBook::stop(TimePoint now) {
  turn(current_, now);
  stopped_ = true;
}

LimiterTimes WaitBook::times(TimePoint now) const {
  auto times = times_;
  if (!stopped_) times[index(current_)] += now - since_;
  return times;
}

void WaitBook::write(JsonWriter& json, TimePoint now) const {
  auto const times_now = times(now);
  json.key("time").begin_array();
  for (std::size_t i = 0; i < kLimiters; ++i) {
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(times_now[i]).count();
    if (ms <= 0) continue;
    json.begin_object().field("for", kNames[i]).field("ms", static_cast<std::uint64_t>(ms));
    json.end_object();
  }
  json.end_array();
}

}  // namespace freshet
