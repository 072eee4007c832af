#include "tests/support/sim_swarm.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"

namespace freshet::test {

using namespace std::chrono_literals;

void SimSwarm::add(SimPeer peer) {
  peers_.push_back(std::move(peer));
}

void SimSwarm::join(SwarmSpec spec, PieceMap const& present) {
  auto& spool = spools_[spec.spool];
  spool = {spec.manifest, present, {}, {}, ++joinings_, {}};
  if (spec.upload_only) return;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    auto const& peer = peers_[i];
    if (peer.manifest->content != spec.content) continue;
    if (spool.gone.size() == 0) spool.gone = PieceMap(peer.manifest->pieces());
    announce(spec.spool, i);
  }
}

// Heard twice, it is met twice, until one of the two connections ends.
void SimSwarm::announce(SpoolId id, std::size_t number) {
  auto const& peer = peers_[number];
  auto const meet = [this, id](SourceId who, Duration wait) {
    later(id, wait, [this, id, who](Spool&) { greet(id, who); });
  };
  meet(id_of(number), peer.met_after);
  if (!peer.meets_twice) return;
  auto const again = peer.met_after + some(peer.jitter);
  meet(id_of(number, true), again);
  auto const ends = id_of(number, below(random_, 2) == 0);
  later(id, again + some(peer.jitter), [this, id, ends](Spool&) {
    hang_up(id, ends, Error{Errc::connection_lost, {}, "met over another connection"});
  });
}

Duration SimSwarm::some(Duration most) {
  if (most <= 0s) return {};
  return Duration{
      static_cast<Duration::rep>(below(random_, static_cast<std::uint64_t>(most.count())))};
}

// Nothing happens when the spool was left meanwhile.
void SimSwarm::later(SpoolId id, Duration wait, Act act) {
  auto const joined = spools_.at(id).joined;
  static_cast<void>(loop_.at(loop_.now() + wait, [this, id, joined, act = std::move(act)] {
    auto const found = spools_.find(id);
    if (found != spools_.end() && found->second.joined == joined) act(found->second);
  }));
}

// Over one connection, hence not before what was said before; lost when the connection ends.
void SimSwarm::say(SpoolId id, SourceId who, Duration wait, Act act) {
  auto const spool = spools_.find(id);
  if (spool == spools_.end() || !spool->second.open.contains(who)) return;
  auto& arrives = spool->second.open.at(who).arrives;
  arrives = std::max(arrives, loop_.now() + wait + some(peers_[number_of(who)].jitter));
  if (arrives == loop_.now()) return act(spool->second);
  later(id, arrives - loop_.now(), [this, who, act = std::move(act)](Spool& there) {
    if (there.open.contains(who) && !banned_.contains(number_of(who))) act(there);
  });
}

// What it was asked for may be asked of others.
void SimSwarm::hang_up(SpoolId id, SourceId who, Error why) {
  auto& spool = spools_.at(id);
  auto const connection = spool.open.extract(who);
  if (connection.empty()) return;
  if (auto const piece = connection.mapped().asked) {
    spool.gone.reset(*piece);
    events_->on_piece_asked(id, *piece, false);
  }
  events_->on_peer_gone(id, who, std::move(why));
}

void SimSwarm::greet(SpoolId id, SourceId who) {
  auto const number = number_of(who);
  if (banned_.contains(number)) return;
  spools_.at(id).open[who].arrives = loop_.now();
  PeerInfo info;
  info.id = who;
  info.address = "192.0.2." + std::to_string(number % 250 + 1) + ":7680";
  info.speaks_claims = true;
  info.key = number + 1;
  events_->on_peer(id, info);
  say(id, who, 0s, [this, id, who](Spool&) { tell_all(id, who); });
}

// What it has, what it claims, and the piece layer or pieces.
void SimSwarm::tell_all(SpoolId id, SourceId who) {
  auto const& peer = peers_[number_of(who)];
  auto const count = peer.manifest->pieces();
  PieceMap all(count);
  all.set(pieces(0, count));
  events_->on_peer_has(id, who, all);
  if (!spools_.contains(id)) return;
  if (peer.claims) {
    say(id, who, 0s, [this, id, who, count](Spool&) {
      events_->on_claims(id, who, {{pieces(0, count), 10s}});
    });
  }
  if (!spools_.at(id).manifest) {
    return say(id, who, 0s, [this, id, who](Spool&) {
      events_->on_manifest(id, peers_[number_of(who)].manifest);
    });
  }
  say(id, who, peer.piece_time, [this, id, who](Spool&) { ask(id, who, 0); });
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
  auto const& peer = peers_[number_of(who)];
  if (spool.gone.all()) return;
  if (sent >= peer.pieces_max) {
    return hang_up(id, who, Error{Errc::connection_lost, {}, "it left"});
  }
  auto const again = [this, id, who](std::uint32_t count) {
    return [this, id, who, count](Spool&) { ask(id, who, count); };
  };
  auto const piece = choose(spool);
  if (!piece) return say(id, who, 100ms, again(sent));
  spool.gone.set(*piece);
  spool.open.at(who).asked = piece;
  events_->on_piece_asked(id, *piece, true);
  if (peer.stalls) {
    return later(id, 3s, [this, id, who](Spool&) {
      hang_up(id, who, Error{Errc::stalled, {}, "no block comes"});
    });
  }
  say(id, who, peer.piece_time, [this, id, who, piece, again, sent](Spool&) {
    send(id, who, *piece);
    // What was sent may have ended it all.
    if (spools_.contains(id))
      later(id, 0s, [who, again, sent](Spool& there) {
        if (there.open.contains(who)) again(sent + 1)(there);
      });
  });
}

void SimSwarm::send(SpoolId id, SourceId who, PieceIndex piece) {
  auto& spool = spools_.at(id);
  auto const& peer = peers_[number_of(who)];
  auto const range = bytes_of(piece, spool.manifest->piece_length, peer.bytes->size());
  auto bytes = peer.bytes->substr(range.begin, range.size());
  if (peer.lies) bytes[below(random_, bytes.size())] ^= 1;
  spool.open.at(who).asked.reset();
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
  auto const number = number_of(who);
  banned_.insert(number);
  for (auto& [id, spool] : spools_) {
    for (auto const& [piece, sender] : spool.sender) {
      if (number_of(sender) == number) spool.gone.reset(piece);
    }
    std::erase_if(spool.sender, [&](auto const& each) { return number_of(each.second) == number; });
    later(id, 1ms, [this, id = id, number](Spool&) {
      for (bool const again : {false, true}) {
        if (!spools_.contains(id)) return;
        hang_up(id, id_of(number, again), Error{Errc::peer_misbehaved, {}, "banned"});
      }
    });
  }
}

}  // namespace freshet::test
