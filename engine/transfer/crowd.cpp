#include "engine/transfer/crowd.h"

#include <algorithm>
#include <bit>

#include "engine/base/assert.h"
#include "engine/transfer/rendezvous.h"

namespace freshet {

namespace {

constexpr Bytes kGroupBytesMax = 4_MiB;
constexpr Bytes kGroupsWanted = 64;  // Enough that shares come out even among some dozen members.

Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

PieceIndex after(PieceIndex piece) {
  return PieceIndex{to_number(piece) + 1};
}

}  // namespace

CrowdPolicy economy_policy() {
  CrowdPolicy policy;
  policy.rate_share_min = 0.05;
  policy.patience_share = 1;
  policy.patience_min = std::chrono::seconds{2};
  policy.patience_max = std::chrono::seconds{10};
  return policy;
}

std::uint32_t Crowd::pieces_per_group(Geometry const& geometry) {
  auto const bytes = std::min(kGroupBytesMax, geometry.length / kGroupsWanted);
  return static_cast<std::uint32_t>(std::max<Bytes>(1, bytes / geometry.piece_length));
}

Crowd::Crowd(std::uint64_t own_key, Geometry geometry, PieceMap const& present, CrowdPolicy policy)
    : own_key_(own_key),
      geometry_(geometry),
      policy_(policy),
      group_pieces_(pieces_per_group(geometry)),
      groups_((geometry.pieces() + group_pieces_ - 1) / group_pieces_),
      holders_(geometry.pieces()),
      held_since_(geometry.pieces()),
      own_(present),
      out_(present.count()),
      asked_(geometry.pieces()) {}

void Crowd::add(PeerInfo const& peer, TimePoint now) {
  if (peers_.size() >= policy_.peers_max && !peers_.contains(peer.id)) return;
  auto& added = peers_[peer.id];
  heard_at_ = now;
  added.key = peer.key;
  added.speaks_claims = peer.speaks_claims;
  if (added.has.size() == 0) added.has = PieceMap(geometry_.pieces());
}

void Crowd::remove(SourceId id) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  on_has(id, PieceMap(geometry_.pieces()), {});
  peers_.erase(found);
  claims_.forget(id);
}

void Crowd::on_has(SourceId id, PieceMap const& all, TimePoint now) {
  auto const found = peers_.find(id);
  if (found == peers_.end() || all.size() != geometry_.pieces()) return;
  auto& has = found->second.has;
  for (std::size_t word = 0; word < all.words().size(); ++word) {
    auto changed = all.words()[word] ^ has.words()[word];
    while (changed != 0) {
      auto const bit = static_cast<unsigned>(std::countr_zero(changed));
      changed &= changed - 1;
      auto const piece = PieceIndex{static_cast<std::uint32_t>(word * 64 + bit)};
      bool const was_out = is_out(piece);
      auto& count = holders_[word * 64 + bit];
      bool const gained = (all.words()[word] >> bit & 1) != 0;
      if (gained && count == 0) held_since_[word * 64 + bit] = now;
      count = static_cast<std::uint16_t>(gained ? count + 1 : count - 1);
      if (is_out(piece) != was_out) was_out ? --out_ : ++out_;
    }
  }
  has = all;
}

// A claim that is gone was kept if the peer now has what it claimed.
void Crowd::on_claims(SourceId id, std::span<Claim const> claims, TimePoint now) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  auto& peer = found->second;
  for (auto const& before : claims_.of(id)) {
    auto const still = [&](Claim const& claim) {
      return claim.pieces.begin < before.range.end && before.range.begin < claim.pieces.end;
    };
    if (std::ranges::any_of(claims, still)) continue;
    auto const missing = peer.has.next_absent(before.range.begin);
    bool const kept = !missing || *missing >= before.range.end;
    peer.broken_claims = kept ? 0 : peer.broken_claims + 1;
  }
  if (peer.broken_claims > policy_.broken_claims_max) claims = {};
  claims_.hear(id, claims, now);
}

