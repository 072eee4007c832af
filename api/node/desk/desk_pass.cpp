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
    return say(*request, {405, "", "this node is no tunnel"});
  }
  auto const flight = std::make_shared<Flight>();
  flight->key = request->key;
  flight->leader = request;
  flight->plan.act = Act::pass;
  flight->plan.forward = status.forward;
  flight->plan.detail = status.detail;
  ++counters_.passed;
  launch(flight, passed_request(*request, settings_.name, settings_.limits.upstream_stall));
}

void Desk::pass_on(FlightPtr const& flight, ResponseHead head) {
  auto const& request = *flight->leader;
  CacheStatus const status{.forward = flight->plan.forward,
                           .forward_status = head.status,
                           .detail = flight->plan.detail};
  invalidate(request, head);
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
  give(request, passed_reply(request, std::move(head), body, status, reply_settings_), false);
  if (body) ports_.upstream.resume(flight->exchange);
  release_waiting(flight);
}

void Desk::invalidate(Request const& request, ResponseHead const& head) {
  if (is_safe(request.ask.head.method)) return;
  for (auto const& url : invalidated_by(request.ask.head.method, request.route.url, head)) {
    forget(url);
  }
}

}  // namespace freshet::node
