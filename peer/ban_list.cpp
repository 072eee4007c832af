#include "peer/ban_list.h"

#include <algorithm>
#include <map>
#include <utility>

namespace freshet::peer {

namespace {

constexpr unsigned kNetworkBitsV4 = 96 + 24;
constexpr unsigned kNetworkBitsV6 = 64;

bool in_force(PeerBan const& ban, WallTime now) {
  return ban.until > now;
}

bool same_peer(PeerBan const& ban, std::string const& address, std::uint64_t key) {
  return ban.address == address || (key != 0 && ban.key == key);
}

std::optional<Subnet> network_of(std::string const& address) {
  auto const bytes = parse_address(address);
  if (!bytes) return std::nullopt;
  bool const v4 = Subnet{*bytes, 128}.is_v4();
  Subnet const wide{*bytes, v4 ? kNetworkBitsV4 : kNetworkBitsV6};
  return Subnet{wide.first(), wide.prefix};
}

}  // namespace

WallTime BanList::end_of(std::uint32_t strikes, WallTime now) const {
  auto length = limits_.first;
  for (std::uint32_t i = 1; i < strikes && length < limits_.longest; ++i) length *= 4;
  return now +
         std::chrono::duration_cast<std::chrono::milliseconds>(std::min(length, limits_.longest));
}

bool BanList::add(PeerBan ban, WallTime now) {
  std::uint32_t before = 0;
  for (auto const& old : bans_) {
    if (!same_peer(old, ban.address, ban.key)) continue;
    bool const same = old.address == ban.address && (old.key == ban.key || ban.key == 0);
    // What was on its way when it was banned is no further offence.
    if (same && in_force(old, now)) return false;
    before = std::max(before, old.strikes);
  }
  std::erase_if(bans_, [&](PeerBan const& old) {
    return old.address == ban.address &&
           (old.key == ban.key || ban.key == 0 || !in_force(old, now));
  });
  ban.strikes = before + 1;
  ban.since = now;
  ban.until = end_of(ban.strikes, now);
  if (bans_.size() >= limits_.bans_max) bans_.pop_front();
  bans_.push_back(std::move(ban));
  return true;
}

bool BanList::expire(WallTime now) {
  std::erase_if(bans_, [&](PeerBan const& ban) { return now - ban.until > limits_.memory; });
  auto const since = std::exchange(looked_, now);
  return std::ranges::any_of(
      bans_, [&](PeerBan const& ban) { return since < ban.until && !in_force(ban, now); });
}

std::vector<PeerBan> BanList::closed_networks(WallTime now) const {
  std::map<Subnet, std::map<std::string, PeerBan const*>> liars;
  for (auto const& ban : bans_) {
    if (!in_force(ban, now)) continue;
    if (auto const network = network_of(ban.address)) liars[*network][ban.address] = &ban;
  }
  std::vector<PeerBan> closed;
  for (auto const& [network, of] : liars) {
    if (of.size() < limits_.liars_per_network_max) continue;
    PeerBan ban;
    ban.address = to_string(network);
    ban.why = std::to_string(of.size()) + " of its addresses sent wrong bytes";
    ban.strikes = static_cast<std::uint32_t>(of.size());
    ban.since = now;
    for (auto const& [address, liar] : of) {
      ban.since = std::min(ban.since, liar->since);
      ban.until = std::max(ban.until, liar->until);
    }
    closed.push_back(std::move(ban));
  }
  return closed;
}

std::vector<PeerBan> BanList::active(WallTime now) const {
  std::vector<PeerBan> all;
  std::ranges::copy_if(bans_, std::back_inserter(all),
                       [&](PeerBan const& ban) { return in_force(ban, now); });
  std::ranges::move(closed_networks(now), std::back_inserter(all));
  return all;
}

PeerBan const* BanList::find(std::string const& address, std::uint64_t key, WallTime now) const {
  for (auto const& ban : bans_) {
    if (in_force(ban, now) && same_peer(ban, address, key)) return &ban;
  }
  return nullptr;
}

bool BanList::covers(std::string const& address, WallTime now) const {
  auto const host = parse_address(address);
  return std::ranges::any_of(active(now), [&](PeerBan const& ban) {
    auto const banned = parse_subnet(ban.address);
    return host && banned && banned->contains(*host);
  });
}

std::vector<std::uint64_t> BanList::keys(WallTime now) const {
  std::vector<std::uint64_t> keys;
  for (auto const& ban : bans_) {
    if (ban.key != 0 && in_force(ban, now)) keys.push_back(ban.key);
  }
  return keys;
}

}  // namespace freshet::peer
