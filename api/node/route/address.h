// Which addresses a cache may dial: a name on the allow list must not lead into the site's own
// networks.
//
// Pure; any thread.
#pragma once

#include <span>

#include "engine/base/ip_address.h"

namespace freshet::node {

// Whether the address is one of the Internet: not loopback, private, link-local, multicast,
// reserved, nor one of these in another dress (IPv4-mapped, 6to4, NAT64, Teredo).
[[nodiscard]] bool is_public(IpAddress const& address);

// Whether a connection to an origin may go there: to public addresses, and to networks that the
// administrator named. To be asked of each address right before it is dialled.
[[nodiscard]] bool may_dial(IpAddress const& address, std::span<IpNetwork const> also);

}  // namespace freshet::node
