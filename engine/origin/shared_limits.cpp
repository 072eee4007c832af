#include "engine/origin/shared_limits.h"

namespace freshet {

std::shared_ptr<Throttle> SharedLimits::of(FetchLimit const& limit, TimePoint now) {
  std::erase_if(by_id_, [now](auto const& entry) {
    return entry.second.use_count() == 1 && entry.second->open(now);
  });
  if (limit.id == LimitId::none || limit.rate.value == 0) return nullptr;
  auto& throttle = by_id_[limit.id];
  if (!throttle) throttle = std::make_shared<Throttle>();
  if (throttle->limit() != limit.rate) throttle->set_limit(limit.rate, now);
  return throttle;
}

}  // namespace freshet
