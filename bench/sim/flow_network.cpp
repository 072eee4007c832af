#include "bench/sim/flow_network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::sim {

namespace {

constexpr double kNearlyAll = 1e-3;      // Of a byte: what rounding may leave.
constexpr double kLevelChange = 0.01;    // Less is not told to neighbours.
constexpr std::size_t kRoundsMax = 200;  // Links settled for each that changed.
constexpr unsigned kSlotBits = 24;

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

bool differs(double a, double b) {
  return a != b && !(std::abs(a - b) <= kLevelChange * std::max(a, b));
}

}  // namespace

FlowNetwork::~FlowNetwork() {
  loop_.cancel(timer_);
}

LinkId FlowNetwork::add_link(double bytes_per_second) {
  FRESHET_ASSERT(bytes_per_second > 0);
  links_.push_back({.capacity = bytes_per_second});
  return LinkId{static_cast<std::uint32_t>(links_.size() - 1)};
}

void FlowNetwork::set_capacity(LinkId id, double bytes_per_second) {
  at(id).capacity = std::max(1.0, bytes_per_second);
  change({id});
}

FlowNetwork::Flow* FlowNetwork::find(FlowId id) {
  return const_cast<Flow*>(std::as_const(*this).find(id));
}

FlowNetwork::Flow const* FlowNetwork::find(FlowId id) const {
  auto const slot = static_cast<std::uint64_t>(id) & ((1U << kSlotBits) - 1);
  bool const known = id != FlowId::none && slot < flows_.size() && flows_[slot].id == id;
  return known ? &flows_[slot] : nullptr;
}

FlowId FlowNetwork::start(std::vector<LinkId> path, double bytes, std::function<void()> done) {
  if (path.empty() || bytes <= 0) {
    loop_.post(std::move(done));
    return FlowId{++last_flow_ << kSlotBits | ((1U << kSlotBits) - 1)};
  }
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(flows_.size()));
    flows_.emplace_back();
    FRESHET_ASSERT(flows_.size() < (1U << kSlotBits));
  }
  Slot const slot = free_.back();
  free_.pop_back();
  ++flows_count_;
  auto& flow = flows_[slot];
  auto const schedule = flow.schedule;
  flow = Flow{.id = FlowId{++last_flow_ << kSlotBits | slot},
              .path = std::move(path),
              .bytes = bytes,
              .since = loop_.now(),
              .done = std::move(done),
              .schedule = schedule};
  for (LinkId const each : flow.path) at(each).flows.push_back(slot);
  change(flow.path);
  return flow.id;
}

void FlowNetwork::resize(FlowId id, double bytes) {
  auto* const flow = find(id);
  if (flow == nullptr) return;
  catch_up(*flow);
  flow->bytes = std::max(bytes, flow->moved);
  schedule(static_cast<Slot>(flow - flows_.data()));
  arm();
}

void FlowNetwork::cancel(FlowId id) {
  auto* const flow = find(id);
  if (flow == nullptr) return;
  catch_up(*flow);
  remove(static_cast<Slot>(flow - flows_.data()));
}

double FlowNetwork::moved(FlowId id) const {
  auto const* const flow = find(id);
  return flow == nullptr ? 0 : moved_by_now(*flow);
}

double FlowNetwork::rate(FlowId id) const {
  auto const* const flow = find(id);
  return flow == nullptr ? 0 : flow->rate;
}

double FlowNetwork::carried(LinkId id) const {
  double sum = at(id).carried;
  for (Slot const each : at(id).flows) sum += moved_by_now(flows_[each]) - flows_[each].moved;
  return sum;
}

double FlowNetwork::moved_by_now(Flow const& flow) const {
  return std::min(flow.bytes, flow.moved + flow.rate * seconds(loop_.now() - flow.since));
}

void FlowNetwork::catch_up(Flow& flow) {
  double const now = moved_by_now(flow);
  for (LinkId const each : flow.path) at(each).carried += now - flow.moved;
  flow.moved = now;
  flow.since = loop_.now();
}

void FlowNetwork::remove(Slot slot) {
  auto& flow = flows_[slot];
  for (LinkId const each : flow.path) {
    auto& there = at(each).flows;
    *std::ranges::find(there, slot) = there.back();
    there.pop_back();
  }
  change(flow.path);
  flow.id = FlowId::none;
  flow.done = nullptr;
  ++flow.schedule;
  free_.push_back(slot);
  --flows_count_;
}

void FlowNetwork::change(std::vector<LinkId> const& links) {
  changed_.insert(changed_.end(), links.begin(), links.end());
  if (std::exchange(settling_, true)) return;
  loop_.post([alive = std::weak_ptr(alive_)] {
    if (auto const network = alive.lock()) (*network)->settle();
  });
}

void FlowNetwork::settle() {
  settling_ = false;
  if (flows_count_ <= exact_flows_max_) {
    settle_fairly();
  } else {
    settle_around();
  }
  changed_.clear();
  arm();
}

