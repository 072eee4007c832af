#include "engine/transfer/wait_ahead.h"

#include <algorithm>
#include <limits>

namespace freshet {

namespace {

double seconds_for(Bytes bytes, double rate) {
  if (rate <= 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(bytes) / rate;
}

}  // namespace

bool WaitAhead::waits(DigestWord const& ahead, Own const& own, WaitPatience const& patience,
                      TimePoint now) {
  if (given_up_ || ahead.done > ahead.length || own.done > ahead.length) return false;
  auto const its_rate = static_cast<double>(ahead.rate.value);
  if (!since_) {
    auto const rate = own.rate > 0 ? own.rate : its_rate;
    if (rate <= 0) return false;
    since_ = now;
    alone_ = seconds_for(ahead.length - own.done, rate);
  }
  std::chrono::duration<double> const spent = now - *since_;
  auto const trial =
      std::min(patience.trial * alone_, std::chrono::duration<double>(patience.trial_max).count());
  if (spent.count() < trial) return true;
  auto const all = spent.count() + seconds_for(ahead.length - ahead.done, its_rate);
  given_up_ = all > patience.worth * alone_;
  return !given_up_;
}

}  // namespace freshet
