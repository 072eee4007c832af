// How far inside an address lies.
//
// Pure; any thread. Hostile names.
#pragma once

#include <string_view>

#include "engine/ports/origin.h"

namespace freshet {

[[nodiscard]] std::string_view name(Reach reach);

// Of a numeric address, in whatever dress (IPv4 in IPv6, 6to4, NAT64), or of a host in a URL. A
// name is of the Internet unless it means this machine: where it leads is known once it is dialled.
[[nodiscard]] Reach reach_of(std::string_view host);

}  // namespace freshet
