// The part of the planner that works with peers: docs/planner.md, "With peers".
#include <algorithm>
#include <utility>

#include "engine/base/seconds.h"
#include "engine/transfer/planner.h"

namespace freshet {

namespace {

constexpr int kShareOfPauses = 8;
constexpr Duration kShareTime = std::chrono::milliseconds{300};
constexpr Bytes kShareBytes = 256_KiB;
constexpr double kBuffered = 64 * 1024;
constexpr double kThinRate = 1024 * 1024;  // Bytes a second, on one connection.
constexpr Duration kLeaseMin = std::chrono::seconds{3};
constexpr Duration kClaimLinger = std::chrono::milliseconds{400};
constexpr Duration kLeaseMax = std::chrono::seconds{20};

}  // namespace

void Planner::join_crowd(Crowd::Place place, CrowdPolicy policy, TimePoint now) {
  if (crowd_ || !remaining_ || remaining_->geometry().pieces() == 0) return;
  crowd_.emplace(std::move(place), remaining_->geometry(), remaining_->present(), policy, now);
  crowd_since_ = now;
}

void Planner::leave_crowd() {
  crowd_.reset();
  fetched_.clear();
  reserved_.clear();
  claimed_.clear();
}

// Peers decide what the origin is asked for. In the first moment too: those that start together
// find each other then, and must not have asked for the same bytes.
bool Planner::with_crowd(TimePoint now) const {
  return crowd_ && (!crowd_->empty() || now < crowd_since_ + options_.crowd_wait ||
                    crowd_->awaits_holder(now));
}

// More connections for contents would take a thin link from the manifest, and with it all peers.
bool Planner::leaves_room(Source const& source, TimePoint now) const {
  bool const awaited = manifest_from_ == source.id && now < manifest_room_until_;
  return awaited && source.rate.value() < kThinRate;
}

std::uint32_t Planner::target_of(Source const& source, TimePoint now) const {
  if (source.admission != Admission::admitted || leaves_room(source, now)) return 1;
  auto const target = source.governor.target();
  if (!with_crowd(now) || crowd_->helping(now)) return target;
  // Those who start together do not know yet how many they are.
  if (crowd_->empty()) return 1;
  // Few ranges at a time, so that each piece is there for others soon. With many members they fill
  // each other's pauses between two requests.
  return std::min(target, crowd_->members_count() > 3 ? 1U : 2U);
}

// Short, so that others have it soon, but long enough that the pause before the next one does not
// count.
Bytes Planner::share_size(Source const& source) const {
  auto const piece = remaining_->geometry().piece_length;
  auto const brings = [&](Duration time) {
    return static_cast<Bytes>(source.rate.value() * in_seconds(time));
  };
  auto const pause = source.latency.value_or(Duration{});
  return std::max(
      {piece, brings(pause * kShareOfPauses), std::min(brings(kShareTime), kShareBytes)});
}

// As far as it is proven: over as many connections as there were, and without what buffers on the
// way brought at no time.
double Planner::origin_rate(TimePoint now) const {
  double rate = 0;
  for (auto const& source : parts_.sources.all()) {
    if (!parts_.sources.usable(source, now) || !source.rate.known()) continue;
    auto const received = static_cast<double>(source.received);
    auto const connections = std::min(source.governor.target(), source.open_most);
    rate += source.rate.value() * connections * received / (received + kBuffered);
  }
  return rate;
}

// Someone who comes before us fetches the same: the first moments of a crowd, or two who took over
// for a third.
void Planner::yield_to_claims(Plan& plan, TimePoint now) {
  if (!crowd_ || crowd_->helping(now)) return;
  for (auto& fetch : fetches_) {
    if (fetch.cancelled || fetch.left() * 2 < fetch.end - fetch.begin) continue;
    if (crowd_->should_yield({fetch.next, fetch.end}, now)) cancel(fetch, plan);
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

// What we fetch, and a moment longer what we have fetched: until others hear that we have it.
std::vector<PieceRange> Planner::claims_now(TimePoint now) {
  std::erase_if(fetched_, [now](Fetched const& it) { return it.until <= now; });
  std::vector<PieceRange> claims;
  for (auto const& it : fetched_) claims.push_back(it.pieces);
  for (auto const& fetch : fetches_) {
    if (!fetch.cancelled) {
      auto const pieces = remaining_->geometry().touched({fetch.begin, fetch.end});
      claims.push_back(crowd_->rest_of_group(pieces));
    }
  }
  for (auto const range : crowd_->intended()) claims.push_back(range);
  std::ranges::sort(claims);
  return claims;
}

Duration Planner::lease_now(TimePoint now) const {
  auto lease = kLeaseMin;
  for (auto const& fetch : fetches_) {
    auto const rate = rate_of(fetch, now);
    auto const seconds = rate > 0 ? static_cast<double>(fetch.left()) / rate : 0;
    auto const wanted = std::chrono::duration<double>(std::min(seconds * 2, 3600.0));
    lease = std::max(lease, std::chrono::duration_cast<Duration>(wanted));
  }
  return std::min(lease, kLeaseMax);
}

void Planner::remember_fetched(OpenFetch const& fetch, TimePoint now) {
  if (crowd_ && fetch.next >= fetch.end) {
    fetched_.push_back(
        {remaining_->geometry().touched({fetch.begin, fetch.end}), now + kClaimLinger});
  }
}

// At the end: peers that come later must not hear of them.
void Planner::forget_claims(Plan& plan) {
  if (!reserved_.empty()) plan.reserve.emplace();
  if (!claimed_.empty()) plan.claims.emplace();
  reserved_.clear();
  claimed_.clear();
  fetched_.clear();
}

void Planner::tell_crowd(Plan& plan, TimePoint now) {
  if (!crowd_) return;
  std::vector<PieceRange> reserved;
  for (auto const& fetch : fetches_) {
    if (fetch.cancelled || fetch.left() == 0) continue;
    reserved.push_back(remaining_->geometry().touched({fetch.next, fetch.end}));
  }
  if (reserved != reserved_) plan.reserve = reserved_ = std::move(reserved);

  auto claims = claims_now(now);
  bool const runs_out = !claims.empty() && now >= claimed_until_;
  if (claims != claimed_ || runs_out) {
    auto const lease = lease_now(now);
    plan.claims.emplace();
    for (auto const range : claims) plan.claims->push_back({range, lease});
    claimed_ = std::move(claims);
    claimed_until_ = now + lease / 2;  // Told again then.
  }
}

// Not before it brings something: peers that lose no byte to it are no reason to complain.
void Planner::tell_help(TimePoint now) {
  if (!crowd_ || !crowd_->helping(now) || std::exchange(helped_, true)) return;
  parts_.why.note(now, WhyCode::peers_slow, "the origin is asked for what peers have");
}

}  // namespace freshet
