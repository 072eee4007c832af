// What NetworkManager knows of the network that the kernel does not: whether it is metered, whether
// the way out is one of its VPNs, what that connection is called, and what DHCP handed out.
//
// Asks over D-Bus and waits at most a fraction of a second for all answers: a worker's work. Any
// thread. Where NetworkManager does not run nothing is started and nothing changes.
#pragma once

#include <string>

#include "freshet/policy.h"

namespace freshet {

// The address of the system's bus; empty where there is none.
[[nodiscard]] std::string system_bus();

// `bus`: an address as D-Bus writes them; empty: nothing is asked.
void add_network_manager(std::string const& bus, MachineState& machine);

}  // namespace freshet
