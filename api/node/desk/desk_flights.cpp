// Exchanges with origins until their heads have come, and what the heads mean.
#include <algorithm>
#include <utility>

#include "api/node/cache/update.h"
#include "api/node/cache/vary.h"
#include "api/node/desk/desk.h"
#include "api/node/desk/upstream_head.h"
#include "api/node/http/conditions.h"
#include "engine/origin/content_range.h"

namespace freshet::node {

namespace {

constexpr Bytes kFirstBytes = 4_MiB;

unsigned status_for(Error const& error) {
  if (error.code == Errc::timed_out || error.code == Errc::stalled) return 504;
  if (error.code == Errc::policy_refused) return 403;
  if (error.code == Errc::limit_reached) return 503;
  return 502;
}

std::string_view proxy_error_for(Error const& error) {
  switch (error.code) {
    case Errc::name_not_resolved:
      return "dns_error";
    case Errc::connect_failed:
      return "connection_refused";
    case Errc::timed_out:
    case Errc::stalled:
      return "connection_timeout";
    case Errc::connection_lost:
      return "connection_terminated";
    case Errc::tls_failed:
      return "tls_certificate_error";
    case Errc::policy_refused:
      return "destination_ip_prohibited";
    case Errc::limit_reached:
      return "connection_limit_reached";
    default:
      return "http_protocol_error";
  }
}

// A 206 to our own question is the 200 it is a part of; how long that is. Nothing when it is not
// what was asked.
std::optional<Bytes> make_whole(ResponseHead& head, ByteRange asked) {
  auto const said = parse_content_range(head.fields.first("Content-Range").value_or(""));
  if (!said || !said->range || !said->length) return std::nullopt;
  ByteRange const expected{asked.begin, std::min(asked.end, *said->length)};
  if (*said->range != expected) return std::nullopt;
  bool const all = said->range->size() == *said->length;
  if (!all && !has_strong_validator(head.fields)) return std::nullopt;
  head.status = 200;
  head.reason = reason_of(200);
  head.fields.remove("Content-Range");
  head.fields.set("Content-Length", std::to_string(*said->length));
  head.framing = Framing::length;
  head.body_bytes = *said->length;
  return said->length;
}

}  // namespace

void Desk::start_flight(RequestPtr const& request, ObjectPtr validating, Plan const& plan) {
  auto const& fields = request->ask.head.fields;
  bool const shared = !fields.has("Authorization");
  bool const passes = passed_.has(request->key, ports_.clock.now());
  if (!validating && passes) {
    return pass(request, {.forward = plan.forward, .detail = "not stored lately"});
  }
  auto const flight = std::make_shared<Flight>();
  flight->key = request->key;
  flight->leader = request;
  flight->plan = plan;
  flight->validating = std::move(validating);
  auto out = content_request(*request, settings_.name, settings_.limits.upstream_stall);
  for (auto const field : plan.conditions) {
    out.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  if (plan.conditions.empty()) {
    flight->asked = first_range(fields, kFirstBytes);
    ask_range(out, *flight->asked, {});
  }
  if (shared) flights_.try_emplace(flight->key, flight);
  if (shared && may_ask_fellows(*flight)) return ask_fellows(flight, std::move(out));
  launch(flight, std::move(out));
}

void Desk::launch(FlightPtr const& flight, UpstreamRequest request) {
  bool const near = flight->fellow.has_value();
  if (!near) ++counters_.upstream_requests;
  std::weak_ptr<Flight> const weak = flight;
  auto const on_desk = [this, weak](Arrival const* arrival, auto act) {
    ports_.loop.post([weak, arrival, act = std::move(act)] {
      auto const alive = weak.lock();
      // An exchange that was given up has nothing to say any more.
      if (alive && alive->arrival.get() == arrival) act(alive);
    });
  };
  auto const self = std::make_shared<Arrival const*>(nullptr);
  Arrival::Events events{
      .on_head =
          [this, on_desk, self](ResponseHead head) {
            on_desk(*self,
                    [this, head = std::move(head)](FlightPtr const& f) { on_head(f, head); });
          },
      .on_interim =
          [this, on_desk, self](ResponseHead head) {
            on_desk(*self,
                    [this, head = std::move(head)](FlightPtr const& f) { pass_interim(*f, head); });
          },
      .on_end =
          [this, on_desk, self](Result<void> how, Bytes next) {
            on_desk(*self, [this, how = std::move(how), next](FlightPtr const& f) {
              on_flight_end(f, how, next);
            });
          },
      .on_bytes =
          [this, near](Bytes count) {
            (near ? counters_.fellow_bytes : counters_.upstream_bytes) += count;
          }};
  flight->arrival = std::make_shared<Arrival>(request.method, std::move(events));
  *self = flight->arrival.get();
  flight->requested = ports_.clock.wall();
  flight->ended.reset();
  flying_.insert(flight);
  flight->exchange = ports_.upstream.start(std::move(request), flight->arrival);
}

void Desk::abandon(FlightPtr const& flight) {
  flight->arrival->drop();
  ports_.upstream.cancel(flight->exchange);
}

// Nobody waits for it any more, and whoever did goes on.
void Desk::land(FlightPtr const& flight) {
  auto const found = flights_.find(flight->key);
  if (found != flights_.end() && found->second == flight) flights_.erase(found);
}

void Desk::release_waiting(FlightPtr const& flight) {
  land(flight);
  for (auto const& request : std::exchange(flight->waiting, {})) handle(request);
}

void Desk::relaunch_plain(FlightPtr const& flight) {
  abandon(flight);
  flight->asked.reset();
  flight->fellow.reset();
  launch(flight, content_request(*flight->leader, settings_.name, settings_.limits.upstream_stall));
}

void Desk::on_head(FlightPtr const& flight, ResponseHead head) {
  if (flight->on_end) return;
  if (flight->plan.act == Act::pass) return pass_on(flight, std::move(head));
  if (flight->fellow && !has_kept_word(*flight, head)) return leave_fellow(flight);
  if (flight->validating && head.status == 304) return on_not_modified(flight, head);
  if (is_origin_failure(head.status) && stand_in(flight, true)) return abandon(flight);
  if (flight->asked && head.status == 416) return relaunch_plain(flight);
  std::optional<Bytes> total;
  bool const part = flight->asked && head.status == 206;
  if (part) {
    total = make_whole(head, *flight->asked);
    if (!total) return relaunch_plain(flight);
  }
  if (flight->fellow) {
    if (head.body_bytes != flight->fellow->manifest->content.length) return leave_fellow(flight);
    forget_fellow(head);
  }
  Exchange const exchange{flight->leader->ask.head, head, flight->requested, ports_.clock.wall(),
                          flight->leader->route.expected.has_value()};
  auto const verdict = may_store(exchange, rules_);
  auto const length =
      head.framing == Framing::length ? std::optional(head.body_bytes) : std::nullopt;
  if (verdict.may && length.value_or(0) <= settings_.limits.object) {
    return store(flight, head, total);
  }
  // An error is about this request: with a password or token the next may be stored.
  if (head.status < 400) passed_.note(flight->key, ports_.clock.now());
  if (!part) return pass_on(flight, std::move(head));
  // A part of what is not stored is of no use to the client.
  abandon(flight);
  flying_.erase(flight);
  pass(flight->leader, {.forward = flight->plan.forward, .detail = verdict.why});
  release_waiting(flight);
}

void Desk::on_not_modified(FlightPtr const& flight, ResponseHead const& head) {
  abandon(flight);
  flying_.erase(flight);
  auto const& old = *flight->validating;
  Exchange const exchange{flight->leader->ask.head, head, flight->requested, ports_.clock.wall(),
                          old.record.head.by_digest};
  auto record = old.record;
  record.head = freshened(old.record.head, exchange);
  auto const fresh = std::make_shared<Object const>(Object{std::move(record), old.body});
  publish(flight->key, fresh);
  save_or_warn(flight->key);
  if (!fresh->body || fresh->body->failure()) {
    // Its bytes have to be found first; fresh for the moment, it is served then.
    land(flight);
    load(flight->leader, fresh);
  } else {
    CacheStatus const status{
        .forward = flight->plan.forward, .forward_status = 304, .stored = true};
    deliver(*flight->leader, *fresh, status, Outcome::validated);
    land(flight);
    for (auto const& request : std::exchange(flight->waiting, {})) {
      bool const fits =
          selects(fresh->record.head.fields, fresh->record.head.vary_key, request->ask.head.fields);
      auto joined = status;
      joined.collapsed = true;
      fits ? deliver(*request, *fresh, joined, Outcome::validated) : handle(request);
    }
  }
  release_waiting(flight);
}

bool Desk::stand_in(FlightPtr const& flight, bool reached) {
  auto const& object = flight->validating;
  if (!object || !object->body || object->body->failure()) return false;
  auto const stale = [&](RequestPtr const& request) {
    auto const& head = object->record.head;
    if (!may_stand_in(request->ask.head, head, ports_.clock.wall(), reached, rules_)) return false;
    if (!selects(head.fields, head.vary_key, request->ask.head.fields)) return false;
    deliver(*request, *object, {.forward = Forward::stale, .detail = "stale, as the origin failed"},
            Outcome::stale);
    return true;
  };
  if (!stale(flight->leader)) return false;
  flying_.erase(flight);
  land(flight);
  for (auto const& request : std::exchange(flight->waiting, {})) {
    if (!stale(request)) handle(request);
  }
  return true;
}

void Desk::on_flight_end(FlightPtr const& flight, Result<void> how, Bytes next) {
  if (flight->on_end) {
    flying_.erase(flight);
    return flight->on_end(std::move(how), next);
  }
  if (flight->storing) {
    flight->ended = {std::move(how), next};
    return;
  }
  if (how) return;
  if (flight->fellow) {
    fellows_->leave_out(flight->fellow->host);
    return leave_fellow(flight);
  }
  if (flight->asked && how.error().code == Errc::protocol_error) return relaunch_plain(flight);
  on_failure(flight, std::nullopt, how.error());
}

void Desk::on_failure(FlightPtr const& flight, std::optional<unsigned>, Error const& error) {
  ++counters_.upstream_failures;
  ports_.log.write(LogLevel::info, "origin failed",
                   {{"url", redact(flight->key)}, {"why", describe(error)}});
  flying_.erase(flight);
  if (stand_in(flight, false)) return;
  land(flight);
  OwnReply const own{status_for(error), proxy_error_for(error), describe(error)};
  say(*flight->leader, own, Outcome::miss);
  for (auto const& request : std::exchange(flight->waiting, {})) {
    say(*request, own, Outcome::miss);
  }
}

}  // namespace freshet::node
