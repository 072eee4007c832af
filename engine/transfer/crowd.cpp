#include "engine/transfer/crowd.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/seconds.h"

namespace freshet {

namespace {

constexpr Bytes kGroupBytesMax = 4_MiB;
// Nobody fetches more at a time; who claims more cannot keep the crowd from the rest.
constexpr std::uint32_t kClaimedGroupsMax = 8;
constexpr Fetchers::Group kGroupsWeighedMax = 256;  // At a time, when one of others' is wanted.
constexpr Bytes kGroupsWanted = 64;  // Enough that shares come out even among some dozen members.

PieceIndex after(PieceIndex piece) {
  return PieceIndex{to_number(piece) + 1};
}

std::uint32_t groups_of(Geometry const& geometry) {
  auto const size = Crowd::pieces_per_group(geometry);
  return (geometry.pieces() + size - 1) / size;
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

Crowd::Crowd(Place place, Geometry geometry, PieceMap const& present, CrowdPolicy policy,
             TimePoint now)
    : place_(std::move(place)),
      geometry_(geometry),
      policy_(policy),
      group_pieces_(pieces_per_group(geometry)),
      groups_(groups_of(geometry)),
      holdings_(present),
      fetchers_(place_.own_key ^ place_.salt, groups_, policy.fetchers_max),
      asked_(geometry.pieces()),
      doubted_(geometry.pieces()),
      claims_({.pieces_per_peer_max = kClaimedGroupsMax * group_pieces_}),
      claim_patience_(policy.claim_patience_min),
      joined_at_(now),
      progress_at_(now) {}

void Crowd::add(PeerInfo const& info, TimePoint now) {
  if (peers_.size() >= policy_.peers_max && !peers_.contains(info.id)) return;
  auto& peer = peers_[info.id];
  heard_at_ = now;
  if (peer.member) fetchers_.remove(peer.key);
  peer.member = false;
  peer.key = info.key ^ place_.salt;
  peer.speaks_claims = info.speaks_claims;
  peer.address = info.address;
  if (peer.has.size() == 0) peer.has = PieceMap(geometry_.pieces());
  count(peer);
}

// Whoever has everything has nothing to fetch.
void Crowd::count(Peer& peer) {
  bool const member = peer.speaks_claims && !peer.has.all();
  if (member == peer.member) return;
  peer.member = member;
  member ? fetchers_.add(peer.key) : fetchers_.remove(peer.key);
  holdings_.dues().set_members(fetchers_.members());
}

void Crowd::remove(SourceId id, TimePoint now) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  auto const& peer = found->second;
  holdings_.dues().forget(id);
  static_cast<void>(holdings_.on_peer(id, peer.has, PieceMap(geometry_.pieces()), now));
  if (peer.member) fetchers_.remove(peer.key);
  holdings_.dues().set_members(fetchers_.members());
  peers_.erase(found);
  claims_.forget(id);
}

void Crowd::on_has(SourceId id, PieceMap const& all, TimePoint now) {
  auto const found = peers_.find(id);
  if (found == peers_.end() || all.size() != geometry_.pieces()) return;
  auto& peer = found->second;
  if (holdings_.on_peer(id, peer.has, all, now)) progress_at_ = now;
  peer.has = all;
  bool const came = all.all() && std::ranges::find(place_.holders, peer.key ^ place_.salt) !=
                                     place_.holders.end();
  if (came) place_.holders.clear();
  count(peer);
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
  for (auto const& claim : claims_.of(id)) {
    auto const last = group_of(PieceIndex{to_number(claim.range.end) - 1});
    for (auto group = group_of(claim.range.begin); group <= last; ++group) {
      group_times_.on_claim(group, now, claim_patience_);
    }
  }
}

void Crowd::on_asked(PieceIndex piece, bool asked) {
  if (to_number(piece) >= asked_.size()) return;
  asked ? asked_.set(piece) : asked_.reset(piece);
}

void Crowd::on_own(PieceIndex piece, bool present) {
  holdings_.on_own(piece, present);
  if (present) doubted_.reset(piece);
}

void Crowd::distrust(PieceIndex piece) {
  doubted_.set(piece);
}

void Crowd::on_received(SourceId id, Bytes bytes, TimePoint now) {
  if (auto const from = peers_.find(id); from != peers_.end()) from->second.brought += bytes;
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

ByteRange Crowd::bytes_of_group(Group group) const {
  auto const begin = group * geometry_.piece_length * group_pieces_;
  return {begin, std::min(begin + geometry_.piece_length * group_pieces_, geometry_.length)};
}

TimePoint Crowd::heeded_until(ClaimTable::Heard const& claim, Group group) const {
  auto const peer = peers_.find(claim.peer);
  bool const stranger = peer == peers_.end() || peer->second.brought < geometry_.piece_length;
  return std::min({claim.expires, claim.since + claim_patience_,
                   group_times_.end(group, stranger, claim_patience_)});
}

bool Crowd::blocked_by_claim(PieceIndex piece, TimePoint now) const {
  auto const group = group_of(piece);
  bool const intended = intent_ && intent_->group == group;
  return claims_.any(piece, now, [&](ClaimTable::Heard const& claim) {
    if (now >= heeded_until(claim, group)) return false;
    if (!intended) return true;
    // Both want it: who said so first, and if nobody can tell who comes first in this group.
    auto const peer = peers_.find(claim.peer);
    bool const before = claim.since + policy_.claim_settle < intent_->since;
    return before || (peer != peers_.end() && fetchers_.outranks_us(peer->second.key, group));
  });
}

bool Crowd::free(PieceIndex piece, TimePoint now) const {
  return !available(piece) && !asked_.has(piece) && !blocked_by_claim(piece, now);
}

// The first run of bytes of this group that only the origin can bring.
std::optional<ByteRange> Crowd::fresh_part(RangeSet const& unasked, Group group,
                                           TimePoint now) const {
  for (auto const part : unasked.within(bytes_of_group(group))) {
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

// The first piece of those that peers sent wrong.
std::optional<ByteRange> Crowd::doubted_part(RangeSet const& unasked) const {
  for (auto piece = doubted_.next_present(PieceIndex{0}); piece;
       piece = doubted_.next_present(after(*piece))) {
    auto const parts = unasked.within(geometry_.bytes(*piece));
    if (!parts.empty()) return parts.front();
  }
  return std::nullopt;
}

// From a place of our own on, so that those who do not know each other yet fetch different bytes.
std::optional<ByteRange> Crowd::own_share(RangeSet const& unasked, TimePoint now) const {
  if (!fetchers_.chosen()) return std::nullopt;
  auto const start = fetchers_.start();
  for (Group step = 0; step < groups_; ++step) {
    auto const group = (start + step) % groups_;
    if (!fetchers_.owns(group)) continue;
    if (auto const part = fresh_part(unasked, group, now)) return part;
  }
  return std::nullopt;
}

// When members that are not chosen may fetch too: those who should have not begun anything for too
// long. One after the other, as many at a time as there should be fetchers.
TimePoint Crowd::turn_at() const {
  auto const turn = static_cast<int>(fetchers_.before_us() / policy_.fetchers_max);
  return progress_at_ + policy_.takeover_time * turn;
}

bool Crowd::our_turn(TimePoint now) const {
  if (fetchers_.chosen()) return true;
  if (now < turn_at()) return false;
  // Who only says so has as long for all groups as for one.
  return !others_fetch(now) || now >= turn_at() + GroupTimes::of_strangers(claim_patience_);
}

bool Crowd::others_fetch(TimePoint now) const {
  auto const under_way = [&](PieceIndex piece) {
    return !holdings_.out(piece) && blocked_by_claim(piece, now);
  };
  return claims_.any(now,
                     [&](ClaimTable::Heard const& claim) { return under_way(claim.range.begin); });
}

// While no piece is whole all links idle but the origin's: one is whole soonest when all of that
// link is there for it.
bool Crowd::leave_first_piece(TimePoint now) const {
  return holdings_.pieces_out() == 0 && fetchers_.before_us() > 0 &&
         now - joined_at_ < policy_.first_piece_max && others_fetch(now);
}

// Our uplink is behind with what we brought while those of others are not: the origin is better
// asked by them. As long as they bring us more than the origin would: who is alone with peers that
// take and give nothing waits for nobody.
bool Crowd::hold_back(double fetch_rate, TimePoint now) {
  auto const& dues = holdings_.dues();
  auto const fetching = std::min(fetchers_.members(), policy_.fetchers_max);
  auto const soon = static_cast<Bytes>(fetch_rate * in_seconds(policy_.owed_more_max));
  auto const more = std::max<Bytes>(2, soon / geometry_.piece_length);
  auto const fair = dues.total() / fetching + dues.per_piece() * more;
  bool const behind = dues.per_piece() > 0 && dues.of(SourceId::none) > fair;
  if (!behind || rate(now) < fetch_rate || !others_fetch(now)) {
    held_since_.reset();
    return false;
  }
  if (!held_since_) held_since_ = now;
  return now - *held_since_ < policy_.hold_max;
}

// Of the groups that others have not come to yet, one to which few have more right than we, so that
// not all who have done their share go for the same; and the one that its owner would reach last.
std::optional<Crowd::Intent> Crowd::next_heritage(RangeSet const& unasked, Random& random,
                                                  TimePoint now) const {
  auto const from = static_cast<Group>(below(random, groups_));
  bool const rivals = others_fetch(now);
  auto best = std::pair{std::numeric_limits<std::size_t>::max(), Group{0}};
  std::optional<Intent> found;
  for (Group step = 0; step < std::min(groups_, kGroupsWeighedMax); ++step) {
    auto const group = (from + step) % groups_;
    if (!fresh_part(unasked, group, now)) continue;
    auto const rank = fetchers_.rank(group);
    auto const order = std::pair{rank, groups_ - fetchers_.steps_of_owner(group)};
    if (order >= best) continue;
    best = order;
    found = Intent{group, now, now + policy_.claim_settle * (rivals && rank > 1 ? 2 : 1)};
  }
  return found;
}

// What nobody does although someone else should: told first, fetched a moment later.
std::optional<ByteRange> Crowd::share_of_others(RangeSet const& unasked, Random& random,
                                                TimePoint now) {
  if (intent_) {
    if (auto const part = fresh_part(unasked, intent_->group, now)) {
      if (now < intent_->fetch_at) return std::nullopt;
      intent_.reset();
      return part;
    }
    intent_.reset();
  }
  if (our_turn(now)) intent_ = next_heritage(unasked, random, now);
  return std::nullopt;
}

std::optional<ByteRange> Crowd::pick(RangeSet const& unasked, Asked const& asked, Random& random,
                                     TimePoint now) {
  if (unasked.empty() || groups_ == 0) return std::nullopt;
  waits_ = false;
  if (asked.fetch_rate > 0) {
    auto const group = static_cast<double>(bytes_of_group(0).size()) / asked.fetch_rate;
    claim_patience_ =
        std::max(policy_.claim_patience_min,
                 from_seconds(std::min(group, 600.0) * policy_.claim_patience_groups));
  }
  if (auto const doubted = doubted_part(unasked)) return doubted;
  if (awaits_holder(now)) return std::nullopt;
  std::optional<ByteRange> part;
  if (!holdings_.all_out()) {
    if (leave_first_piece(now) || hold_back(asked.fetch_rate, now)) return std::nullopt;
    held_since_.reset();
    if (current_ && our_turn(now)) part = fresh_part(unasked, *current_, now);
    if (!part) part = own_share(unasked, now);
    if (!part) part = share_of_others(unasked, random, now);
  }
  if (part) {
    current_ = group_of(piece_at(part->begin, geometry_.piece_length));
    return shortened(*part, asked.share_size);
  }
  if (intent_) return std::nullopt;
  return help_out(unasked, asked, now);
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

bool Crowd::alive(TimePoint now, Duration patience) const {
  return !peers_.empty() && heard_at_ && now - *heard_at_ < patience;
}

std::vector<PieceRange> Crowd::intended() const {
  if (!intent_) return {};
  return {geometry_.touched(bytes_of_group(intent_->group))};
}

bool Crowd::should_yield(ByteRange range, TimePoint now) const {
  auto const pieces = geometry_.touched(range);
  if (pieces.empty() || doubted_.has(pieces.begin)) return false;
  if (!our_turn(now) || leave_first_piece(now)) return true;
  auto const group = group_of(pieces.begin);
  return claims_.any(pieces.begin, now, [&](ClaimTable::Heard const& claim) {
    if (now >= heeded_until(claim, group)) return false;
    auto const peer = peers_.find(claim.peer);
    return peer != peers_.end() && fetchers_.outranks_us(peer->second.key, group);
  });
}

std::optional<TimePoint> Crowd::next_look(TimePoint now) const {
  auto next = claims_.next_end(now, [this](ClaimTable::Heard const& claim) {
    return heeded_until(claim, group_of(claim.range.begin));
  });
  auto const consider = [&](TimePoint when) {
    if (when > now) next = std::min(next.value_or(when), when);
  };
  if (intent_) consider(intent_->fetch_at);
  if (awaits_holder(now)) consider(joined_at_ + policy_.holder_wait);
  if (holdings_.pieces_out() == 0) consider(joined_at_ + policy_.first_piece_max);
  if (!holdings_.all_out()) {
    consider(turn_at());
    consider(turn_at() + GroupTimes::of_strangers(claim_patience_));
  }
  if (waits_) consider(now + policy_.patience_min);
  if (held_since_) consider(*held_since_ + policy_.hold_max);
  return next;
}

}  // namespace freshet
