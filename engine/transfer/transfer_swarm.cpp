// The side of a transfer that meets peers.
#include <algorithm>
#include <utility>

#include "engine/transfer/transfer.h"

namespace freshet {

// Peers are found by the content's id: without one there are none.
void Transfer::join_swarm() {
  if (swarm_spool_ != SpoolId::none || !planner_->opened() || planner_->complete()) return;
  // Also when this one turns out to have no peers: others of the burst need not wait for it.
  host_.on_searching();
  if (why_no_peers() || expected_->length != length_) return;
  auto* const swarm = host_.ports().swarm;
  swarm_spool_ = spool_;
  bool const quick = priority() <= Priority::high;
  auto crowd_policy = quick ? CrowdPolicy{} : economy_policy();
  crowd_policy.rate_min = static_cast<double>(host_.policy().of(priority()).peers_min.value);
  std::vector<std::uint64_t> holders;
  for (auto const& holder : holders_) holders.push_back(holder.key);
  planner_->join_crowd({swarm->key(), short_name(*expected_), std::move(holders)}, crowd_policy,
                       now());
  join_with_what_is_known();
}

std::optional<WhyCode> Transfer::why_no_peers() const {
  if (host_.ports().swarm == nullptr) return WhyCode::peers_off;
  if (!first_wish().peers) return WhyCode::peers_not_wanted;
  // Nobody is served or believed by what nobody vouches for.
  bool const named = expected_ && trust_ && (!provisional_ || believed_);
  if (!named) return WhyCode::peers_need_identity;
  if (expected_->length < host_.policy().peer_bytes_min) return WhyCode::content_too_small;
  auto const* remaining = planner_->remaining();
  bool const fits =
      remaining == nullptr || remaining->geometry().piece_length == piece_length_for(*length_);
  if (!fits) return WhyCode::other_pieces;
  return std::nullopt;
}

void Transfer::expect(std::vector<Company::Holder> holders) {
  holders_ = std::move(holders);
}

void Transfer::join_with_what_is_known() {
  auto const& remaining = *planner_->remaining();
  SwarmSpec spec;
  spec.spool = spool_;
  spec.content = *expected_;
  spec.manifest = identity_.manifest;
  spec.take_only = provisional_;
  if (believed_) spec.peers = told_.addresses(*believed_);
  spec.among_known = host_.among_known(*this);
  for (auto const& holder : holders_) spec.peers.push_back(holder.address);
  manifest_told_ = identity_.manifest != nullptr;
  host_.ports().swarm->join(std::move(spec), manifest_told_
                                                 ? remaining.present()
                                                 : PieceMap(remaining.geometry().pieces()));
}

// Without it no block moves.
void Transfer::tell_swarm_manifest() {
  if (swarm_spool_ == spool_ && identity_.manifest && !manifest_told_) join_with_what_is_known();
}

void Transfer::leave_swarm(SpoolId spool) {
  if (swarm_spool_ == SpoolId::none || swarm_spool_ != spool) return;
  swarm_spool_ = SpoolId::none;
  host_.ports().swarm->leave(spool);
}

Crowd* Transfer::crowd() {
  return phase_ == Phase::fetching && planner_ ? planner_->crowd() : nullptr;
}

// News of many peers come together: one decision is enough for all of them.
void Transfer::advance_soon() {
  if (std::exchange(advancing_soon_, true)) return;
  host_.ports().loop.post([self = weak_from_this()] {
    auto const alive = self.lock();
    if (!alive) return;
    alive->advancing_soon_ = false;
    alive->advance();
  });
}

// Who sent the last piece may be told of when nothing is to be fetched any more.
void Transfer::on_peer(PeerInfo const& peer) {
  if (phase_ == Phase::ended) return;
  why_.note(now(), WhyCode::peer_seen, peer.id,
            peer.address + " " + peer.client + (peer.speaks_claims ? ", shares the origin" : ""));
  peer_notes_.seen(peer);
  if (auto* const with = crowd()) with->add(peer, now());
}

void Transfer::on_peer_gone(SourceId peer, Error why) {
  auto* const with = crowd();
  if (with == nullptr) return;
  bool const of_other_group = why.code == Errc::group_mismatch;
  why_.note(now(), of_other_group ? WhyCode::peer_not_of_group : WhyCode::peer_gone, peer, why);
  peer_notes_.gone(peer, std::move(why));
  with->remove(peer, now());
  advance_soon();
}

void Transfer::on_peer_has(SourceId peer, PieceMap const& all) {
  auto* const with = crowd();
  if (with == nullptr) return;
  with->on_has(peer, all, now());
  advance_soon();
}

void Transfer::on_claims(SourceId peer, std::vector<Claim> const& claims) {
  auto* const with = crowd();
  if (with == nullptr) return;
  if (!std::exchange(heard_claims_, true)) {
    why_.note(now(), WhyCode::claims_heard, peer, "others fetch parts of it from the origin");
  }
  with->on_claims(peer, claims, now());
  advance_soon();
}

void Transfer::on_manifest(std::shared_ptr<Manifest const> manifest) {
  // It folds to the content id that is known.
  if (believed_) return take_late_manifest(std::move(manifest), SourceId::none, {});
  take_late_manifest(std::move(manifest), SourceId::none, {trust_.value_or(Trust::computed), {}});
}

void Transfer::on_received(SourceId peer, Bytes bytes) {
  sources_.traffic().add_peers(peer_notes_.class_of(peer), bytes, now());
  peer_notes_.received(peer, bytes);
  if (waits_.current() != Limiter::moving) look_at_limiter();
  auto* const with = crowd();
  if (with == nullptr) return;
  with->on_received(peer, bytes, now());
  members_most_ = std::max(members_most_, with->members_count());
}

void Transfer::on_piece_asked(PieceIndex piece, bool asked) {
  if (auto* const with = crowd()) with->on_asked(piece, asked);
}

}  // namespace freshet
