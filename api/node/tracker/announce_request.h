// What peers ask of the tracker: announces and scrapes in a query (BEP 3, BEP 23, BEP 48).
//
// Pure; any thread. Hostile input. Addresses that a query names (`ip`, `ipv4`, `ipv6`) are not
// read: peers are where they announce from.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::node {

// SHA-1 of an info dictionary, or the first 20 bytes of its SHA-256 (BEP 52).
using SwarmHash = std::array<std::uint8_t, 20>;

enum class PeerEvent : std::uint8_t { none, started, stopped, completed };

struct AnnounceRequest {
  SwarmHash swarm{};
  std::array<std::uint8_t, 20> peer_id{};
  std::uint16_t port = 0;
  Bytes left = 0;  // 0: it has everything.
  PeerEvent event = PeerEvent::none;
  std::size_t wanted = 50;  // Peers; the book gives no more than its limit.
  bool compact = true;
  bool without_ids = false;  // Of peers, where the answer is not compact.
};
// Why not: a sentence for the peer.
using TrackerFault = std::string;
[[nodiscard]] tl::expected<AnnounceRequest, TrackerFault> parse_announce(std::string_view query);

inline constexpr std::size_t kScrapeMax = 64;
[[nodiscard]] tl::expected<std::vector<SwarmHash>, TrackerFault> parse_scrape(
    std::string_view query);

}  // namespace freshet::node
