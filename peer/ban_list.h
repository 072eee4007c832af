// Who is refused, why and until when: by address, by the key that Freshet peers carry, and by the
// network that several liars were of, so that a liar gains little by coming back.
//
// Pure: time comes in with each call. Loop only. Bounded: the oldest entry makes room.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "freshet/peers.h"
#include "peer/local_networks.h"

namespace freshet::peer {

struct BanLimits {
  std::size_t bans_max = 1024;
  Duration first = std::chrono::hours{1};  // Each further offence: four times as long,
  Duration longest = std::chrono::hours{24 * 7};
  Duration memory = std::chrono::hours{24 * 7};  // Then an offence is forgotten.
  // So many liars of one network (/24, or /64 of IPv6), and it is closed to newcomers.
  std::size_t liars_per_network_max = 8;
};

class BanList {
 public:
  explicit BanList(BanLimits limits) : limits_(limits) {}

  // From now on, by what `ban` says of address and key. False when that changes nothing: it is
  // banned already, and this is but more of the same.
  bool add(PeerBan ban, WallTime now);
  // Forgets what is over. True when someone is refused no longer.
  bool expire(WallTime now);

  // In force, oldest first; with closed networks, as entries of their own.
  [[nodiscard]] std::vector<PeerBan> active(WallTime now) const;
  [[nodiscard]] PeerBan const* find(std::string const& address, std::uint64_t key,
                                    WallTime now) const;
  // Whether this address, or the network that it is in, is refused.
  [[nodiscard]] bool covers(std::string const& address, WallTime now) const;
  [[nodiscard]] std::vector<std::uint64_t> keys(WallTime now) const;

 private:
  [[nodiscard]] std::vector<PeerBan> closed_networks(WallTime now) const;
  [[nodiscard]] WallTime end_of(std::uint32_t strikes, WallTime now) const;

  BanLimits limits_;
  std::deque<PeerBan> bans_;
  WallTime looked_{};  // When `expire` last looked.
};

}  // namespace freshet::peer
