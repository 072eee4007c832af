#include "bench/sim/flow_swarm.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace freshet::sim {

namespace {

constexpr double kSlowRate = 64e3;

}  // namespace

void SwarmDirectory::enter(FlowSwarm& swarm) {
  members_.push_back(&swarm);
}

void SwarmDirectory::leave(FlowSwarm& swarm) {
  std::erase(members_, &swarm);
}

bool SwarmDirectory::fits(FlowSwarm const& asking, FlowSwarm const& other) const {
  return &other != &asking && !other.full() && !asking.knows(other) &&
         (!around.may_meet || around.may_meet(asking.host(), other.host()));
}

FlowSwarm* SwarmDirectory::stranger(FlowSwarm const& asking) {
  // A few draws find one in a large crowd; a small one is walked through.
  for (int draw = 0; draw < 8 && !members_.empty(); ++draw) {
    auto* const drawn = members_[below(around.random, members_.size())];
    if (fits(asking, *drawn)) return drawn;
  }
  auto const start = members_.empty() ? 0 : below(around.random, members_.size());
  for (std::size_t i = 0; i < members_.size() && members_.size() <= 2048; ++i) {
    auto* const next = members_[(start + i) % members_.size()];
    if (fits(asking, *next)) return next;
  }
  return nullptr;
}

FlowSwarm::FlowSwarm(SwarmDirectory& directory, FlowStore& store, std::uint32_t host, Manner manner)
    : directory_(directory),
      store_(store),
      host_(host),
      manner_(manner),
      key_(directory.around.random.next()) {
  auto& network = directory.around.network;
  if (manner == Manner::silent) narrow_ = network.add_link(1e-3);
  if (manner == Manner::slow) narrow_ = network.add_link(kSlowRate);
}

FlowSwarm::~FlowSwarm() {
  if (spec_) leave(spec_->spool);
}

void FlowSwarm::later(Duration wait, std::function<void(FlowSwarm&)> then) {
  auto& loop = directory_.around.loop;
  static_cast<void>(
      loop.at(loop.now() + wait, [alive = std::weak_ptr(alive_), then = std::move(then)] {
        if (auto const self = alive.lock()) then(**self);
      }));
}

bool FlowSwarm::knows(FlowSwarm const& other) const {
  return neighbours_.contains(other.host_);
}

bool FlowSwarm::full() const {
  return neighbours_.size() >= directory_.around.rules.neighbours_max;
}

ByteRange FlowSwarm::bytes(PieceIndex piece) const {
  return bytes_of(piece, spec_->manifest->piece_length, spec_->content.length);
}

void FlowSwarm::join(SwarmSpec spec, PieceMap const& present) {
  bool const first = !spec_;
  spec_ = std::move(spec);
  if (!spec_->manifest) return;
  present_ = present;
  reserved_ = asked_ = arrived_ = PieceMap(present.size());
  holders_.assign(present.size(), 0);
  if (!first) return;
  directory_.enter(*this);
  later(directory_.around.rules.discovery, [](FlowSwarm& self) { self.search(); });
  if (manner_ == Manner::claims) claim_everything();
  if (manner_ == Manner::renames) rename();
}

void FlowSwarm::claim_everything() {
  if (!spec_) return;
  std::vector<Claim> claims;
  for (std::uint32_t i = 0; i < present_.size(); i += 16) {
    claims.push_back({pieces(i, std::min(i + 16, present_.size())), std::chrono::seconds{30}});
  }
  claim(spec_->spool, claims);
  later(std::chrono::seconds{5}, [](FlowSwarm& self) { self.claim_everything(); });
}

// Eight of them claim all, each its eighth.
void FlowSwarm::rename() {
  if (!spec_) return;
  part_where([](std::uint32_t) { return true; });
  key_ = directory_.around.random.next();
  auto const eighth = std::max(1U, present_.size() / 8);
  auto const begin = host_ % 8 * eighth;
  auto const end = std::min(begin + eighth, present_.size());
  if (begin < end) claims_ = {{pieces(begin, end), std::chrono::seconds{30}}};
  find_neighbours();
  later(std::chrono::seconds{1}, [](FlowSwarm& self) { self.rename(); });
}

