// Requests whose answers are not stored: to the origin and back as they are.
#include <utility>

#include "api/node/cache/update.h"
#include "api/node/desk/desk.h"
#include "api/node/desk/upstream_head.h"

namespace freshet::node {

namespace {

constexpr Bytes kPassedMemoryMax = 1_MiB;

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

}  // namespace

void Desk::pass(RequestPtr const& request, CacheStatus const& status) {
  if (request->ask.head.method == "CONNECT") {
    return say(*request, {405, "", "this node is no tunnel"}, Outcome::refused);
  }
  auto const flight = std::make_shared<Flight>();
  flight->key = request->key;
  flight->leader = request;
  flight->plan.act = Act::pass;
  flight->plan.forward = status.forward;
  flight->plan.detail = status.detail;
  launch(flight, passed_request(*request, settings_.name, settings_.limits.upstream_stall));
}

void Desk::pass_on(FlightPtr const& flight, ResponseHead head) {
  auto const& request = *flight->leader;
  CacheStatus const status{.forward = flight->plan.forward,
                           .forward_status = head.status,
                           .detail = flight->plan.detail};
  invalidate(request, head);
  learn_from_head(*flight, head);
  bool const has_body =
      head.framing != Framing::none && (head.framing != Framing::length || head.body_bytes > 0);
  auto const length =
      head.framing == Framing::length ? std::optional(head.body_bytes) : std::nullopt;
  auto const body =
      has_body ? std::make_shared<Body>(length, Body::Use::passed_on) : std::shared_ptr<Body>();
  flight->on_end = [body](Result<void> how, Bytes next) {
    if (!body) return;
    how ? body->finish(next) : body->fail(how.error());
  };
  if (body) {
    auto& upstream = ports_.upstream;
    body->listen(
        {.wanted = nullptr,
         .room = [&upstream, exchange = flight->exchange] { upstream.resume(exchange); },
         .deserted = [&upstream, exchange = flight->exchange] { upstream.cancel(exchange); }});
    flight->arrival->aim({.body = body,
                          .stream = nullptr,
                          .begin = 0,
                          .end = length.value_or(kToEnd),
                          .memory_max = kPassedMemoryMax});
  }
  give(request, passed_reply(request, std::move(head), body, status, reply_settings_),
       Outcome::passed);
  if (body) ports_.upstream.resume(flight->exchange);
  release_waiting(flight);
}

// RFC 9110 §15.2. To a 100 the node has come first, by itself.
void Desk::pass_interim(Flight const& flight, ResponseHead head) {
  auto const& ask = flight.leader->ask;
  if (flight.fellow || !ask.interim || head.status == 100) return;
  ask.interim(interim_text(std::move(head), reply_settings_));
}

// RFC 9111 §4.3.5: it may say that what is stored for a GET still holds, or that it does not.
void Desk::learn_from_head(Flight const& flight, ResponseHead const& head) {
  auto const& asked = flight.leader->ask.head;
  if (asked.method != "HEAD") return;
  auto const shelf = shelf_of(flight.key);
  std::vector<StoredHead const*> heads;
  for (auto const& each : shelf->variants) heads.push_back(&each->record.head);
  auto const variant = select_variant(asked.fields, heads);
  if (!variant) return;
  auto const& object = *shelf->variants[*variant];
  auto record = object.record;
  auto const says = judge_by_head(record.head, record.length, head);
  if (says == HeadSays::nothing || record.head.by_digest) return;
  Exchange const exchange{asked, head, flight.requested, ports_.clock.wall(), false};
  if (says == HeadSays::still_holds) record.head = freshened(record.head, exchange);
  if (says == HeadSays::changed) record.head.suspect = true;
  publish(flight.key, std::make_shared<Object const>(Object{std::move(record), object.body}));
  save_or_warn(flight.key);
}

void Desk::invalidate(Request const& request, ResponseHead const& head) {
  if (is_safe(request.ask.head.method)) return;
  for (auto const& url : invalidated_by(request.ask.head.method, request.route.url, head)) {
    forget(url);
  }
}

}  // namespace freshet::node
