#include "api/node/tracker/announce_book.h"

#include <algorithm>
#include <cstring>

namespace freshet::node {

namespace {

bool is_loopback(IpAddress const& address) {
  static auto const v4 = *parse_network("127.0.0.0/8");
  static auto const v6 = *parse_network("::1");
  return v4.contains(address) || v6.contains(address);
}

}  // namespace

std::size_t AnnounceBook::HashOfSwarm::operator()(SwarmHash const& hash) const {
  std::size_t word = 0;
  std::memcpy(&word, hash.data(), sizeof word);
  return word;
}

// Whether the place has an entry in the swarm, or may get one.
bool AnnounceBook::has_room(SwarmHash const& swarm, PeerPlace const& place) const {
  auto const found = swarms_.find(swarm);
  if (found == swarms_.end()) {
    if (swarms_.size() >= limits_.swarms_max) return false;
  } else {
    if (found->second.peers.contains(place)) return true;
    if (found->second.peers.size() >= limits_.peers_per_swarm_max) return false;
  }
  auto const mine = by_address_.find(place.address);
  auto const entries = mine == by_address_.end() ? 0 : mine->second;
  return due_.size() < limits_.peers_max && entries < limits_.peers_per_address_max;
}

void AnnounceBook::enter(AnnounceRequest const& request, PeerPlace const& place, TimePoint now) {
  auto& swarm = swarms_[request.swarm];
  auto const [at, fresh] = swarm.peers.try_emplace(place);
  if (fresh) {
    due_.emplace(now + limits_.lifetime, Entry{request.swarm, place});
    ++by_address_[place.address];
  }
  auto& peer = at->second;
  bool const complete = request.left == 0;
  swarm.complete += complete ? 1U : 0U;
  swarm.complete -= peer.complete && !peer.gone ? 1U : 0U;
  swarm.gone -= peer.gone ? 1U : 0U;
  if (request.event == PeerEvent::completed && !peer.complete) ++swarm.downloaded;
  peer = {request.peer_id, complete, false, now + limits_.lifetime};
}

void AnnounceBook::leave(SwarmHash const& hash, PeerPlace const& place) {
  auto const found = swarms_.find(hash);
  if (found == swarms_.end()) return;
  auto& swarm = found->second;
  auto const peer = swarm.peers.find(place);
  if (peer == swarm.peers.end() || peer->second.gone) return;
  swarm.complete -= peer->second.complete ? 1U : 0U;
  ++swarm.gone;
  peer->second.gone = true;
}

void AnnounceBook::forget(Entry const& entry) {
  leave(entry.swarm, entry.place);
  auto const swarm = swarms_.find(entry.swarm);
  --swarm->second.gone;
  swarm->second.peers.erase(entry.place);
  if (swarm->second.peers.empty()) swarms_.erase(swarm);
  auto const entries = by_address_.find(entry.place.address);
  if (--entries->second == 0) by_address_.erase(entries);
}

void AnnounceBook::expire(TimePoint now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    auto const entry = due_.begin()->second;
    due_.erase(due_.begin());
    auto const& peer = swarms_.at(entry.swarm).peers.at(entry.place);
    if (peer.gone || peer.expires <= now) {
      forget(entry);
    } else {
      due_.emplace(peer.expires, entry);
    }
  }
}

// Those behind the last who were given, in a circle, so that each is given as often as others.
std::vector<GivenPeer> AnnounceBook::choose(AnnounceRequest const& request, AnnouncedBy const& by) {
  std::vector<GivenPeer> given;
  auto const found = swarms_.find(request.swarm);
  if (found == swarms_.end()) return given;
  auto& swarm = found->second;
  auto const wanted = std::min(request.wanted, limits_.given_max);
  PeerPlace const own{by.from, request.port};
  auto at = swarm.peers.upper_bound(swarm.last_given);
  for (std::size_t looked = 0; looked < swarm.peers.size() && given.size() < wanted; ++looked) {
    if (at == swarm.peers.end()) at = swarm.peers.begin();
    auto const& [place, peer] = *at++;
    // Who has everything has no use for others who have.
    if (place == own || peer.gone || (request.left == 0 && peer.complete)) continue;
    bool const ours = is_loopback(place.address) && !is_loopback(by.from);
    if (ours && by.at == IpAddress{}) continue;
    swarm.last_given = place;
    given.push_back({{ours ? by.at : place.address, place.port}, peer.id});
  }
  return given;
}

Announced AnnounceBook::announce(AnnounceRequest const& request, AnnouncedBy const& by,
                                 TimePoint now) {
  expire(now);
  PeerPlace const place{by.from, request.port};
  Announced answer;
  if (request.event == PeerEvent::stopped) {
    leave(request.swarm, place);
  } else {
    answer.full = !has_room(request.swarm, place);
    if (!answer.full) enter(request, place, now);
    answer.peers = choose(request, by);
  }
  answer.counts = counts(request.swarm, now);
  return answer;
}

SwarmCounts AnnounceBook::counts(SwarmHash const& hash, TimePoint now) {
  expire(now);
  auto const found = swarms_.find(hash);
  if (found == swarms_.end()) return {};
  auto const& swarm = found->second;
  return {swarm.complete, swarm.peers.size() - swarm.gone - swarm.complete, swarm.downloaded};
}

}  // namespace freshet::node
