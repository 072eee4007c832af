// What peers ask the link (BEP 14): which contents, and where they listen.
//
// Pure; any thread. Everything comes from strangers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::peer {

struct LinkAnnounce {
  std::uint16_t port = 0;
  std::vector<std::string> short_hashes;  // 20 bytes each.
};

inline constexpr std::size_t kAnnounceBytesMax = 1400;
inline constexpr std::size_t kAnnounceHashesMax = 64;

// Nothing unless it is a whole BT-SEARCH with a port and some hash.
[[nodiscard]] std::optional<LinkAnnounce> parse_link_announce(std::string_view datagram);

}  // namespace freshet::peer
