#include "peer/report.h"

#include <algorithm>
#include <utility>

namespace freshet::peer {

namespace {

constexpr std::size_t kRefusedMax = 16;  // In one report.

}  // namespace

void Batch::deliver(SwarmEvents& events) const {
  if (company && company->gone) return events.on_company_gone(company->peer.key);
  if (company) return events.on_company(company->peer, company->anew, company->words);
  if (meeting) {
    for (auto const& [peer, word] : words) events.on_word(*meeting, peer, word);
    for (auto const& [peer, why] : gone) events.on_word_gone(*meeting, peer);
    return;
  }
  for (auto const& peer : peers) events.on_peer(spool, peer);
  if (manifest) events.on_manifest(spool, manifest);
  for (auto const& [peer, pieces] : has) events.on_peer_has(spool, peer, pieces);
  for (auto const& [peer, ranges] : claims) events.on_claims(spool, peer, ranges);
  for (auto const& [peer, bytes] : received) events.on_received(spool, peer, bytes);
  for (auto const& [peer, bytes] : sent) events.on_sent(spool, peer, bytes);
  for (auto const& [piece, is] : asked) events.on_piece_asked(spool, piece, is);
  for (auto const& [peer, why] : gone) events.on_peer_gone(spool, peer, why);
  for (auto const& [address, why] : refused) events.on_peer_refused(spool, address, why);
}

void Report::arrive(SourceId peer) {
  peers_[peer].has = PieceMap(pieces_);
}

void Report::introduce(PeerInfo info) {
  auto const found = peers_.find(info.id);
  if (found == peers_.end() || found->second.info) return;
  found->second.info = std::move(info);
  pending_ = true;
}

bool Report::introduced(SourceId peer) const {
  auto const found = peers_.find(peer);
  return found != peers_.end() && found->second.info.has_value();
}

bool Report::someone_has_all() const {
  return std::ranges::any_of(peers_, [](auto const& peer) { return peer.second.has.all(); });
}

bool Report::has_all(SourceId peer) const {
  auto const found = peers_.find(peer);
  return found != peers_.end() && found->second.has.all();
}

void Report::leave(SourceId peer, Error why) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  // What it sent until now still counts, so the last report of it precedes its end.
  if (found->second.reported || found->second.received > 0 || found->second.sent > 0) {
    gone_.emplace_back(peer, std::move(why));
    pending_ = true;
    return;
  }
  peers_.erase(found);
}

void Report::refuse(std::string address, Error why) {
  if (refused_.size() >= kRefusedMax) return;
  refused_.emplace_back(std::move(address), std::move(why));
  pending_ = true;
}

void Report::has(SourceId peer, PieceIndex piece) {
  auto const found = peers_.find(peer);
  if (found == peers_.end() || to_number(piece) >= pieces_) return;
  if (!found->second.has.set(piece)) return;
  found->second.has_changed = true;
  pending_ = true;
}

void Report::has_not(SourceId peer, PieceIndex piece) {
  auto const found = peers_.find(peer);
  if (found == peers_.end() || to_number(piece) >= pieces_) return;
  if (!found->second.has.reset(piece)) return;
  found->second.has_changed = true;
  pending_ = true;
}

void Report::has(SourceId peer, PieceMap all) {
  auto const found = peers_.find(peer);
  if (found == peers_.end() || all.size() != pieces_) return;
  found->second.has = std::move(all);
  found->second.has_changed = true;
  pending_ = true;
}

void Report::claims(SourceId peer, std::vector<Claim> claims) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.claims = std::move(claims);
  pending_ = true;
}

void Report::received(SourceId peer, Bytes bytes) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.received += bytes;
  pending_ = true;
}

void Report::sent(SourceId peer, Bytes bytes) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.sent += bytes;
  pending_ = true;
}

void Report::manifest(std::shared_ptr<Manifest const> manifest) {
  manifest_ = std::move(manifest);
  pending_ = true;
}

void Report::word(SourceId peer, DigestWord const& word) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.word = word;
  pending_ = true;
}

void Report::asked(PieceIndex piece) {
  ++asked_[to_number(piece)].peers;
  pending_ = true;
}

void Report::settled(PieceIndex piece) {
  auto const found = asked_.find(to_number(piece));
  if (found == asked_.end() || found->second.peers == 0) return;
  --found->second.peers;
  pending_ = true;
}

void Report::take_peer(SourceId id, Peer& peer, Batch& batch) {
  if (!peer.info) return;
  if (!std::exchange(peer.reported, true)) batch.peers.push_back(*peer.info);
  if (std::exchange(peer.has_changed, false)) batch.has.emplace_back(id, peer.has);
  if (peer.claims) batch.claims.emplace_back(id, *std::exchange(peer.claims, std::nullopt));
  if (peer.word) batch.words.emplace_back(*peer.info, *std::exchange(peer.word, std::nullopt));
  if (peer.received > 0) batch.received.emplace_back(id, std::exchange(peer.received, 0));
  if (peer.sent > 0) batch.sent.emplace_back(id, std::exchange(peer.sent, 0));
}

void Report::take_asked(Batch& batch) {
  for (auto next = asked_.begin(); next != asked_.end();) {
    auto& [piece, state] = *next;
    bool const now = state.peers > 0;
    if (now != state.reported) batch.asked.emplace_back(PieceIndex{piece}, now);
    state.reported = now;
    next = now ? std::next(next) : asked_.erase(next);
  }
}

Batch Report::take() {
  Batch batch;
  batch.spool = spool_;
  batch.meeting = meeting_;
  batch.manifest = std::exchange(manifest_, nullptr);
  for (auto& [id, peer] : peers_) take_peer(id, peer, batch);
  take_asked(batch);
  for (auto& [id, why] : std::exchange(gone_, {})) {
    if (peers_[id].reported) batch.gone.emplace_back(id, std::move(why));
    peers_.erase(id);
  }
  batch.refused = std::exchange(refused_, {});
  batch.idle = std::exchange(idle_, false);
  pending_ = false;
  return batch;
}

}  // namespace freshet::peer
