#include "bench/sim/flow_swarm.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace freshet::sim {

void SwarmDirectory::enter(FlowSwarm& swarm) {
  members_.push_back(&swarm);
}

void SwarmDirectory::leave(FlowSwarm& swarm) {
  std::erase(members_, &swarm);
}

FlowSwarm* SwarmDirectory::stranger(FlowSwarm const& asking) {
  // A few draws find one in a large crowd; a small one is walked through.
  auto const fits = [&](FlowSwarm const* other) {
    return other != &asking && !other->full() && !asking.knows(*other);
  };
  for (int draw = 0; draw < 8 && !members_.empty(); ++draw) {
    auto* const drawn = members_[below(around.random, members_.size())];
    if (fits(drawn)) return drawn;
  }
  auto const start = members_.empty() ? 0 : below(around.random, members_.size());
  for (std::size_t i = 0; i < members_.size() && members_.size() <= 256; ++i) {
    auto* const next = members_[(start + i) % members_.size()];
    if (fits(next)) return next;
  }
  return nullptr;
}

FlowSwarm::FlowSwarm(SwarmDirectory& directory, FlowStore& store, std::uint32_t host)
    : directory_(directory), store_(store), host_(host), key_(directory.around.random.next()) {}

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
  blocked_ = reserved_ = arrived_ = PieceMap(present.size());
  holders_.assign(present.size(), 0);
  if (!first) return;
  directory_.enter(*this);
  later(directory_.around.rules.discovery, [](FlowSwarm& self) { self.find_neighbours(); });
}

void FlowSwarm::find_neighbours() {
  while (spec_ && !full()) {
    auto* const other = directory_.stranger(*this);
    if (other == nullptr) return;
    meet(*other);
  }
}

void FlowSwarm::meet(FlowSwarm& other) {
  introduce(other);
  other.introduce(*this);
}

void FlowSwarm::introduce(FlowSwarm& other) {
  Neighbour neighbour;
  neighbour.swarm = &other;
  neighbour.id = SourceId{last_peer_++};
  neighbour.has = other.present_;
  neighbour.report_has = true;
  for (auto piece = neighbour.has.next_present({}); piece;
       piece = neighbour.has.next_present(PieceIndex{to_number(*piece) + 1})) {
    ++holders_[to_number(*piece)];
  }
  PeerInfo info;
  info.id = neighbour.id;
  info.address = "host" + std::to_string(other.host_);
  info.client = "freshet";
  info.speaks_claims = true;
  info.key = other.key_;
  auto& known = neighbours_.emplace(other.host_, std::move(neighbour)).first->second;
  if (events_ != nullptr) events_->on_peer(spec_->spool, info);
  if (!other.claims_.empty()) hear_claims(other, other.claims_);
  report_soon();
  ask(known);
}

void FlowSwarm::leave(SpoolId spool) {
  if (!spec_ || spec_->spool != spool) return;
  directory_.leave(*this);
  for (auto& [host, neighbour] : neighbours_) {
    directory_.around.network.cancel(neighbour.flow);
    neighbour.swarm->lose(*this);
  }
  neighbours_.clear();
  spec_.reset();
}

void FlowSwarm::lose(FlowSwarm& other) {
  auto const found = neighbours_.find(other.host_);
  if (found == neighbours_.end()) return;
  Neighbour const neighbour = std::move(found->second);
  neighbours_.erase(found);
  directory_.around.network.cancel(neighbour.flow);
  for (std::uint32_t i = 0; i < holders_.size(); ++i) {
    if (neighbour.has.has(PieceIndex{i})) --holders_[i];
  }
  if (neighbour.asked) {
    if (!reserved_.has(*neighbour.asked)) blocked_.reset(*neighbour.asked);
    if (events_ != nullptr) events_->on_piece_asked(spec_->spool, *neighbour.asked, false);
  }
  if (events_ != nullptr) {
    events_->on_peer_gone(spec_->spool, neighbour.id, Error{Errc::connection_lost, "", "it left"});
  }
  ask_all();
}

void FlowSwarm::offer(SpoolId spool, PieceIndex piece) {
  verified(spool, piece);
}

void FlowSwarm::verified(SpoolId spool, PieceIndex piece) {
  if (!spec_ || spec_->spool != spool || !spec_->manifest || !present_.set(piece)) return;
  for (auto const& [host, neighbour] : neighbours_) {
    neighbour.swarm->later(directory_.around.rules.delay, [from = host_, piece](FlowSwarm& self) {
      auto const found = self.neighbours_.find(from);
      if (found != self.neighbours_.end()) self.hear_has(*found->second.swarm, piece);
    });
  }
}

