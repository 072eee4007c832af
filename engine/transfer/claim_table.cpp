#include "engine/transfer/claim_table.h"

#include <algorithm>
#include <iterator>

namespace freshet {

void ClaimTable::hear(SourceId peer, std::span<Claim const> claims, TimePoint now) {
  auto const before = of(peer);
  forget(peer);
  std::size_t heard = 0;
  std::uint32_t pieces = 0;
  for (auto const& claim : claims) {
    if (claim.pieces.empty() || heard == limits_.claims_per_peer_max) continue;
    if (claim.pieces.size() > limits_.pieces_per_peer_max - pieces) continue;
    pieces += claim.pieces.size();
    ++heard;
    auto since = now;
    for (auto const& old : before) {
      bool const overlaps =
          old.range.begin < claim.pieces.end && claim.pieces.begin < old.range.end;
      if (overlaps) since = std::min(since, old.since);
    }
    auto const expires = std::min(now + claim.lease, since + limits_.lease_max);
    claims_.push_back({peer, claim.pieces, expires, since});
  }
}

void ClaimTable::forget(SourceId peer) {
  std::erase_if(claims_, [peer](Heard const& claim) { return claim.peer == peer; });
}

std::vector<ClaimTable::Heard> ClaimTable::of(SourceId peer) const {
  std::vector<Heard> claims;
  std::ranges::copy_if(claims_, std::back_inserter(claims),
                       [peer](Heard const& claim) { return claim.peer == peer; });
  return claims;
}

}  // namespace freshet
