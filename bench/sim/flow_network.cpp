#include "bench/sim/flow_network.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::sim {

namespace {

constexpr double kNearlyAll = 1e-3;  // Of a byte: what rounding may leave.

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
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

FlowId FlowNetwork::start(std::vector<LinkId> path, double bytes, std::function<void()> done) {
  FlowId const id{++last_flow_};
  if (path.empty() || bytes <= 0) {
    loop_.post(std::move(done));
    return id;
  }
  for (LinkId const each : path) link(each).flows.push_back(id);
  change(path);
  flows_.emplace(id, Flow{.path = std::move(path),
                          .bytes = bytes,
                          .since = loop_.now(),
                          .done = std::move(done),
                          .due = due_.end()});
  return id;
}

void FlowNetwork::resize(FlowId id, double bytes) {
  auto const found = flows_.find(id);
  if (found == flows_.end()) return;
  Flow& flow = found->second;
  catch_up(flow);
  flow.bytes = std::max(bytes, flow.moved);
  schedule(id, flow);
  arm();
}

void FlowNetwork::cancel(FlowId id) {
  auto const found = flows_.find(id);
  if (found == flows_.end()) return;
  detach(id, found->second);
  flows_.erase(found);
}

double FlowNetwork::moved(FlowId id) const {
  auto const found = flows_.find(id);
  return found == flows_.end() ? 0 : moved_by_now(found->second);
}

double FlowNetwork::rate(FlowId id) const {
  auto const found = flows_.find(id);
  return found == flows_.end() ? 0 : found->second.rate;
}

double FlowNetwork::carried(LinkId id) const {
  Link const& link = links_[static_cast<std::uint32_t>(id)];
  double sum = link.carried;
  for (FlowId const each : link.flows) {
    Flow const& flow = flows_.at(each);
    sum += moved_by_now(flow) - flow.moved;
  }
  return sum;
}

double FlowNetwork::moved_by_now(Flow const& flow) const {
  return std::min(flow.bytes, flow.moved + flow.rate * seconds(loop_.now() - flow.since));
}

void FlowNetwork::catch_up(Flow& flow) {
  double const now = moved_by_now(flow);
  for (LinkId const each : flow.path) link(each).carried += now - flow.moved;
  flow.moved = now;
  flow.since = loop_.now();
}

void FlowNetwork::detach(FlowId id, Flow& flow) {
  catch_up(flow);
  if (flow.scheduled) due_.erase(flow.due);
  for (LinkId const each : flow.path) std::erase(link(each).flows, id);
  change(flow.path);
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
  if (flows_.size() <= exact_flows_max_) {
    settle_fairly();
  } else {
    settle_locally();
  }
  changed_.clear();
  arm();
}

// Progressive filling: the link with the smallest share per unsettled flow settles its flows, what
// it leaves to others is shared anew.
void FlowNetwork::settle_fairly() {
  using Entry = std::pair<double, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> shares;
  for (auto& [id, flow] : flows_) flow.settled = false;
  for (std::uint32_t i = 0; i < links_.size(); ++i) {
    Link& each = links_[i];
    each.left = each.capacity;
    each.unsettled = static_cast<std::uint32_t>(each.flows.size());
    if (each.unsettled > 0) shares.emplace(each.left / each.unsettled, i);
  }
  while (!shares.empty()) {
    auto const [share, index] = shares.top();
    shares.pop();
    Link const& tightest = links_[index];
    if (tightest.unsettled == 0) continue;
    double const now = tightest.left / tightest.unsettled;
    if (now > share * (1 + 1e-12)) {  // Others have left it more since it was noted.
      shares.emplace(now, index);
      continue;
    }
    fill(LinkId{index}, now);
  }
}

void FlowNetwork::fill(LinkId tightest, double share) {
  for (FlowId const id : link(tightest).flows) {
    Flow& flow = flows_.at(id);
    if (std::exchange(flow.settled, true)) continue;
    for (LinkId const each : flow.path) {
      link(each).left = std::max(0.0, link(each).left - share);
      --link(each).unsettled;
    }
    set_rate(id, flow, share);
  }
}

void FlowNetwork::settle_locally() {
  std::ranges::sort(changed_);
  auto const repeated = std::ranges::unique(changed_);
  changed_.erase(repeated.begin(), repeated.end());
  for (LinkId const each : changed_) {
    for (FlowId const id : link(each).flows) {
      Flow& flow = flows_.at(id);
      double share = std::numeric_limits<double>::infinity();
      for (LinkId const on_path : flow.path) {
        share = std::min(share,
                         link(on_path).capacity / static_cast<double>(link(on_path).flows.size()));
      }
      set_rate(id, flow, share);
    }
  }
}

void FlowNetwork::set_rate(FlowId id, Flow& flow, double rate) {
  if (flow.scheduled && flow.rate == rate) return;
  catch_up(flow);
  flow.rate = rate;
  schedule(id, flow);
}

void FlowNetwork::schedule(FlowId id, Flow& flow) {
  if (flow.scheduled) due_.erase(flow.due);
  flow.scheduled = flow.rate > 0;
  if (!flow.scheduled) return;
  double const left = std::max(0.0, flow.bytes - flow.moved) / flow.rate;
  auto const wait = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left));
  flow.due = due_.emplace(loop_.now() + wait, id);
}

void FlowNetwork::arm() {
  TimePoint const next = due_.empty() ? TimePoint::max() : due_.begin()->first;
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
  while (!due_.empty() && due_.begin()->first <= loop_.now()) {
    FlowId const id = due_.begin()->second;
    Flow& flow = flows_.at(id);
    FRESHET_ASSERT(flow.bytes - moved_by_now(flow) <= std::max(kNearlyAll, flow.rate * 1e-6));
    finished.push_back(std::move(flow.done));
    for (LinkId const each : flow.path) link(each).carried += flow.bytes - flow.moved;
    flow.moved = flow.bytes;
    flow.rate = 0;
    detach(id, flow);
    flows_.erase(id);
  }
  arm();
  for (auto const& done : finished) done();
}

}  // namespace freshet::sim
