// When peers are too slow, and what the origin is asked for then.
#include <algorithm>

#include "engine/base/seconds.h"
#include "engine/transfer/crowd.h"

namespace freshet {

namespace {

// Of what the origin would bring while it has to serve pieces that nobody has.
constexpr double kSpreadingShare = 0.25;

PieceIndex before(PieceIndex piece) {
  return PieceIndex{to_number(piece) - 1};
}

}  // namespace

bool Crowd::overdue(PieceIndex piece, Duration patience, TimePoint now) const {
  return available(piece) && now - holdings_.since(piece) >= patience;
}

// Whether peers have had any of `unasked` for longer than they may take for it.
bool Crowd::any_overdue(RangeSet const& unasked, Duration patience, TimePoint now) const {
  auto part = unasked.first_from(0);
  while (part) {
    auto const pieces = geometry_.touched(*part);
    for (auto index = to_number(pieces.begin); index < to_number(pieces.end); ++index) {
      if (overdue(PieceIndex{index}, patience, now)) return true;
    }
    part = unasked.first_from(part->end);
  }
  return false;
}

Duration Crowd::patience(RangeSet const& unasked, double origin_rate) const {
  // Nothing to compare with: the origin has never been asked for anything.
  if (origin_rate <= 0) return policy_.patience_spreading;
  auto const whole = from_seconds(static_cast<double>(unasked.size()) / origin_rate);
  auto const piece = from_seconds(static_cast<double>(geometry_.piece_length) / origin_rate);
  auto const share = Duration{
      static_cast<Duration::rep>(static_cast<double>(whole.count()) * policy_.patience_share)};
  auto const patience = std::clamp(share, policy_.patience_min, policy_.patience_max);
  // A piece takes its time, and others may be served before us: most of all when it is new.
  auto const least = holdings_.all_out() ? Duration{} : policy_.patience_spreading;
  return std::max({patience, piece * policy_.patience_pieces, least});
}

bool Crowd::too_slow(RangeSet const& unasked, double origin_rate, TimePoint now) {
  if (helping(now)) return true;
  waits_ = any_overdue(unasked, Duration{}, now);
  if (!waits_) return false;
  // While there are pieces that nobody has yet the origin is busy with them: whoever asks it for
  // others delays everyone.
  auto share = policy_.rate_share_min * (holdings_.all_out() ? 1.0 : kSpreadingShare);
  // What the origin brings us now is more than it would if all members asked it.
  auto const members = static_cast<double>(fetchers_.members());
  share *= std::min(1.0, static_cast<double>(policy_.fetchers_max) / members);
  auto const wanted = std::max(origin_rate > 0 ? origin_rate * share : 1.0, policy_.rate_min);
  if (rate(now) >= wanted) return false;
  if (!any_overdue(unasked, patience(unasked, origin_rate), now)) return false;
  help_until_ = now + policy_.help_time;
  return true;
}

// From the far end, of what peers have. What they are asked for comes last: near the end it may
// stick with a slow one.
std::optional<ByteRange> Crowd::help_out(RangeSet const& unasked, Asked const& asked,
                                         TimePoint now) {
  if (!too_slow(unasked, asked.origin_rate, now)) return std::nullopt;
  auto parts = unasked.ranges();
  std::ranges::reverse(parts);
  auto const after_all = patience(unasked, asked.origin_rate);
  for (bool const asked_too : {false, true}) {
    auto const usable = [&](PieceIndex piece) {
      return overdue(piece, after_all, now) && (asked_too || !asked_.has(piece));
    };
    for (auto const part : parts) {
      if (auto const tail = tail_of(part, asked.size, usable)) return tail;
    }
  }
  return std::nullopt;
}

// The last run of pieces in `part` that may be fetched, about `size` bytes of it.
std::optional<ByteRange> Crowd::tail_of(ByteRange part, Bytes size,
                                        std::function<bool(PieceIndex)> const& usable) const {
  auto const pieces = geometry_.touched(part);
  auto end = pieces.end;
  while (end > pieces.begin && !usable(before(end))) end = before(end);
  if (end == pieces.begin) return std::nullopt;
  auto const wanted = static_cast<std::uint32_t>(std::max<Bytes>(1, size / geometry_.piece_length));
  auto begin = before(end);
  while (begin > pieces.begin && to_number(end) - to_number(begin) < wanted &&
         usable(before(begin))) {
    begin = before(begin);
  }
  return ByteRange{std::max(part.begin, geometry_.bytes(begin).begin),
                   std::min(part.end, geometry_.bytes(before(end)).end)};
}

}  // namespace freshet