void Crowd::on_asked(PieceIndex piece, bool asked) {
  if (to_number(piece) >= asked_.size()) return;
  asked ? asked_.set(piece) : asked_.reset(piece);
}

void Crowd::on_present(PieceIndex piece) {
  bool const was_out = is_out(piece);
  if (own_.set(piece) && !was_out) ++out_;
}

void Crowd::on_received(Bytes bytes, TimePoint now) {
  if (!received_at_ || now - *received_at_ > std::chrono::seconds{2}) {
    // After a long silence an average over it says nothing of what peers can do now.
    rate_ = RateEstimate{std::chrono::milliseconds{500}};
    received_at_ = now - std::chrono::milliseconds{100};
  }
  rate_.add(bytes, now - *received_at_);
  received_at_ = now;
  heard_at_ = now;
}

double Crowd::rate(TimePoint now) const {
  if (!rate_.known()) return 0;
  auto rate = rate_;
  auto const silence = now - *received_at_;
  if (silence > std::chrono::milliseconds{150}) rate.add(0, silence);
  return rate.value();
}

std::vector<std::uint64_t> Crowd::members() const {
  std::vector<std::uint64_t> keys;
  for (auto const& [id, peer] : peers_) {
    if (peer.speaks_claims && !peer.has.all()) keys.push_back(peer.key);
  }
  return keys;
}

ByteRange Crowd::bytes_of_group(Group group) const {
  auto const begin = group * geometry_.piece_length * group_pieces_;
  return {begin, std::min(begin + geometry_.piece_length * group_pieces_, geometry_.length)};
}

bool Crowd::blocked_by_claim(PieceIndex piece, TimePoint now) const {
  auto const group = group_of(piece);
  bool const intended = intent_ && intent_->group == group;
  return claims_.any(piece, now, [&](SourceId id, ClaimTable::Heard const& claim) {
    if (!intended) return true;
    // Both want it: who said so first, and if nobody can tell who comes first in this group.
    auto const peer = peers_.find(id);
    bool const before = claim.since + policy_.claim_settle < intent_->since;
    return before || (peer != peers_.end() && outranks(peer->second.key, own_key_, group));
  });
}

bool Crowd::free(PieceIndex piece, TimePoint now) const {
  return !available(piece) && !asked_.has(piece) && !blocked_by_claim(piece, now);
}

bool Crowd::many() const {
  return members().size() >= policy_.fetchers_max;
}

bool Crowd::at_frontier(ByteRange range) const {
  return group_of(piece_at(range.begin, geometry_.piece_length)) < frontier_end();
}

// Behind the first groups that nobody has whole, ourselves included.
Crowd::Group Crowd::frontier_end() const {
  std::size_t unfinished = 0;
  for (Group group = 0; group < groups_; ++group) {
    if (!finished(group) && ++unfinished == policy_.fetchers_max) return group + 1;
  }
  return groups_;
}

bool Crowd::finished(Group group) const {
  auto const pieces = geometry_.touched(bytes_of_group(group));
  for (auto piece = pieces.begin; piece < pieces.end; piece = after(piece)) {
    if (!is_out(piece)) return false;
  }
  return true;
}

// The first run of bytes of this group that only the origin can bring.
std::optional<ByteRange> Crowd::fresh_part(RangeSet const& todo, Group group, TimePoint now) const {
  for (auto const part : todo.within(bytes_of_group(group))) {
    auto const pieces = geometry_.touched(part);
    auto piece = pieces.begin;
    while (piece < pieces.end && !free(piece, now)) piece = after(piece);
    if (piece == pieces.end) continue;
    auto end = piece;
    while (end < pieces.end && free(end, now)) end = after(end);
    return ByteRange{std::max(part.begin, geometry_.bytes(piece).begin),
                     std::min(part.end, geometry_.bytes(PieceIndex{to_number(end) - 1}).end)};
  }
  return std::nullopt;
}

