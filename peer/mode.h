// Download modes, by the numbers of Delivery Optimization, and what each of them allows.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace freshet {

enum class DownloadMode : std::uint8_t {
  http_only = 0,  // No peers.
  lan = 1,        // Peers with evidence of being on this link's networks.
  group = 2,      // Peers that prove to know the group's secret, wherever they are.
  internet = 3,   // Anyone.
  simple = 99,    // HTTP alone, and no service of ours is asked anything.
  bypass = 100,   // Outside of this engine's control; treated as `simple`.
};

[[nodiscard]] std::string_view name(DownloadMode mode);
// By name or by number. "off" is `http_only`.
[[nodiscard]] std::optional<DownloadMode> download_mode_from_string(std::string_view text);

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