void FlowSwarm::search_again(Duration wait) {
  auto const lost = directory_.around.rules.weather.announces_lost_percent;
  if (lost > 0 && below(directory_.around.random, 100) < lost) {
    return later(wait, [wait](FlowSwarm& self) { self.search_again(wait * 2); });
  }
  find_neighbours();
}

void FlowSwarm::find_neighbours() {
  while (spec_ && !full()) {
    auto* const other = directory_.stranger(*this);
    if (other == nullptr) return;
    join_hands(*other);
  }
}

void FlowSwarm::join_hands(FlowSwarm& other) {
  auto const connection = directory_.next_connection();
  introduce(other, connection);
  other.introduce(*this, connection);
}

void FlowSwarm::add_holder(PieceMap const& has, int change) {
  for (auto piece = has.next_present({}); piece;
       piece = has.next_present(PieceIndex{to_number(*piece) + 1})) {
    auto& count = holders_[to_number(*piece)];
    count = static_cast<std::uint16_t>(count + change);
  }
}

void FlowSwarm::introduce(FlowSwarm& other, std::uint64_t connection) {
  Neighbour neighbour;
  neighbour.connection = connection;
  neighbour.swarm = &other;
  neighbour.id = SourceId{last_peer_++};
  neighbour.has = other.present_;
  neighbour.report_has = true;
  add_holder(neighbour.has, 1);
  PeerInfo info;
  info.id = neighbour.id;
  info.address = "host" + std::to_string(other.host_);
  info.client = "freshet";
  info.speaks_claims = true;
  info.key = other.key_;
  auto& known = neighbours_.emplace(other.host_, std::move(neighbour)).first->second;
  if (events_ != nullptr) events_->on_peer(spec_->spool, info);
  if (!other.claims_.empty()) hear_claims(other.host_, other.claims_);
  report_soon();
  ask(known);
}

void FlowSwarm::leave(SpoolId spool) {
  if (!spec_ || spec_->spool != spool) return;
  directory_.leave(*this);
  for (auto& [host, neighbour] : neighbours_) {
    drop_request(neighbour);
    neighbour.swarm->lose(host_);
  }
  neighbours_.clear();
  spec_.reset();
}

// Both of them.
void FlowSwarm::part_from(std::uint32_t host) {
  auto const found = neighbours_.find(host);
  if (found == neighbours_.end()) return;
  auto* const other = found->second.swarm;
  lose(host);
  other->lose(host_);
}

void FlowSwarm::lose(std::uint32_t host) {
  auto const found = neighbours_.find(host);
  if (found == neighbours_.end()) return;
  drop_request(found->second);
  Neighbour const neighbour = std::move(found->second);
  neighbours_.erase(found);
  add_holder(neighbour.has, -1);
  if (events_ != nullptr) {
    events_->on_peer_gone(spec_->spool, neighbour.id, Error{Errc::connection_lost, "", "it left"});
  }
  ask_all();
  if (directory_.around.rules.weather.any()) {
    later(std::chrono::seconds{1}, [](FlowSwarm& self) { self.search(); });
  }
}

std::vector<std::uint32_t> FlowSwarm::neighbours() const {
  std::vector<std::uint32_t> hosts;
  for (auto const& [host, neighbour] : neighbours_) hosts.push_back(host);
  return hosts;
}

void FlowSwarm::part_where(std::function<bool(std::uint32_t)> const& far) {
  for (auto const host : neighbours()) {
    if (far(host)) part_from(host);
  }
}

void FlowSwarm::ban(SourceId peer, Offence const&) {
  auto const found =
      std::ranges::find(neighbours_, peer, [](auto const& entry) { return entry.second.id; });
  if (found != neighbours_.end()) part_from(found->first);
}

