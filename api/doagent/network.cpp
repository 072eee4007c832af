#include "api/doagent/network.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>

#include <memory>

namespace freshet::doagent {

bool has_network() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return true;
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const list(first, &::freeifaddrs);
  constexpr unsigned kRuns = IFF_UP | IFF_RUNNING;
  for (auto const* at = first; at != nullptr; at = at->ifa_next) {
    bool const address = at->ifa_addr != nullptr && (at->ifa_addr->sa_family == AF_INET ||
                                                     at->ifa_addr->sa_family == AF_INET6);
    bool const runs = (at->ifa_flags & kRuns) == kRuns && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (address && runs) return true;
  }
  return false;
}

}  // namespace freshet::doagent
