// What each download mode allows.
//
// Pure; any thread.
#pragma once

#include "freshet/peers.h"

namespace freshet {

// What a mode allows. Addresses given by configuration are allowed in every mode with peers.
struct ModeRules {
  bool peers = false;         // There is a swarm at all.
  bool strangers = false;     // Peers outside of the local networks.
  bool proof = false;         // A peer has to know the group's secret before any block moves.
  bool local_search = false;  // Local service discovery.
  bool peer_exchange = false;
  bool dht = false;
  bool port_mapping = false;  // UPnP, NAT-PMP.
  bool operator==(ModeRules const&) const = default;
};

// With a group secret, a proof is asked for in every mode.
[[nodiscard]] ModeRules rules_of(DownloadMode mode, bool has_group_secret);

}  // namespace freshet