// From a place of our own on, so that those who do not know each other yet fetch different bytes.
std::optional<ByteRange> Crowd::own_share(RangeSet const& todo,
                                          std::vector<std::uint64_t> const& others,
                                          TimePoint now) const {
  auto const start = static_cast<Group>(rendezvous_weight(own_key_, ~0ULL) % groups_);
  for (Group step = 0; step < groups_; ++step) {
    auto const group = (start + step) % groups_;
    if (!todo.overlaps(bytes_of_group(group)) || !owns(own_key_, others, group)) continue;
    if (auto const part = fresh_part(todo, group, now)) return part;
  }
  return std::nullopt;
}

// Among many only the owners of the first unfinished groups fetch: few at a time, so that a piece
// is whole and on its way to the others soon. Where the owner does not come the next in rank does,
// after a while.
std::optional<ByteRange> Crowd::frontier_share(RangeSet const& todo,
                                               std::vector<std::uint64_t> const& others,
                                               TimePoint now) {
  std::map<Group, TimePoint> free;
  std::optional<ByteRange> mine;
  turn_at_.reset();
  auto const end = frontier_end();
  for (Group group = 0; group < end; ++group) {
    if (!todo.overlaps(bytes_of_group(group))) continue;
    auto const part = fresh_part(todo, group, now);
    if (!part) continue;
    auto const known = free_since_.find(group);
    auto const since = known != free_since_.end() ? known->second : now;
    free.emplace(group, since);
    auto const before = std::ranges::count_if(
        others, [&](std::uint64_t other) { return outranks(other, own_key_, group); });
    auto const turn = since + policy_.takeover_time * before;
    if (turn <= now && !mine) mine = part;
    if (turn > now) turn_at_ = std::min(turn_at_.value_or(turn), turn);
  }
  free_since_ = std::move(free);
  return mine;
}

// What nobody does although someone else should: told first, fetched a moment later.
std::optional<ByteRange> Crowd::share_of_others(RangeSet const& todo, Random& random,
                                                TimePoint now) {
  if (intent_) {
    if (auto const part = fresh_part(todo, intent_->group, now)) {
      if (now - intent_->since < policy_.claim_settle) return std::nullopt;
      intent_.reset();
      return part;
    }
    intent_.reset();
  }
  auto const start = static_cast<Group>(below(random, groups_));
  for (Group step = 0; step < groups_ && !intent_; ++step) {
    auto const group = (start + step) % groups_;
    if (todo.overlaps(bytes_of_group(group)) && fresh_part(todo, group, now)) {
      intent_ = Intent{group, now};
    }
  }
  return std::nullopt;
}

// Of `todo`, what peers have had for longer than they may take for it.
Bytes Crowd::overdue_bytes(RangeSet const& todo, Duration patience, TimePoint now) const {
  Bytes bytes = 0;
  for (auto const part : todo.ranges()) {
    auto const pieces = geometry_.touched(part);
    for (auto piece = pieces.begin; piece < pieces.end; piece = after(piece)) {
      if (overdue(piece, patience, now)) bytes += geometry_.bytes(piece).size();
    }
  }
  return bytes;
}

bool Crowd::overdue(PieceIndex piece, Duration patience, TimePoint now) const {
  return available(piece) && now - held_since_[to_number(piece)] >= patience;
}

Duration Crowd::patience(RangeSet const& todo, double origin_rate) const {
  if (origin_rate <= 0) return policy_.patience_min;
  auto const whole = from_seconds(static_cast<double>(todo.size()) / origin_rate);
  auto const piece = from_seconds(static_cast<double>(geometry_.piece_length) / origin_rate);
  auto const share = Duration{
      static_cast<Duration::rep>(static_cast<double>(whole.count()) * policy_.patience_share)};
  auto const patience = std::clamp(share, policy_.patience_min, policy_.patience_max);
  // A piece takes its time, and others may be served before us: most of all when it is new.
  auto const least = spreading() ? policy_.patience_spreading : Duration{};
  return std::max({patience, piece * policy_.patience_pieces, least});
}

