// Peers as applications see them: which ones are allowed, and who is there. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/units.h"

namespace freshet {

// By the numbers of Delivery Optimization.
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

struct PeerOptions {
  DownloadMode mode = DownloadMode::http_only;
  // "address:port", "[address]:port"; port 0 is any. Empty: every address at port 7680, or at
  // another when that one is taken.
  std::vector<std::string> listen;
  std::string group;         // The group's name, with a secret. Groups of other names never meet.
  std::string group_secret;  // Empty: no group.
  std::vector<std::string> trackers;        // URLs, for every content.
  std::vector<std::string> peers;           // "address:port"; asked for every content.
  std::vector<std::string> local_networks;  // "192.0.2.0/24"; empty: as the interfaces say.
  bool local_search = true;                 // Multicast on the link, where the mode allows it.
  BytesPerSecond lan_upload{};              // 0: no limit.
  BytesPerSecond internet_upload{};
  Duration share_for{};             // How long a content is shared after the last job let it go.
  std::uint32_t shares_max = 1000;  // Contents shared without a job; the oldest go first.
};

enum class PeerClass : std::uint8_t { lan, group, internet, link_local };
[[nodiscard]] std::string_view name(PeerClass peer_class);

// A connection with a peer about one content.
struct PeerStatus {
  ContentId content;
  std::string address;  // "192.0.2.1:7680"
  std::string client;   // As the peer names itself.
  PeerClass peer_class = PeerClass::lan;
  bool speaks_claims = false;  // A Freshet peer.
  bool connected = true;
  Bytes received = 0;
  Bytes sent = 0;
  std::string trouble;  // Why it was left or banned.
};

}  // namespace freshet
