#include "engine/transfer/peer_notes.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace freshet {

namespace {

constexpr std::array<std::string_view, 4> kStates{"connected", "gone", "banned", "refused"};
constexpr std::size_t kTextBytesMax = 200;

std::string shortened(std::string text) {
  if (text.size() > kTextBytesMax) text.resize(kTextBytesMax);
  return text;
}

}  // namespace

PeerNotes::Peer* PeerNotes::find(SourceId peer) {
  auto const found = std::ranges::find(peers_, peer, &Peer::id);
  return found == peers_.end() ? nullptr : &*found;
}

PeerClass PeerNotes::class_of(SourceId peer) const {
  auto const found = std::ranges::find(peers_, peer, &Peer::id);
  bool const known = found != peers_.end() && found->peer_class;
  return known ? *found->peer_class : PeerClass::lan;
}

void PeerNotes::seen(PeerInfo const& info) {
  if (auto* const peer = find(info.id)) {
    peer->client = shortened(info.client);
    return;
  }
  ++seen_;
  add({info.id, info.address, shortened(info.client), info.peer_class, State::connected, 0, 1, {}});
}

// The first half is never dropped for being old: how it began explains most.
void PeerNotes::add(Peer peer) {
  if (peers_.size() >= peers_max_) {
    auto const late = peers_.begin() + static_cast<std::ptrdiff_t>(peers_max_ / 2);
    auto const useless = std::find_if(late, peers_.end(), [](Peer const& other) {
      return other.received == 0 && other.state != State::connected && other.state != State::banned;
    });
    ++left_out_;
    if (useless == peers_.end()) return;
    peers_.erase(useless);
  }
  peers_.push_back(std::move(peer));
}

void PeerNotes::gone(SourceId id, Error why) {
  auto* const peer = find(id);
  if (peer == nullptr || peer->state == State::banned) return;
  peer->state = State::gone;
  peer->error = std::move(why);
}

void PeerNotes::banned(SourceId id, Error why) {
  auto* const peer = find(id);
  if (peer == nullptr) return;
  peer->state = State::banned;
  peer->error = std::move(why);
}

bool PeerNotes::refused(std::string const& address, Error const& why) {
  auto const known = std::ranges::find_if(peers_, [&](Peer const& peer) {
    return peer.state == State::refused && peer.address == address && peer.error->code == why.code;
  });
  if (known != peers_.end()) {
    ++known->times;
    return false;
  }
  add({SourceId::none, address, {}, std::nullopt, State::refused, 0, 1, why});
  return true;
}

bool PeerNotes::knows(std::string const& address) const {
  return std::ranges::any_of(peers_, [&](Peer const& peer) {
    return peer.state != State::refused && peer.address == address;
  });
}

void PeerNotes::received(SourceId id, Bytes bytes) {
  if (auto* const peer = find(id)) peer->received += bytes;
}

void PeerNotes::write(JsonWriter& json, Peer const& peer) {
  json.begin_object().field("address", peer.address);
  if (peer.id != SourceId::none) json.field("source", static_cast<std::uint64_t>(peer.id));
  if (!peer.client.empty()) json.field("client", peer.client);
  if (peer.peer_class) json.field("class", name(*peer.peer_class));
  json.field("state", kStates.at(static_cast<std::size_t>(peer.state)));
  json.field("received", std::uint64_t{peer.received});
  if (peer.times > 1) json.field("times", std::uint64_t{peer.times});
  if (peer.error) json.field("error", name(peer.error->code)).field("reason", peer.error->why);
  json.end_object();
}

void PeerNotes::write(JsonWriter& json) const {
  json.field("peers_seen", seen_).field("peers_left_out", left_out_);
  json.key("peers").begin_array();
  for (auto const& peer : peers_) write(json, peer);
  json.end_array();
}

}  // namespace freshet