bool Crowd::too_slow(RangeSet const& todo, double origin_rate, TimePoint now) {
  if (helping(now)) return true;
  waits_ = overdue_bytes(todo, Duration{}, now) > 0;
  // While there are pieces that nobody has yet the origin is busy with them: whoever asks it for
  // others delays everyone.
  auto const share = policy_.rate_share_min * (spreading() ? 0.25 : 1.0);
  if (rate(now) >= origin_rate * share) return false;
  if (overdue_bytes(todo, patience(todo, origin_rate), now) == 0) return false;
  help_until_ = now + policy_.help_time;
  return true;
}

// From the far end, of what peers have. What they are asked for comes last: near the end it may
// stick with a slow one.
std::optional<ByteRange> Crowd::help_out(RangeSet const& todo, Asked const& asked, TimePoint now) {
  if (!too_slow(todo, asked.origin_rate, now)) return std::nullopt;
  auto parts = todo.ranges();
  std::ranges::reverse(parts);
  auto const after_all = patience(todo, asked.origin_rate);
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
  auto const before = [](PieceIndex piece) { return PieceIndex{to_number(piece) - 1}; };
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

std::optional<ByteRange> Crowd::pick(RangeSet const& todo, Asked const& asked, Random& random,
                                     TimePoint now) {
  if (todo.empty() || groups_ == 0) return std::nullopt;
  waits_ = false;
  std::optional<ByteRange> part;
  auto const others = members();
  bool const many = others.size() >= policy_.fetchers_max;
  // Never what `outranked` and `at_frontier` would make the planner give up at once.
  if (current_ && (!many || at_frontier(bytes_of_group(*current_)))) {
    part = fresh_part(todo, *current_, now);
  }
  if (!part) part = many ? frontier_share(todo, others, now) : own_share(todo, others, now);
  if (!part && !many) part = share_of_others(todo, random, now);
  if (part) {
    current_ = group_of(piece_at(part->begin, geometry_.piece_length));
    return shortened(*part, asked.share_size);
  }
  if (intent_) return std::nullopt;
  return help_out(todo, asked, now);
}

// To whole pieces, at least one.
ByteRange Crowd::shortened(ByteRange part, Bytes size) const {
  auto const end = (part.begin + size) / geometry_.piece_length * geometry_.piece_length;
  auto const first = geometry_.bytes(piece_at(part.begin, geometry_.piece_length)).end;
  return {part.begin, std::min(part.end, std::max(first, end))};
}

PieceRange Crowd::rest_of_group(PieceRange pieces) const {
  if (pieces.empty()) return pieces;
  auto const last = group_of(PieceIndex{to_number(pieces.end) - 1});
  return {pieces.begin, geometry_.touched(bytes_of_group(last)).end};
}

std::size_t Crowd::members_count() const {
  return 1 + members().size();
}

bool Crowd::alive(TimePoint now, Duration patience) const {
  return !peers_.empty() && heard_at_ && now - *heard_at_ < patience;
}

std::vector<PieceRange> Crowd::intended() const {
  if (!intent_) return {};
  auto const bytes = bytes_of_group(intent_->group);
  return {geometry_.touched(bytes)};
}

bool Crowd::outranked(ByteRange range, TimePoint now) const {
  auto const pieces = geometry_.touched(range);
  if (pieces.empty()) return false;
  auto const group = group_of(pieces.begin);
  return claims_.any(pieces.begin, now, [&](SourceId id, ClaimTable::Heard const&) {
    auto const peer = peers_.find(id);
    return peer != peers_.end() && outranks(peer->second.key, own_key_, group);
  });
}

std::optional<TimePoint> Crowd::next_look(TimePoint now) const {
  auto next = claims_.next_expiry(now);
  auto const consider = [&](TimePoint when) {
    if (when > now) next = std::min(next.value_or(when), when);
  };
  if (intent_) consider(intent_->since + policy_.claim_settle);
  if (turn_at_) consider(*turn_at_);
  if (waits_) consider(now + policy_.patience_min);
  return next;
}

}  // namespace freshet
