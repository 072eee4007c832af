// Peers as applications see them: which ones are allowed, and who is there. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/digest.h"
#include "freshet/export.h"
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

[[nodiscard]] FRESHET_EXPORT std::string_view name(DownloadMode mode);
// By name or by number. "off" is `http_only`.
[[nodiscard]] FRESHET_EXPORT std::optional<DownloadMode> download_mode_from_string(
    std::string_view text);

enum class PeerClass : std::uint8_t { lan, group, internet, link_local };
inline constexpr PeerClass kPeerClasses[] = {PeerClass::lan, PeerClass::group, PeerClass::internet,
                                             PeerClass::link_local};
[[nodiscard]] FRESHET_EXPORT std::string_view name(PeerClass peer_class);

// One value for each class of peers.
template <typename T>
struct ByPeerClass {
  T lan{};
  T group{};
  T internet{};
  T link_local{};

  [[nodiscard]] constexpr T& of(PeerClass peer_class) {
    return const_cast<T&>(std::as_const(*this).of(peer_class));
  }
  [[nodiscard]] constexpr T const& of(PeerClass peer_class) const {
    switch (peer_class) {
      case PeerClass::lan:
        return lan;
      case PeerClass::group:
        return group;
      case PeerClass::internet:
        return internet;
      case PeerClass::link_local:
        return link_local;
    }
    return internet;
  }
  bool operator==(ByPeerClass const&) const = default;
};

// What all peers of a class may move together; 0: no limit.
struct PeerLimits {
  BytesPerSecond upload{};
  BytesPerSecond download{};
  bool operator==(PeerLimits const&) const = default;
};

// What was moved.
struct PeerTraffic {
  Bytes received = 0;
  Bytes sent = 0;
  bool operator==(PeerTraffic const&) const = default;
};

// What may happen with peers of a class now.
struct PeerVerdict {
  bool meet = true;   // Whether there may be connections with them,
  bool serve = true;  // and whether we may send them blocks.
  std::string why;    // What forbids it, in one clause: "the upload budget of the month is spent".
  bool operator==(PeerVerdict const&) const = default;
};
using PeerAllowance = ByPeerClass<PeerVerdict>;

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
  bool subnet_only = false;                 // Local networks alone, whatever the mode allows.
  ByPeerClass<PeerLimits> limits;
  Duration share_for{};             // How long a content is shared after the last job let it go.
  std::uint32_t shares_max = 1000;  // Contents shared without a job; the oldest go first.
};

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
  BytesPerSecond receiving{};  // Averages over 20 s.
  BytesPerSecond sending{};
  std::string trouble;                   // Why it was left or banned.
  std::optional<WallTime> banned_until;  // It was proven to send wrong bytes.
  bool operator==(PeerStatus const&) const = default;
};

// Whom we refuse, what it was proven to have done, and until when.
struct PeerBan {
  // "192.0.2.1", or a network that several liars were of, "192.0.2.0/24": of it only those stay
  // who have served us already.
  std::string address;
  std::uint64_t key = 0;  // That Freshet peers carry while their process runs; 0: none known.
  ContentId content;
  ByteRange bytes;  // Of the content, that were wrong.
  Digest expected;  // Hash of them, or of their piece; zero when only the whole is known.
  Digest got;
  std::string why;
  std::uint32_t strikes = 1;  // How often until now.
  WallTime since{};
  WallTime until{};
  bool operator==(PeerBan const&) const = default;
};

}  // namespace freshet
