#include "bench/sim/flow_origin.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"

namespace freshet::sim {

namespace {

constexpr Duration kReportInterval = std::chrono::milliseconds{100};
constexpr Duration kLookMin = std::chrono::milliseconds{1};

}  // namespace

FlowOrigin::~FlowOrigin() {
  for (auto const& [id, fetch] : fetches_) network_.cancel(fetch.flow);
}

void FlowOrigin::after(Duration span, FetchId id, void (FlowOrigin::*then)(FetchId)) {
  static_cast<void>(loop_.at(loop_.now() + span, [alive = std::weak_ptr(alive_), id, then] {
    auto const self = alive.lock();
    if (self && (*self)->fetches_.contains(id)) ((*self)->*then)(id);
  }));
}

void FlowOrigin::fetch(FetchOrder order) {
  FetchId const id = order.id;
  Fetch fetch;
  fetch.end = std::min(order.end.value_or(way_.length), way_.length);
  fetch.next = order.begin;
  fetch.order = std::move(order);
  fetches_.emplace(id, std::move(fetch));
  after(way_.round_trip, id, down_ ? &FlowOrigin::refuse : &FlowOrigin::answer);
}

void FlowOrigin::go_down() {
  down_ = true;
  std::vector<FetchId> open;
  for (auto const& [id, fetch] : fetches_) open.push_back(id);
  for (auto const id : open) refuse(id);
}

void FlowOrigin::refuse(FetchId id) {
  Fetch& fetch = fetches_.at(id);
  network_.cancel(std::exchange(fetch.flow, FlowId::none));
  finish(id, Error{Errc::connect_failed, fetch.order.origin.url, "refused"});
}

void FlowOrigin::answer(FetchId id) {
  Fetch& fetch = fetches_.at(id);
  fetch.answered = true;
  OriginHead head;
  head.length = way_.length;
  head.begin = fetch.order.begin;
  head.ranges = true;
  head.validator.etag = "\"1\"";
  head.final_url = fetch.order.origin.url;
  head.latency = way_.round_trip;
  head.http_version = "1.1";
  events_->on_head(id, std::move(head));
  if (fetches_.contains(id)) begin_flow(id);
}

void FlowOrigin::attach(FetchId id, SpoolId spool) {
  auto const found = fetches_.find(id);
  if (found == fetches_.end()) return;
  found->second.order.spool = spool;
  if (found->second.answered) after({}, id, &FlowOrigin::begin_flow);
}

void FlowOrigin::begin_flow(FetchId id) {
  Fetch& fetch = fetches_.at(id);
  if (fetch.order.spool == SpoolId::none || fetch.flow != FlowId::none) return;
  if (fetch.next >= fetch.end) return finish(id, std::nullopt);
  fetch.flow = network_.start(way_.links, static_cast<double>(fetch.end - fetch.next),
                              [alive = std::weak_ptr(alive_), id] {
                                auto const self = alive.lock();
                                if (self && (*self)->fetches_.contains(id)) (*self)->complete(id);
                              });
  after(kLookMin, id, &FlowOrigin::look);
}

// What came meanwhile; again when the next piece is due, but often enough for the planner.
void FlowOrigin::look(FetchId id) {
  Fetch& fetch = fetches_.at(id);
  if (fetch.flow == FlowId::none) return;
  auto const moved = fetch.order.begin + static_cast<Bytes>(network_.moved(fetch.flow));
  take_up_to(fetch, moved / kBlockBytes * kBlockBytes);
  Bytes const piece_end = (moved / way_.piece_length + 1) * way_.piece_length;
  double const rate = std::max(1.0, network_.rate(fetch.flow));
  std::chrono::duration<double> const due(static_cast<double>(piece_end - moved) / rate);
  auto const wait = due > kReportInterval ? kReportInterval
                                          : std::chrono::duration_cast<Duration>(due) + kLookMin;
  after(wait, id, &FlowOrigin::look);
  if (loop_.now() - fetch.reported < kReportInterval) return;
  fetch.reported = loop_.now();
  events_->on_progress(id, fetch.next);
}

void FlowOrigin::complete(FetchId id) {
  Fetch& fetch = fetches_.at(id);
  fetch.flow = FlowId::none;
  take_up_to(fetch, fetch.end);
  finish(id, std::nullopt);
}

void FlowOrigin::take_up_to(Fetch& fetch, Bytes position) {
  if (position <= fetch.next) return;
  received_ += position - fetch.next;
  store_.arrive(fetch.order.spool, {fetch.next, position}, fetch.order.source);
  fetch.next = position;
}

void FlowOrigin::shorten(FetchId id, Bytes end) {
  auto const found = fetches_.find(id);
  if (found == fetches_.end()) return;
  Fetch& fetch = found->second;
  fetch.end = std::min(fetch.end, std::max(end, fetch.order.begin));
  if (fetch.flow == FlowId::none) return;
  fetch.end = std::max(fetch.end, fetch.next);
  network_.resize(fetch.flow, static_cast<double>(fetch.end - fetch.order.begin));
}

void FlowOrigin::cancel(FetchId id) {
  auto const found = fetches_.find(id);
  if (found == fetches_.end()) return;
  Fetch& fetch = found->second;
  if (fetch.flow != FlowId::none) {
    auto const moved = fetch.order.begin + static_cast<Bytes>(network_.moved(fetch.flow));
    network_.cancel(std::exchange(fetch.flow, FlowId::none));
    take_up_to(fetch, moved / kBlockBytes * kBlockBytes);
  }
  finish(id, Error{Errc::cancelled, fetch.order.origin.url, ""});
}

void FlowOrigin::finish(FetchId id, std::optional<Error> error) {
  auto const node = fetches_.extract(id);
  Fetch const& fetch = node.mapped();
  FetchEnd end{std::move(error), fetch.next - fetch.order.begin, fetch.next, std::nullopt};
  loop_.post([alive = std::weak_ptr(alive_), id, end = std::move(end)] {
    if (auto const self = alive.lock()) (*self)->events_->on_fetch_end(id, end);
  });
}

void FlowOrigin::get_document(OriginSpec origin, Bytes,
                              std::function<void(Result<Document>)> done) {
  loop_.post([done = std::move(done), url = std::move(origin.url)] {
    done(fail(Errc::not_found, url, "flows carry no documents"));
  });
}

}  // namespace freshet::sim
