#include "api/node/desk/desk.h"

#include <algorithm>
#include <utility>

#include "api/node/desk/upstream_head.h"
#include "api/node/http/hops.h"
#include "engine/base/assert.h"

namespace freshet::node {

namespace {

constexpr unsigned kRoundsMax = 4;  // Of planning one request anew, before it goes its own way.

CacheRules rules_of(NodeSettings const& settings) {
  CacheRules rules;
  rules.stale_max = std::chrono::duration_cast<Seconds>(settings.limits.stale);
  return rules;
}

}  // namespace

Desk::Desk(Ports ports, NodeSettings const& settings, ObjectIndex index)
    : ports_(std::move(ports)),
      settings_(settings),
      rules_(rules_of(settings)),
      reply_settings_{settings.name, settings.ways.names.empty() ? "" : settings.ways.names.front(),
                      ports_.site != nullptr},
      ways_(std::make_shared<Ways const>(settings.ways)),
      hot_({}),
      index_(std::move(index)),
      pins_(settings.pins) {
  if (!settings_.fellows.empty()) {
    fellows_ = std::make_shared<Fellows>(Fellows::Ports{ports_.loop, ports_.upstream, ports_.clock,
                                                        [this] { return fellow_signers(); }},
                                         settings_.fellows);
  }
  ports_.vault.set_damaged(
      [this](SpoolId spool) { ports_.loop.post([this, spool] { on_damaged(spool); }); });
}

Desk::~Desk() {
  FRESHET_ASSERT(stopped_);
}

std::shared_ptr<Ways const> Desk::ways() const {
  return std::atomic_load(&ways_);
}

void Desk::set_ways(Ways ways) {
  std::atomic_store(&ways_, std::make_shared<Ways const>(std::move(ways)));
  hot_.bump();
}

Reply Desk::refuse(Refusal const& refusal) {
  count(counters_, Outcome::refused);
  return own_reply({refusal.status, "http_request_error", std::string(refusal.why), true},
                   reply_settings_);
}

void Desk::ask(Ask ask, Responder respond) {
  auto const request = std::make_shared<Request>();
  request->ask = std::move(ask);
  request->respond = std::move(respond);
  auto route = find_route(request->ask.head, *ways(), request->ask.secure);
  if (!route) {
    auto& refusal = route.error();
    return say(*request, {refusal.status, refusal.proxy_error, std::move(refusal.sentence)},
               Outcome::refused);
  }
  request->route = std::move(*route);
  if (request->route.way == Way::own) return show_own(request);
  if (came_by(request->ask.head.fields, settings_.name)) {
    return say(*request, {508, "proxy_loop_detected", "the request goes in circles"},
               Outcome::refused);
  }
  request->key = to_string(request->route.url);
  if (serve_hot(request)) return;
  ports_.loop.post([this, request] { handle(request); });
}

void Desk::warm(Url const& url) {
  ports_.loop.post([this, url] { warm_now(url); });
}

void Desk::warm_now(Url const& url) {
  auto const now = ways();
  bool const mapped = std::ranges::any_of(now->mappings, [&](Mapping const& mapping) {
    return mapping.origin.same_origin(url) && url.path.starts_with(mapping.origin.path);
  });
  if (!mapped && !now->allow.allows(url)) return;
  auto const request = std::make_shared<Request>();
  auto& head = request->ask.head;
  head.method = "GET";
  head.target = to_string(url);
  head.fields.add("Host", url.authority());
  request->ask.from = "warm";
  request->route = {Way::forward, url, digest_named_by(url)};
  request->key = to_string(url);
  handle(request);
}

Plan Desk::plan_for(Request const& request, Shelf const& shelf) const {
  std::vector<StoredHead const*> heads;
  heads.reserve(shelf.variants.size());
  for (auto const& object : shelf.variants) heads.push_back(&object->record.head);
  return plan_request(request.ask.head, heads, ports_.clock.wall(), rules_);
}

bool Desk::serve_hot(RequestPtr const& request) {
  auto const stamp = this->stamp();  // Before it is looked at.
  auto const shelf = hot_.find(request->key);
  if (!shelf) return false;
  auto const plan = plan_for(*request, *shelf);
  if (plan.act != Act::serve) return false;
  auto const& object = *shelf->variants[*plan.variant];
  if (!object.body || object.body->failure()) return false;
  bool const whole = object.body->complete();
  CacheStatus status{.time_to_live = plan.time_to_live, .detail = plan.detail};
  status.collapsed = !whole;
  deliver(*request, object, status, whole ? Outcome::hit : Outcome::joined,
          whole && is_repeatable(*request) ? stamp : 0);
  return true;
}

// Another request in the same words, on a connection that stays, has the same answer.
bool Desk::is_repeatable(Request const& request) const {
  return request.ask.head.keep_alive && request.ask.head.minor == 1 &&
         !ports_.log.enabled(LogLevel::debug);
}

std::uint64_t Desk::stamp() const {
  auto const now = std::chrono::floor<std::chrono::seconds>(ports_.clock.wall());
  auto const second = static_cast<std::uint64_t>(now.time_since_epoch().count());
  return hot_.version() << 20 | (second & 0xFFFFF);
}

void Desk::recalled() {
  count(counters_, Outcome::hit);
}

void Desk::deliver(Request const& request, Object const& object, CacheStatus status,
                   Outcome outcome, std::uint64_t good_for) {
  auto reply = stored_reply(request, object, ports_.clock.wall(), status, reply_settings_);
  reply.good_for = good_for;
  give(request, std::move(reply), outcome);
}

void Desk::give(Request const& request, Reply reply, Outcome outcome) {
  if (!request.respond) return;
  count(counters_, outcome);
  bool const hit = outcome == Outcome::hit || outcome == Outcome::joined;
  if (!ports_.log.enabled(LogLevel::debug)) {
    reply.done = [this, hit](Sent const& sent) {
      counters_.sent_bytes += sent.bytes;
      if (hit) counters_.hit_bytes += sent.bytes;
    };
    return request.respond(std::move(reply));
  }
  auto const& head = request.ask.head;
  auto const line = head.method + " " + redact(request.key) + " " + reply.head.substr(9, 3);
  reply.done = [this, hit, line, from = request.ask.from](Sent const& sent) {
    counters_.sent_bytes += sent.bytes;
    if (hit) counters_.hit_bytes += sent.bytes;
    ports_.log.write(LogLevel::debug, "served",
                     {{"from", from},
                      {"request", line},
                      {"bytes", std::to_string(sent.bytes)},
                      {"source", hit ? "stored" : "origin"},
                      {"whole", sent.complete ? "yes" : "no"}});
  };
  request.respond(std::move(reply));
}

void Desk::say(Request const& request, OwnReply const& own, Outcome outcome) {
  give(request, own_reply(own, reply_settings_), outcome);
}

ShelfPtr Desk::shelf_of(std::string const& key) {
  if (auto shelf = hot_.find(key)) return shelf;
  auto const records = index_.find(key);
  if (!records) {
    ports_.log.write(LogLevel::warn, "object not read", {{"why", describe(records.error())}});
    return std::make_shared<Shelf>();
  }
  auto shelf = std::make_shared<Shelf>();
  for (auto const& record : *records) {
    shelf->variants.push_back(std::make_shared<Object const>(Object{record, nullptr}));
  }
  if (!shelf->variants.empty()) hot_.put(key, shelf);
  return shelf;
}

void Desk::wait_among(std::vector<RequestPtr>& others, RequestPtr const& request) {
  request->collapsed = true;
  others.push_back(request);
  ports_.log.write(LogLevel::debug, "waits for others", {{"url", redact(request->key)}});
}

void Desk::handle(RequestPtr const& request) {
  if (stopped_) return;
  bool const shares = request->ask.head.method == "GET" && request->rounds < kRoundsMax &&
                      !request->ask.head.fields.has("Authorization");
  auto const flight = flights_.find(request->key);
  if (shares && flight != flights_.end()) {
    return wait_among(flight->second->waiting, request);
  }
  if (auto const found = verifying_.find(request->key); found != verifying_.end()) {
    return wait_among(fills_.at(found->second).unverified, request);
  }
  ++request->rounds;
  auto const shelf = shelf_of(request->key);
  act(request, shelf, plan_for(*request, *shelf));
}

void Desk::act(RequestPtr const& request, ShelfPtr const& shelf, Plan const& plan) {
  auto const object = plan.variant ? shelf->variants[*plan.variant] : nullptr;
  CacheStatus const status{
      .forward = plan.forward, .time_to_live = plan.time_to_live, .detail = plan.detail};
  switch (plan.act) {
    case Act::serve:
    case Act::serve_and_validate: {
      if (!object->body || object->body->failure()) return load(request, object);
      bool const whole = object->body->complete();
      auto told = status;
      told.collapsed = request->collapsed || !whole;
      deliver(*request, *object, told, whole ? Outcome::hit : Outcome::joined);
      index_.touch(request->key, object->record.id);
      if (plan.act == Act::serve || flights_.contains(request->key)) return;
      auto const behind = std::make_shared<Request>(*request);
      behind->respond = nullptr;  // Its client has an answer.
      return start_flight(behind, object,
                          {.act = Act::validate,
                           .variant = plan.variant,
                           .conditions = validation_conditions(object->record.head.fields)});
    }
    case Act::validate:
      return start_flight(request, object, plan);
    case Act::fetch:
      return start_flight(request, nullptr, plan);
    case Act::pass:
      return pass(request, status);
    case Act::gateway_timeout:
      return say(*request, {504, "", "it is not stored, and only-if-cached was asked for"},
                 Outcome::refused);
  }
}

void Desk::publish(std::string const& key, ObjectPtr const& object) {
  auto const before = shelf_of(key);
  auto after = std::make_shared<Shelf>();
  for (auto const& each : before->variants) {
    bool const replaced = each->record.id == object->record.id ||
                          each->record.head.vary_key == object->record.head.vary_key;
    if (!replaced) after->variants.push_back(each);
  }
  constexpr std::size_t kVariantsMax = 16;
  while (after->variants.size() >= kVariantsMax) after->variants.erase(after->variants.begin());
  after->variants.push_back(object);
  hot_.put(key, after);
}

void Desk::unpublish(std::string const& key, ObjectId id) {
  auto const before = shelf_of(key);
  auto after = std::make_shared<Shelf>();
  for (auto const& each : before->variants) {
    if (each->record.id != id) after->variants.push_back(each);
  }
  after->variants.empty() ? hot_.remove(key) : hot_.put(key, after);
  if (auto const saved = save(key, *after); !saved) {
    ports_.log.write(LogLevel::warn, "object not removed", {{"why", describe(saved.error())}});
  }
}

// Only what the next start can use: complete objects, and parts that lie in the store.
Result<void> Desk::save(std::string const& key, Shelf const& shelf,
                        std::optional<ObjectIndex::NewBody> body) {
  ObjectIndex::Records records;
  for (auto const& object : shelf.variants) {
    auto const& record = object->record;
    bool const resumable = record.spool != SpoolId::none && record.length;
    if (record.complete || resumable) records.push_back(record);
  }
  return index_.replace(key, std::move(records), std::move(body));
}

void Desk::save_or_warn(std::string const& key) {
  if (auto const saved = save(key, *shelf_of(key)); !saved) {
    ports_.log.write(LogLevel::warn, "object not saved", {{"why", describe(saved.error())}});
  }
}

void Desk::forget(std::string const& url) {
  hot_.remove(url);
  passed_.forget(url);
  static_cast<void>(index_.replace(url, {}));
  for (auto& [id, filling] : fills_) filling.forgotten |= filling.key == url;
}

void Desk::set_pins(std::vector<std::string> pins) {
  pins_ = std::move(pins);
}

void Desk::note_used() {
  for (auto const& [url, shelf] : hot_.take_used()) {
    for (auto const& object : shelf->variants) index_.touch(url, object->record.id);
  }
}

void Desk::trim() {
  auto const pinned = [this](std::string const& url) {
    return std::ranges::any_of(pins_, [&](std::string const& pin) {
      if (pin.ends_with('*')) return url.starts_with(pin.substr(0, pin.size() - 1));
      return url == pin;
    });
  };
  index_.trim(pinned, [this](std::string const& url) { hot_.remove(url); });
}

void Desk::stop() {
  stopped_ = true;
  if (fellows_) fellows_->stop();
  for (auto const& flight : flying_) {
    flight->arrival->drop();
    ports_.upstream.cancel(flight->exchange);
  }
  flying_.clear();
  flights_.clear();
  for (auto& [id, filling] : fills_) {
    filling.object->body->listen({});
    filling.fill->stop();
    filling.object->body->fail({Errc::stopped, {}, "the node stops"});
    if (filling.object->record.spool != SpoolId::none) {
      ports_.vault.release(filling.object->record.spool);
    }
  }
  fills_.clear();
  verifying_.clear();
  loads_.clear();
  ports_.loop.cancel(waiters_timer_);
  ports_.loop.cancel(shares_timer_);
  manifest_waiters_.clear();
  hot_.clear();
}

}  // namespace freshet::node
