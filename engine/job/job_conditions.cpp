#include "engine/job/job_conditions.h"

namespace freshet {

std::optional<Error> why_blocked(JobSpec const& spec, Conditions const& now) {
  if (!now.network) return Error{Errc::network_absent, "network", "there is none"};
  if (((now.costs & ~cost::ignore_congestion) & spec.costs) == 0) {
    return Error{Errc::cost_refused, "network", "costs more than the job allows"};
  }
  return std::nullopt;
}

bool ends_waiting(Errc error, Conditions const& before, Conditions const& now) {
  if (!now.network) return false;
  return !before.network || (error == Errc::cost_refused && before.costs != now.costs);
}

}  // namespace freshet
