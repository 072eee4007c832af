// The part of the planner that works with peers: docs/planner.md, "With peers".
#include <algorithm>
#include <utility>

#include "engine/transfer/planner.h"

namespace freshet {

namespace {

constexpr Duration kLeaseMin = std::chrono::seconds{3};
constexpr Duration kLeaseMax = std::chrono::seconds{20};

}  // namespace

void Planner::join_crowd(std::uint64_t own_key, CrowdPolicy policy, TimePoint now) {
  if (crowd_ || !remaining_ || remaining_->geometry().pieces() == 0) return;
  crowd_.emplace(own_key, remaining_->geometry(), policy);
  crowd_since_ = now;
}

// Peers decide what the origin is asked for. In the first moment too: those that start together
// find each other then, and must not have asked for the same bytes.
bool Planner::with_crowd(TimePoint now) const {
  return crowd_ && (!crowd_->empty() || now < crowd_since_ + options_.crowd_wait);
}

std::uint32_t Planner::target_of(Source const& source, TimePoint now) const {
  if (source.admission != Admission::admitted) return 1;
  auto const target = source.governor.target();
  // Few and short ranges at a time: a piece is there for others the sooner.
  bool const few = crowd_ && !crowd_->empty() && !crowd_->helping(now);
  return few ? std::min(target, options_.crowd_connections_max) : target;
}

double Planner::origin_rate(TimePoint now) const {
  double rate = 0;
  for (auto const& source : parts_.sources.all()) {
    if (!parts_.sources.usable(source, now) || !source.rate.known()) continue;
    rate += source.rate.value() * source.governor.target();
  }
  return rate;
}

// Someone who comes before us fetches the same: the first moments of a crowd, or two who took over
// for a third.
void Planner::yield_to_claims(Plan& plan, TimePoint now) {
  if (!crowd_ || crowd_->helping(now)) return;
  for (auto& fetch : fetches_) {
    if (fetch.cancelled || fetch.left() * 2 < fetch.end - fetch.begin) continue;
    if (crowd_->outranked({fetch.next, fetch.end}, now)) cancel(fetch, plan);
  }
}

// Peers brought the last pieces of this range.
void Planner::trim(OpenFetch& fetch, Plan& plan) {
  auto const& geometry = remaining_->geometry();
  auto end = fetch.end;
  while (end > fetch.next) {
    auto const last = geometry.bytes(piece_at(end - 1, geometry.piece_length));
    if (last.begin <= fetch.next || !remaining_->delivered().covers({last.begin, end})) break;
    end = last.begin;
  }
  if (end == fetch.end) return;
  fetch.end = end;
  plan.orders.emplace_back(ShortenFetch{fetch.id, end});
}

void Planner::tell_crowd(Plan& plan, TimePoint now) {
  if (!crowd_) return;
  std::vector<PieceRange> ours;
  Duration longest = kLeaseMin;
  for (auto const& fetch : fetches_) {
    if (fetch.cancelled || fetch.left() == 0) continue;
    ours.push_back(remaining_->geometry().touched({fetch.next, fetch.end}));
    auto const rate = rate_of(fetch, now);
    auto const seconds = rate > 0 ? static_cast<double>(fetch.left()) / rate : 0;
    auto const lease = std::chrono::duration<double>(std::min(seconds * 2, 3600.0));
    longest = std::max(longest, std::chrono::duration_cast<Duration>(lease));
  }
  std::ranges::sort(ours);
  if (ours != reserved_) {
    plan.reserve = ours;
    reserved_ = ours;
  }
  for (auto const range : crowd_->intended()) ours.push_back(range);
  bool const runs_out = !ours.empty() && now >= claimed_until_;
  if (ours == claimed_ && !runs_out) return;
  longest = std::min(longest, kLeaseMax);
  plan.claims.emplace();
  for (auto const range : ours) plan.claims->push_back({range, longest});
  claimed_ = std::move(ours);
  // Told again when half of the lease is over.
  claimed_until_ = now + longest / 2;
  if (crowd_->helping(now) && !std::exchange(helped_, true)) {
    parts_.why.note(now, WhyCode::peers_slow, "the origin is asked for what peers have");
  }
}

}  // namespace freshet
