#include "engine/transfer/claim_table.h"

#include <algorithm>
#include <iterator>

namespace freshet {

ClaimTable::ClaimTable(Limits limits)
    : limits_(limits), used_((limits.pieces + limits.group_pieces - 1) / limits.group_pieces) {}

void ClaimTable::hear(Claimant who, std::span<Claim const> claims, TimePoint now) {
  auto const before = of(who.peer);
  std::erase_if(claims_, [&](Heard const& claim) { return claim.peer == who.peer; });
  std::size_t heard = 0;
  std::uint32_t pieces = 0;
  for (auto const& claim : claims) {
    if (claim.pieces.empty() || heard == limits_.claims_per_peer_max) continue;
    if (claim.pieces.size() > limits_.pieces_per_peer_max - pieces) continue;
    pieces += claim.pieces.size();
    ++heard;
    add(who, claim, now);
  }
  auto const after = of(who.peer);
  for (auto const& old : before) {
    auto const group = group_of(old.range.begin);
    auto const same = [&](Heard const& claim) { return group_of(claim.range.begin) == group; };
    if (std::ranges::none_of(after, same)) release(who.peer, group, now);
  }
}

void ClaimTable::forget(SourceId peer, TimePoint now) {
  hear({peer}, {}, now);
}

// Cut where groups end: each has a time of its own.
void ClaimTable::add(Claimant who, Claim const& claim, TimePoint now) {
  auto rest = claim.pieces;
  rest.end = std::min(rest.end, PieceIndex{limits_.pieces});
  while (!rest.empty()) {
    auto const group = group_of(rest.begin);
    auto const end = std::min(rest.end, PieceIndex{(group + 1) * limits_.group_pieces});
    auto& hold = hold_of(who, group, now);
    auto const expires = std::min(now + claim.lease, hold.heard + limits_.lease_max);
    hold.expires = std::max(hold.expires, expires);
    claims_.push_back({who.peer, {rest.begin, end}, expires, hold.heard, hold.since});
    rest.begin = end;
  }
}

// Strangers have one group's time together. Of those that have brought something each has half of
// what the one before left: all of them together two, and there is always one whom others heed.
ClaimTable::Hold& ClaimTable::hold_of(Claimant who, Group group, TimePoint now) {
  std::pair const key{group, who.peer};
  if (auto const found = holds_.find(key); found != holds_.end()) return found->second;
  auto const before = used(group, who.proven, now) / (who.proven ? 2 : 1);
  return holds_.emplace(key, Hold{who.proven, now, now - before, now}).first->second;
}

void ClaimTable::release(SourceId peer, Group group, TimePoint now) {
  auto const found = holds_.find({group, peer});
  if (found == holds_.end()) return;
  used_[group][found->second.proven ? 1 : 0] += time_of(found->second, now);
  holds_.erase(found);
}

// How long it was heeded.
Duration ClaimTable::time_of(Hold const& hold, TimePoint now) const {
  return std::max(Duration{}, std::min(now, end_of(hold)) - hold.heard);
}

Duration ClaimTable::used(Group group, bool proven, TimePoint now) const {
  auto time = used_[group][proven ? 1 : 0];
  auto hold = holds_.lower_bound({group, SourceId::none});
  for (; hold != holds_.end() && hold->first.first == group; ++hold) {
    if (hold->second.proven == proven) time += time_of(hold->second, now);
  }
  return time;
}

std::vector<ClaimTable::Heard> ClaimTable::of(SourceId peer) const {
  std::vector<Heard> claims;
  std::ranges::copy_if(claims_, std::back_inserter(claims),
                       [peer](Heard const& claim) { return claim.peer == peer; });
  return claims;
}

std::optional<TimePoint> ClaimTable::next_expiry(TimePoint now) const {
  std::optional<TimePoint> next;
  for (auto const& claim : claims_) {
    auto const end = end_of(claim);
    if (end > now) next = std::min(next.value_or(end), end);
  }
  return next;
}

}  // namespace freshet
