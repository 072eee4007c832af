#include "engine/job/retry_policy.h"

#include <algorithm>

namespace freshet {

Duration retry_delay(JobOptions const& options, JobSpec const& spec, std::uint32_t failures_before,
                     Random& random) {
  auto const least = std::max(options.retry_delay_min, spec.retry_delay_min);
  auto const most = std::max(options.retry_delay_max, least);
  auto delay = least;
  for (std::uint32_t i = 0; i < failures_before && delay < most; ++i) delay *= 2;
  delay = std::min(delay, most);
  auto const spread = static_cast<std::uint64_t>(delay.count() / 4 + 1);
  return delay + Duration{static_cast<Duration::rep>(below(random, spread))};
}

Duration no_progress_timeout(JobOptions const& options, JobSpec const& spec) {
  if (spec.no_progress_timeout > Duration::zero()) return spec.no_progress_timeout;
  return spec.priority == Priority::foreground ? options.no_progress_foreground
                                               : options.no_progress_background;
}

}  // namespace freshet