void FlowSwarm::offer(SpoolId spool, PieceIndex piece) {
  verified(spool, piece);
}

void FlowSwarm::hold_words(Duration time) {
  words_held_until_ = directory_.around.loop.now() + time;
}

// Lost when the connection ends before it arrives.
void FlowSwarm::say(Neighbour& neighbour, Word const& word) {
  auto const& around = directory_.around;
  auto const now = around.loop.now();
  auto const most = static_cast<std::uint64_t>(around.rules.weather.jitter.count());
  auto const more = Duration{static_cast<Duration::rep>(below(around.random, most + 1))};
  neighbour.said = std::max({neighbour.said, now + around.rules.delay + more, words_held_until_});
  auto const connection = neighbour.connection;
  neighbour.swarm->later(neighbour.said - now, [=, from = host_](FlowSwarm& self) {
    auto const found = self.neighbours_.find(from);
    if (found != self.neighbours_.end() && found->second.connection == connection) word(self);
  });
}

void FlowSwarm::tell(Word const& word) {
  if (directory_.around.rules.weather.any()) {
    for (auto& [host, neighbour] : neighbours_) say(neighbour, word);
    return;
  }
  later(directory_.around.rules.delay, [word](FlowSwarm& self) {
    std::vector<FlowSwarm*> others;
    for (auto const& [host, neighbour] : self.neighbours_) others.push_back(neighbour.swarm);
    for (auto* const other : others) word(*other);
  });
}

void FlowSwarm::verified(SpoolId spool, PieceIndex piece) {
  if (!spec_ || spec_->spool != spool || !spec_->manifest || !present_.set(piece)) return;
  tell([from = host_, piece](FlowSwarm& self) { self.hear_has(from, piece); });
}

void FlowSwarm::hear_has(std::uint32_t host, PieceIndex piece) {
  auto const found = neighbours_.find(host);
  if (found == neighbours_.end() || !found->second.has.set(piece)) return;
  ++holders_[to_number(piece)];
  found->second.report_has = true;
  report_soon();
  ask(found->second);
}

void FlowSwarm::reserve(SpoolId spool, std::vector<PieceRange> const& pieces) {
  if (!spec_ || spec_->spool != spool) return;
  reserved_ = PieceMap(present_.size());
  for (auto const& range : pieces) reserved_.set(range);
  ask_all();
}

void FlowSwarm::claim(SpoolId spool, std::vector<Claim> const& claims) {
  if (!spec_ || spec_->spool != spool) return;
  claims_ = claims;
  auto const shared = std::make_shared<std::vector<Claim> const>(claims);
  tell([from = host_, shared](FlowSwarm& self) { self.hear_claims(from, *shared); });
}

void FlowSwarm::hear_claims(std::uint32_t host, std::vector<Claim> const& claims) {
  auto const found = neighbours_.find(host);
  if (events_ == nullptr || found == neighbours_.end()) return;
  events_->on_claims(spec_->spool, found->second.id, claims);
}

void FlowSwarm::ask_all() {
  for (auto& [host, neighbour] : neighbours_) ask(neighbour);
}

void FlowSwarm::ask(Neighbour& neighbour) {
  if (neighbour.asked || neighbour.waits || spec_->upload_only || present_.all()) return;
  auto const piece = choose(neighbour);
  if (!piece) return;
  if (neighbour.swarm->busy()) {
    neighbour.waits = true;
    neighbour.swarm->waiting_.push_back(host_);
    return;
  }
  neighbour.asked = piece;
  asked_.set(*piece);
  auto const& around = directory_.around;
  auto* const from = neighbour.swarm;
  auto const host = from->host_;
  ++from->uploads_;
  auto path = around.path(host, host_);
  if (from->narrow_) path.push_back(*from->narrow_);
  neighbour.flow = around.network.start(std::move(path), static_cast<double>(bytes(*piece).size()),
                                        [alive = std::weak_ptr(alive_), host] {
                                          if (auto const self = alive.lock()) (*self)->arrive(host);
                                        });
  if (from->manner_ == Manner::silent) {
    later(around.rules.stall_timeout, [host](FlowSwarm& self) { self.part_from(host); });
  }
  if (events_ != nullptr) events_->on_piece_asked(spec_->spool, *piece, true);
}