// Progressive filling: the link with the smallest share per unsettled flow settles its flows, what
// it leaves to others is shared anew.
void FlowNetwork::settle_fairly() {
  using Entry = std::pair<double, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> shares;
  for (auto& flow : flows_) flow.settled = false;
  for (std::uint32_t i = 0; i < links_.size(); ++i) {
    Link& each = links_[i];
    each.left = each.capacity;
    each.level = kUnbound;
    each.unsettled = static_cast<std::uint32_t>(each.flows.size());
    if (each.unsettled > 0) shares.emplace(each.left / each.unsettled, i);
  }
  while (!shares.empty()) {
    auto const [share, index] = shares.top();
    shares.pop();
    Link& tightest = links_[index];
    if (tightest.unsettled == 0) continue;
    double const now = tightest.left / tightest.unsettled;
    if (now > share * (1 + 1e-12)) {  // Others have left it more since it was noted.
      shares.emplace(now, index);
      continue;
    }
    tightest.level = now;
    fill(tightest, now);
  }
}

void FlowNetwork::fill(Link const& tightest, double share) {
  for (Slot const slot : tightest.flows) {
    Flow& flow = flows_[slot];
    if (std::exchange(flow.settled, true)) continue;
    for (LinkId const each : flow.path) {
      at(each).left = std::max(0.0, at(each).left - share);
      --at(each).unsettled;
    }
    set_rate(slot, share);
  }
}

void FlowNetwork::wait(LinkId id) {
  if (!std::exchange(at(id).waits, true)) waiting_.push_back(id);
}

// Each link finds the level up to which it can give its flows what other links let through; where
// a level moves, the links beside it look again. This comes to the same shares as filling all.
void FlowNetwork::settle_around() {
  waiting_.clear();
  touched_.clear();
  for (LinkId const each : changed_) wait(each);
  auto const first = waiting_.size();
  auto const rounds_max = first * kRoundsMax;
  for (std::size_t next = 0; next < waiting_.size(); ++next) {
    auto const id = waiting_[next];
    at(id).waits = false;
    auto const before = at(id).level;
    at(id).level = level_of(id);
    bool const again = next < first || differs(before, at(id).level);
    if (again && next < rounds_max) spread(id, before);
  }
  for (Slot const slot : touched_) {
    Flow const& flow = flows_[slot];
    double rate = kUnbound;
    for (LinkId const each : flow.path) rate = std::min(rate, at(each).level);
    set_rate(slot, rate);
  }
}

double FlowNetwork::share_elsewhere(Flow const& flow, LinkId here) const {
  double share = kUnbound;
  for (LinkId const each : flow.path) {
    if (each != here) share = std::min(share, at(each).level);
  }
  return share;
}

double FlowNetwork::level_of(LinkId id) {
  auto const& link = at(id);
  shares_.clear();
  for (Slot const slot : link.flows) shares_.push_back(share_elsewhere(flows_[slot], id));
  std::ranges::sort(shares_);
  double left = link.capacity;
  auto unsettled = static_cast<double>(shares_.size());
  for (double const share : shares_) {
    if (share * unsettled > left) return left / unsettled;
    left -= share;
    --unsettled;
  }
  // All are bound elsewhere: what one of them could have besides is the rest.
  return shares_.empty() ? kUnbound : shares_.back() + left;
}

void FlowNetwork::spread(LinkId id, double before) {
  for (Slot const slot : at(id).flows) {
    Flow const& flow = flows_[slot];
    touched_.push_back(slot);
    auto const elsewhere = share_elsewhere(flow, id);
    if (!differs(std::min(before, elsewhere), std::min(at(id).level, elsewhere))) continue;
    for (LinkId const each : flow.path) {
      if (each != id) wait(each);
    }
  }
}

void FlowNetwork::set_rate(Slot slot, double rate) {
  auto& flow = flows_[slot];
  if (flow.rate == rate) return;
  catch_up(flow);
  flow.rate = rate;
  schedule(slot);
}

void FlowNetwork::schedule(Slot slot) {
  auto& flow = flows_[slot];
  ++flow.schedule;
  if (flow.rate <= 0) return;
  double const left = std::max(0.0, flow.bytes - flow.moved) / flow.rate;
  auto const wait = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left));
  due_.push({loop_.now() + wait, slot, flow.id, flow.schedule});
}

bool FlowNetwork::stale(Due const& due) const {
  return flows_[due.slot].id != due.id || flows_[due.slot].schedule != due.schedule;
}

void FlowNetwork::arm() {
  while (!due_.empty() && stale(due_.top())) due_.pop();
  TimePoint const next = due_.empty() ? TimePoint::max() : due_.top().when;
  if (timer_ != TimerId::none && armed_for_ == next) return;
  loop_.cancel(std::exchange(timer_, TimerId::none));
  armed_for_ = next;
  if (due_.empty()) return;
  timer_ = loop_.at(next, [this] {
    timer_ = TimerId::none;
    finish_due();
  });
}

void FlowNetwork::finish_due() {
  std::vector<std::function<void()>> finished;
  while (!due_.empty() && due_.top().when <= loop_.now()) {
    auto const due = due_.top();
    due_.pop();
    if (stale(due)) continue;
    Flow& flow = flows_[due.slot];
    FRESHET_ASSERT(flow.bytes - moved_by_now(flow) <= std::max(kNearlyAll, flow.rate * 1e-6));
    finished.push_back(std::move(flow.done));
    for (LinkId const each : flow.path) at(each).carried += flow.bytes - flow.moved;
    flow.moved = flow.bytes;
    flow.rate = 0;
    remove(due.slot);
  }
  arm();
  for (auto const& done : finished) done();
}

}  // namespace freshet::sim
