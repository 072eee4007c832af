// What a swarm's options mean, checked.
//
// Pure but for the interfaces of this machine; any thread.
#pragma once

#include "freshet/error.h"
#include "peer/local_networks.h"
#include "peer/session.h"
#include "peer/swarm.h"

namespace freshet::peer {

// invalid_argument for an address or a network that is none, and for a mode without peers.
[[nodiscard]] Result<void> validate(SwarmOptions const& options);
// Those that are configured, else those of our interfaces.
[[nodiscard]] LocalNetworks networks_of(SwarmOptions const& options);
// The name belongs to what members prove, so that one secret may serve several groups.
[[nodiscard]] SwarmOptions with_group_name(SwarmOptions options);
[[nodiscard]] SessionSpec session_of(SwarmOptions const& options, ModeRules const& rules);
// Without its port; empty for what is none.
[[nodiscard]] std::string address_of(std::string const& endpoint);

}  // namespace freshet::peer
