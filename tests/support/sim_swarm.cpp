#include "tests/support/sim_swarm.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"

namespace freshet::test {

using namespace std::chrono_literals;

void SimSwarm::add(SimPeer peer) {
  peers_[SourceId{kFirstPeerSource + peers_.size()}] = std::move(peer);
}

bool SimSwarm::lies(SourceId who) const {
  auto const found = peers_.find(who);
  return found != peers_.end() && found->second.lies;
}

void SimSwarm::join(SwarmSpec spec, PieceMap const& present) {
  auto& spool = spools_[spec.spool];
  spool = {spec.manifest, present, {}, {}, ++joinings_};
  if (spec.upload_only) return;
  for (auto const& [who, peer] : peers_) {
    if (peer.manifest->content != spec.content || banned_.contains(who)) continue;
    if (spool.gone.size() == 0) spool.gone = PieceMap(peer.manifest->pieces());
    later(spec.spool, 5ms, [this, id = spec.spool, who = who](Spool&) { greet(id, who); });
  }
}

// Nothing happens when the spool was left meanwhile.
void SimSwarm::later(SpoolId id, Duration wait, std::function<void(Spool&)> act) {
  auto const joined = spools_.at(id).joined;
  static_cast<void>(loop_.at(loop_.now() + wait, [this, id, joined, act = std::move(act)] {
    auto const found = spools_.find(id);
    if (found != spools_.end() && found->second.joined == joined) act(found->second);
  }));
}

void SimSwarm::greet(SpoolId id, SourceId who) {
  if (banned_.contains(who)) return;
  auto const& peer = peers_.at(who);
  auto const number = static_cast<std::uint64_t>(who) - kFirstPeerSource;
  PeerInfo info;
  info.id = who;
  info.address = "192.0.2." + std::to_string(number % 250 + 1) + ":7680";
  info.speaks_claims = true;
  info.key = number + 1;
  auto const count = peer.manifest->pieces();
  PieceMap all(count);
  all.set(pieces(0, count));
  events_->on_peer(id, info);
  events_->on_peer_has(id, who, all);
  if (peer.claims) events_->on_claims(id, who, {{pieces(0, count), 10s}});
  if (!spools_.at(id).manifest) return events_->on_manifest(id, peer.manifest);
  later(id, peer.piece_time, [this, id, who](Spool&) { ask(id, who, 0); });
}

std::optional<PieceIndex> SimSwarm::choose(Spool const& spool) {
  auto const count = spool.gone.size();
  auto const from = static_cast<std::uint32_t>(below(random_, count));
  for (std::uint32_t i = 0; i < count; ++i) {
    PieceIndex const piece{(from + i) % count};
    bool const reserved = std::ranges::any_of(
        spool.reserved, [&](PieceRange const& range) { return range.contains(piece); });
    if (!spool.gone.has(piece) && !reserved) return piece;
  }
  return std::nullopt;
}

void SimSwarm::ask(SpoolId id, SourceId who, std::uint32_t sent) {
  auto& spool = spools_.at(id);
  auto const& peer = peers_.at(who);
  if (banned_.contains(who) || spool.gone.all()) return;
  if (sent >= peer.pieces_max) {
    return events_->on_peer_gone(id, who, Error{Errc::connection_lost, {}, "it left"});
  }
  auto const again = [this, id, who](std::uint32_t count) {
    return [this, id, who, count](Spool&) { ask(id, who, count); };
  };
  auto const piece = choose(spool);
  if (!piece) return later(id, 100ms, again(sent));
  spool.gone.set(*piece);
  events_->on_piece_asked(id, *piece, true);
  if (peer.stalls) {
    return later(id, 3s, [this, id, who, piece](Spool& there) {
      there.gone.reset(*piece);
      events_->on_piece_asked(id, *piece, false);
      events_->on_peer_gone(id, who, Error{Errc::stalled, {}, "no block comes"});
    });
  }
  later(id, peer.piece_time, [this, id, who, piece, again, sent](Spool&) {
    if (banned_.contains(who)) return;
    send(id, who, *piece);
    // What was sent may have ended it all.
    if (spools_.contains(id)) later(id, 0s, again(sent + 1));
  });
}

void SimSwarm::send(SpoolId id, SourceId who, PieceIndex piece) {
  auto& spool = spools_.at(id);
  auto const& peer = peers_.at(who);
  auto const range = bytes_of(piece, spool.manifest->piece_length, peer.bytes->size());
  auto bytes = peer.bytes->substr(range.begin, range.size());
  if (peer.lies) bytes[below(random_, bytes.size())] ^= 1;
  spool.sender[piece] = who;
  auto const stream = gate_->open(id, who, range.begin, [] {});
  static_cast<void>(stream->write(std::as_bytes(std::span(bytes.data(), bytes.size()))));
  stream->finish();
  events_->on_piece_asked(id, piece, false);
  events_->on_received(id, who, range.size());
}

void SimSwarm::offer(SpoolId id, PieceIndex piece) {
  if (auto const found = spools_.find(id); found != spools_.end()) found->second.gone.set(piece);
}

void SimSwarm::reserve(SpoolId id, std::vector<PieceRange> const& pieces) {
  if (auto const found = spools_.find(id); found != spools_.end()) found->second.reserved = pieces;
}

// What it sent may be asked for again.
void SimSwarm::ban(SourceId who, Offence const&) {
  banned_.insert(who);
  for (auto& [id, spool] : spools_) {
    for (auto const& [piece, sender] : spool.sender) {
      if (sender == who) spool.gone.reset(piece);
    }
    std::erase_if(spool.sender, [&](auto const& each) { return each.second == who; });
    later(id, 1ms, [this, id = id, who](Spool&) {
      events_->on_peer_gone(id, who, Error{Errc::peer_misbehaved, {}, "banned"});
    });
  }
}

}  // namespace freshet::test
