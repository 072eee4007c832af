// The throttles of limits that some fetches share.
//
// Pure; time comes in with each call. Thread: origin. A limit stays known while a fetch has it or
// it is in debt: many small fetches one after the other keep to it as one large one does.
#pragma once

#include <map>
#include <memory>

#include "engine/origin/throttle.h"
#include "engine/ports/origin.h"

namespace freshet {

class SharedLimits {
 public:
  // Its throttle, with this rate from now on; null when there is none. Shared with the fetches that
  // have the limit.
  [[nodiscard]] std::shared_ptr<Throttle> of(FetchLimit const& limit, TimePoint now);
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

 private:
  std::map<LimitId, std::shared_ptr<Throttle>> by_id_;
};

}  // namespace freshet
