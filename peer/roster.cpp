#include "peer/roster.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "peer/endpoint.h"

namespace freshet::peer {

namespace {

std::string address_of(std::string const& endpoint) {
  auto const parsed = parse_endpoint(endpoint);
  return parsed ? parsed->address : std::string{};
}

bool sent_any(ByPeerClass<PeerTraffic> const& traffic) {
  return std::ranges::any_of(kPeerClasses,
                             [&](PeerClass peer_class) { return traffic.of(peer_class).sent > 0; });
}

// What was said of one peer before, and since.
void join(PeerStatus& before, PeerStatus since) {
  if (before.connected && !since.connected) std::swap(before, since);
  since.received += before.received;
  since.sent += before.sent;
  since.receiving.value += before.receiving.value;
  since.sending.value += before.sending.value;
  if (before.banned_until > since.banned_until) {
    since.banned_until = before.banned_until;
    since.trouble = std::move(before.trouble);
  }
  before = std::move(since);
}

}  // namespace

void Roster::take(Batch const& batch, ContentId const& content, TimePoint now) {
  for (auto const& peer : batch.peers) {
    introduce(peer, content);
    peers_[peer.id].of_meeting = batch.meeting.has_value();
  }
  for (auto const& [peer, word] : batch.words) {
    if (auto const known = peers_.find(peer.id); known != peers_.end()) {
      known->second.status.content = word.content;
    }
  }
  for (auto const& [id, bytes] : batch.received) {
    auto const peer = peers_.find(id);
    if (peer == peers_.end()) continue;
    peer->second.status.received += bytes;
    peer->second.receiving.add(bytes, now);
    total_.of(peer->second.info.peer_class).received += bytes;
    of(content).of(peer->second.info.peer_class).received += bytes;
  }
  for (auto const& [id, bytes] : batch.sent) {
    auto const peer = peers_.find(id);
    if (peer == peers_.end()) continue;
    peer->second.status.sent += bytes;
    peer->second.sending.add(bytes, now);
    if (!sent_any(of(content))) ++uploaded_;
    total_.of(peer->second.info.peer_class).sent += bytes;
    of(content).of(peer->second.info.peer_class).sent += bytes;
  }
  for (auto const& [peer, why] : batch.gone) part(peer, why);
}

void Roster::introduce(PeerInfo const& peer, ContentId const& content) {
  auto& known = peers_[peer.id];
  known.info = peer;
  known.status.content = content;
  known.status.address = peer.address;
  known.status.client = peer.client;
  known.status.peer_class = peer.peer_class;
  known.status.speaks_claims = peer.speaks_claims;
}

void Roster::part(SourceId peer, Error const& why) {
  auto const known = peers_.find(peer);
  if (known == peers_.end()) return;
  known->second.status.connected = false;
  if (known->second.status.trouble.empty()) known->second.status.trouble = why.why;
  gone_.push_back(peer);
  if (gone_.size() <= limits_.gone_max) return;
  peers_.erase(gone_.front());
  gone_.pop_front();
}

ByPeerClass<PeerTraffic>& Roster::of(ContentId const& content) {
  auto const [found, is_new] = by_content_.try_emplace(content);
  if (is_new) {
    contents_.push_back(content);
    if (contents_.size() > limits_.contents_max) {
      by_content_.erase(contents_.front());
      contents_.pop_front();
    }
  }
  return found->second;
}

std::optional<PeerInfo> Roster::ban(SourceId peer, Offence const& offence, WallTime now) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return std::nullopt;
  auto& [info, status, of_meeting, receiving, sending] = found->second;
  PeerBan ban;
  ban.address = address_of(info.address);
  ban.key = info.key;
  ban.content = status.content;
  ban.bytes = offence.bytes;
  ban.expected = offence.expected;
  ban.got = offence.got;
  ban.why = offence.why.why;
  bool const is_new = bans_.add(std::move(ban), now);
  auto const* const kept = bans_.find(address_of(info.address), info.key, now);
  status.trouble = "banned: " + offence.why.why;
  if (kept != nullptr) status.banned_until = kept->until;
  return is_new ? std::optional(info) : std::nullopt;
}

std::vector<std::string> Roster::proven_addresses(WallTime now) const {
  std::set<std::string> proven;
  for (auto const& [id, known] : peers_) {
    auto const address = address_of(known.info.address);
    if (known.status.received == 0 || bans_.find(address, known.info.key, now) != nullptr) continue;
    proven.insert(address);
  }
  return {proven.begin(), proven.end()};
}

PeerStatus Roster::status_of(Known const& known, TimePoint now) {
  auto status = known.status;
  status.receiving = known.receiving.value(now);
  status.sending = known.sending.value(now);
  return status;
}

// One that went and came again is one peer. It is what its connection is now, or was last.
std::vector<PeerStatus> Roster::peers(TimePoint now) const {
  std::vector<PeerStatus> all;
  std::map<std::tuple<ContentId, std::uint64_t, std::string>, std::size_t> places;
  for (auto const& [id, known] : peers_) {
    if (known.of_meeting) continue;
    auto status = status_of(known, now);
    // Clients of others have no key; those that share an address differ by their port.
    auto const address = known.info.key == 0 ? status.address : std::string{};
    auto const [place, is_new] =
        places.try_emplace({status.content, known.info.key, address}, all.size());
    is_new ? all.push_back(std::move(status)) : join(all[place->second], std::move(status));
  }
  return all;
}

ByPeerClass<PeerTraffic> Roster::traffic(ContentId const& content) const {
  auto const found = by_content_.find(content);
  return found == by_content_.end() ? ByPeerClass<PeerTraffic>{} : found->second;
}

}  // namespace freshet::peer