// The rarest of what it has and we lack; of equally rare ones any.
std::optional<PieceIndex> FlowSwarm::choose(Neighbour const& neighbour) {
  std::optional<PieceIndex> best;
  std::uint32_t fewest = 0;
  std::uint32_t equals = 0;
  for (std::uint32_t word = 0; word < present_.words().size(); ++word) {
    auto bits = neighbour.has.words()[word] & ~present_.words()[word] & ~arrived_.words()[word] &
                ~asked_.words()[word] & ~reserved_.words()[word];
    for (; bits != 0; bits &= bits - 1) {
      auto const piece = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      auto const holders = holders_[piece];
      if (best && holders > fewest) continue;
      equals = best && holders == fewest ? equals + 1 : 1;
      fewest = holders;
      if (equals == 1 || below(directory_.around.random, equals) == 0) best = PieceIndex{piece};
    }
  }
  return best;
}

void FlowSwarm::drop_request(Neighbour& neighbour) {
  if (!neighbour.asked) return;
  directory_.around.network.cancel(std::exchange(neighbour.flow, FlowId::none));
  neighbour.swarm->upload_ended();
  auto const piece = *std::exchange(neighbour.asked, std::nullopt);
  asked_.reset(piece);
  if (events_ != nullptr) events_->on_piece_asked(spec_->spool, piece, false);
}

void FlowSwarm::arrive(std::uint32_t host) {
  auto const found = neighbours_.find(host);
  if (!spec_ || found == neighbours_.end() || !found->second.asked) return;
  Neighbour& neighbour = found->second;
  auto const piece = *std::exchange(neighbour.asked, std::nullopt);
  auto const from = neighbour.id;
  neighbour.swarm->upload_ended();
  bool const right = neighbour.swarm->manner_ != Manner::lies;
  auto const range = bytes(piece);
  received_ += range.size();
  asked_.reset(piece);
  if (right) arrived_.set(piece);
  store_.arrive(spec_->spool, range, from, right);
  if (events_ != nullptr) {
    events_->on_received(spec_->spool, from, range.size());
    events_->on_piece_asked(spec_->spool, piece, false);
  }
  // The next request is out already when the last block comes, so no round trip is lost.
  auto const again = neighbours_.find(host);
  if (!spec_ || again == neighbours_.end()) return;
  ask(again->second);
}

bool FlowSwarm::busy() const {
  auto const slots = directory_.around.rules.upload_slots;
  return slots > 0 && uploads_ >= slots;
}

// Who has waited longest for a place gets it.
void FlowSwarm::upload_ended() {
  --uploads_;
  if (waiting_.empty()) return;
  later({}, [](FlowSwarm& self) {
    while (!self.waiting_.empty() && !self.busy()) {
      auto const found = self.neighbours_.find(self.waiting_.front());
      self.waiting_.pop_front();
      if (found == self.neighbours_.end()) continue;
      auto& other = *found->second.swarm;
      auto& us = other.neighbours_.at(self.host_);
      us.waits = false;
      other.ask(us);
    }
  });
}

void FlowSwarm::report_soon() {
  if (std::exchange(report_pending_, true)) return;
  later(directory_.around.rules.report_interval, [](FlowSwarm& self) { self.report(); });
}

void FlowSwarm::report() {
  report_pending_ = false;
  if (!spec_ || events_ == nullptr) return;
  std::vector<std::pair<SourceId, PieceMap>> news;
  for (auto& [host, neighbour] : neighbours_) {
    if (std::exchange(neighbour.report_has, false)) news.emplace_back(neighbour.id, neighbour.has);
  }
  for (auto const& [id, has] : news) {
    if (spec_) events_->on_peer_has(spec_->spool, id, has);
  }
}

}  // namespace freshet::sim
