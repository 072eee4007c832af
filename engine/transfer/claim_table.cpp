#include "engine/transfer/claim_table.h"

#include <algorithm>

namespace freshet {

void ClaimTable::hear(SourceId peer, std::span<Claim const> claims, TimePoint now) {
  std::vector<Heard> before;
  if (auto const found = by_peer_.find(peer); found != by_peer_.end()) before = found->second;
  std::vector<Heard> heard;
  std::uint32_t pieces = 0;
  for (auto const& claim : claims) {
    if (claim.pieces.empty() || heard.size() == limits_.claims_per_peer_max) continue;
    if (claim.pieces.size() > limits_.pieces_per_peer_max - pieces) continue;
    pieces += claim.pieces.size();
    auto since = now;
    for (auto const& old : before) {
      bool const overlaps =
          old.range.begin < claim.pieces.end && claim.pieces.begin < old.range.end;
      if (overlaps) since = std::min(since, old.since);
    }
    auto const expires = std::min(now + claim.lease, since + limits_.lease_max);
    heard.push_back({claim.pieces, expires, since});
  }
  if (heard.empty()) {
    by_peer_.erase(peer);
  } else {
    by_peer_.insert_or_assign(peer, std::move(heard));
  }
}

std::span<ClaimTable::Heard const> ClaimTable::of(SourceId peer) const {
  auto const found = by_peer_.find(peer);
  if (found == by_peer_.end()) return {};
  return found->second;
}

std::optional<TimePoint> ClaimTable::next_expiry(TimePoint now) const {
  std::optional<TimePoint> next;
  for (auto const& [peer, claims] : by_peer_) {
    for (auto const& claim : claims) {
      if (claim.expires > now) next = std::min(next.value_or(claim.expires), claim.expires);
    }
  }
  return next;
}

}  // namespace freshet