void FlowSwarm::hear_has(FlowSwarm& from, PieceIndex piece) {
  Neighbour& neighbour = neighbours_.at(from.host_);
  if (!neighbour.has.set(piece)) return;
  ++holders_[to_number(piece)];
  neighbour.report_has = true;
  report_soon();
  ask(neighbour);
}

void FlowSwarm::reserve(SpoolId spool, std::vector<PieceRange> const& pieces) {
  if (!spec_ || spec_->spool != spool) return;
  PieceMap reserved(present_.size());
  for (auto const& range : pieces) reserved.set(range);
  blocked_ = arrived_;
  for (auto const& range : pieces) blocked_.set(range);
  for (auto const& [host, neighbour] : neighbours_) {
    if (neighbour.asked) blocked_.set(*neighbour.asked);
  }
  reserved_ = std::move(reserved);
  ask_all();
}

void FlowSwarm::claim(SpoolId spool, std::vector<Claim> const& claims) {
  if (!spec_ || spec_->spool != spool) return;
  claims_ = claims;
  for (auto const& [host, neighbour] : neighbours_) {
    neighbour.swarm->later(directory_.around.rules.delay, [from = host_, claims](FlowSwarm& self) {
      auto const found = self.neighbours_.find(from);
      if (found != self.neighbours_.end()) self.hear_claims(*found->second.swarm, claims);
    });
  }
}

void FlowSwarm::hear_claims(FlowSwarm& from, std::vector<Claim> const& claims) {
  if (events_ == nullptr) return;
  events_->on_claims(spec_->spool, neighbours_.at(from.host_).id, claims);
}

void FlowSwarm::ask_all() {
  for (auto& [host, neighbour] : neighbours_) ask(neighbour);
}

void FlowSwarm::ask(Neighbour& neighbour) {
  if (neighbour.asked || spec_->upload_only) return;
  auto const piece = choose(neighbour);
  if (!piece) return;
  neighbour.asked = piece;
  blocked_.set(*piece);
  auto const host = neighbour.swarm->host_;
  neighbour.flow = directory_.around.network.start(directory_.around.path(host, host_),
                                                   static_cast<double>(bytes(*piece).size()),
                                                   [alive = std::weak_ptr(alive_), host] {
                                                     if (auto const self = alive.lock())
                                                       (*self)->arrive(host);
                                                   });
  if (events_ != nullptr) events_->on_piece_asked(spec_->spool, *piece, true);
}

// The rarest of what it has and we lack; of equally rare ones any.
std::optional<PieceIndex> FlowSwarm::choose(Neighbour const& neighbour) {
  std::optional<PieceIndex> best;
  std::uint32_t equals = 0;
  auto const& has = neighbour.has.words();
  auto const& present = present_.words();
  auto const& blocked = blocked_.words();
  for (std::uint32_t word = 0; word < has.size(); ++word) {
    for (auto bits = has[word] & ~present[word] & ~blocked[word]; bits != 0; bits &= bits - 1) {
      auto const piece = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      if (best && holders_[piece] > holders_[to_number(*best)]) continue;
      equals = best && holders_[piece] == holders_[to_number(*best)] ? equals + 1 : 1;
      if (equals == 1 || below(directory_.around.random, equals) == 0) best = PieceIndex{piece};
    }
  }
  return best;
}

void FlowSwarm::arrive(std::uint32_t host) {
  auto const found = neighbours_.find(host);
  if (!spec_ || found == neighbours_.end() || !found->second.asked) return;
  Neighbour& neighbour = found->second;
  neighbour.flow = FlowId::none;
  auto const piece = *std::exchange(neighbour.asked, std::nullopt);
  auto const range = bytes(piece);
  received_ += range.size();
  arrived_.set(piece);
  store_.arrive(spec_->spool, range, neighbour.id);
  if (events_ != nullptr) {
    events_->on_received(spec_->spool, neighbour.id, range.size());
    events_->on_piece_asked(spec_->spool, piece, false);
  }
  // The next request is out already when the last block comes, so no round trip is lost.
  auto const again = neighbours_.find(host);
  if (again != neighbours_.end()) ask(again->second);
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
