#include "engine/transfer/connection_budget.h"

#include "engine/base/assert.h"

namespace freshet {

HostKey ConnectionBudget::host(std::string const& name) {
  auto const next = static_cast<std::uint32_t>(open_by_host_.size());
  auto const [found, added] = hosts_.emplace(name, next);
  if (added) open_by_host_.push_back(0);
  return HostKey{found->second};
}

bool ConnectionBudget::may_open(HostKey host, bool first) {
  auto const at_host = open_by_host_[static_cast<std::uint32_t>(host)];
  bool const room = first ? open_ < connections_max_
                          : open_ + without_ < connections_max_ && at_host < per_host_max_;
  refused_ = refused_ || !room;
  return room;
}

void ConnectionBudget::opened(HostKey host) {
  ++open_;
  ++open_by_host_[static_cast<std::uint32_t>(host)];
}

void ConnectionBudget::closed(HostKey host) {
  auto& at_host = open_by_host_[static_cast<std::uint32_t>(host)];
  FRESHET_ASSERT(open_ > 0 && at_host > 0);
  --open_;
  --at_host;
}

}  // namespace freshet
