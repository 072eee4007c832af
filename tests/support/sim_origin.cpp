#include "tests/support/sim_origin.h"

#include <algorithm>
#include <utility>

#include "engine/base/url.h"
#include "engine/content/geometry.h"

namespace freshet::test {

namespace {

constexpr Bytes kSlice = 64_KiB;
constexpr Bytes kHeldMax = 64_KiB;
constexpr Duration kReportInterval = std::chrono::milliseconds{100};

Duration seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

}  // namespace

struct SimOrigin::Flow {
  FetchOrder order;
  SimServer* server = nullptr;
  std::string path;
  std::shared_ptr<std::string const> bytes;
  Bytes end = 0;       // Of what is sent.
  Bytes wanted = 0;    // Where the fetch ends, moved down by `shorten`.
  Bytes arrived = 0;   // Position up to which bytes came,
  Bytes passed = 0;    // went to the gate,
  Bytes reported = 0;  // and were reported.
  TimePoint reported_at{};
  TimePoint moved{};
  bool flowing = false;  // A slice is on its way.
  std::unique_ptr<GateStream> stream;
  std::optional<Bytes> cut_at;
  std::optional<Bytes> stall_at;
  std::optional<Bytes> corrupt_at;
};

SimOrigin::~SimOrigin() = default;

SimOrigin::Flow* SimOrigin::find(FetchId id) {
  auto const found = flows_.find(id);
  return found == flows_.end() ? nullptr : found->second.get();
}

void SimOrigin::after(Duration span, FetchId id, void (SimOrigin::*then)(FetchId)) {
  static_cast<void>(loop_.at(clock_.now() + span, [alive = std::weak_ptr(alive_), id, then] {
    if (auto const self = alive.lock()) ((*self)->*then)(id);
  }));
}

void SimOrigin::fetch(FetchOrder order) {
  auto const id = order.id;
  fetch_limits[id] = order.limit;
  auto const flow = std::make_shared<Flow>();
  auto const url = parse_url(order.origin.url);
  flow->server = &servers_[url ? url->host : std::string()];
  flow->path = url ? url->path : std::string();
  flow->arrived = flow->passed = flow->reported = order.begin;
  flow->wanted = order.end.value_or(~Bytes{0});
  flow->moved = clock_.now();
  flow->order = std::move(order);
  auto& server = *flow->server;
  ++server.requests;
  ++server.connections;
  server.connections_peak = std::max(server.connections_peak, server.connections);
  flows_.emplace(id, flow);
  after(way(server), id, &SimOrigin::answer);
}

Duration SimOrigin::way(SimServer const& server) {
  if (server.jitter.count() == 0) return server.latency;
  return server.latency + Duration{static_cast<Duration::rep>(
                              below(random_, static_cast<std::uint64_t>(server.jitter.count())))};
}

void SimOrigin::draw_faults(Flow& flow) {
  auto const& faults = flow.server->faults;
  auto const chance = [&](double of) {
    return of > 0 && static_cast<double>(below(random_, 1 << 20)) < of * (1 << 20);
  };
  auto const somewhere = [&] {
    return flow.order.begin + below(random_, std::max<Bytes>(1, flow.end - flow.order.begin));
  };
  if (chance(faults.cut)) flow.cut_at = somewhere();
  if (chance(faults.stall)) flow.stall_at = somewhere();
  if (chance(faults.corrupt)) flow.corrupt_at = somewhere();
}

std::optional<Error> SimOrigin::refuse(Flow& flow) {
  auto const& server = *flow.server;
  auto const& where = flow.order.origin.url;
  auto const chance = [&](double of) {
    return of > 0 && static_cast<double>(below(random_, 1 << 20)) < of * (1 << 20);
  };
  if (server.down) return server.down;
  if (server.connections > server.connections_max) return Error{Errc::connect_failed, where, ""};
  if (chance(server.faults.server_error)) return Error{Errc::http_server_error, where, "500"};
  if (chance(server.faults.busy)) return Error{Errc::http_unavailable, where, "503"};
  auto const file = server.files.find(flow.path);
  if (file == server.files.end()) return Error{Errc::http_not_found, where, "404"};
  auto const& has = file->second;
  auto const& order = flow.order;
  if (order.expected_validator && !order.expected_validator->etag.empty() &&
      order.expected_validator->etag != has.validator.etag) {
    return Error{Errc::content_changed, where, "another ETag"};
  }
  if (order.expected_length && has.tell_length && *order.expected_length != has.bytes->size()) {
    return Error{Errc::length_mismatch, where, "another length"};
  }
  bool const ranges = server.ranges && has.tell_length;
  if (!ranges && order.begin > 0) return Error{Errc::range_not_supported, where, "200"};
  if (order.begin > 0 && order.begin >= has.bytes->size()) {
    return Error{Errc::invalid_range, where, "416"};
  }
  if (chance(server.faults.wrong_range)) return Error{Errc::range_mismatch, where, "another"};
  return std::nullopt;
}

void SimOrigin::answer(FetchId id) {
  auto* const flow = find(id);
  if (flow == nullptr) return;
  auto& server = *flow->server;
  bool const silent = server.faults.silent > 0 && static_cast<double>(below(random_, 1 << 20)) <
                                                      server.faults.silent * (1 << 20);
  if (silent || server.frozen) {
    static_cast<void>(
        loop_.at(clock_.now() + flow->order.head_timeout, [alive = std::weak_ptr(alive_), id] {
          auto const self = alive.lock();
          if (self) (*self)->end(id, Error{Errc::timed_out, {}, "no head"});
        }));
    return;
  }
  if (auto error = refuse(*flow)) {
    bool const busy = error->code == Errc::http_unavailable;
    return end(id, std::move(error),
               busy ? std::optional<Duration>(std::chrono::seconds{1}) : std::nullopt);
  }
  accept(*flow, server.files.at(flow->path));
}

void SimOrigin::accept(Flow& flow, SimFile const& file) {
  auto const& server = *flow.server;
  flow.bytes = file.bytes;
  bool const all = flow.order.all_without_ranges && (!server.ranges || !file.tell_length);
  if (all) flow.wanted = ~Bytes{0};
  flow.wanted = std::min<Bytes>(flow.wanted, file.bytes->size());
  flow.end = flow.wanted;
  flow.moved = clock_.now();
  draw_faults(flow);
  flow.server->asked.push_back({flow.order.begin, flow.end});
  OriginHead head;
  if (file.tell_length) head.length = file.bytes->size();
  head.begin = flow.order.begin;
  head.ranges = server.ranges && file.tell_length;
  head.validator = file.validator;
  head.final_url = flow.order.origin.url;
  head.tls_verified = server.tls;
  head.repr_digest = file.repr_digest;
  head.manifest_urls = file.manifest_urls;
  head.latency = server.latency;
  head.http_version = "1.1";
  auto const id = flow.order.id;
  if (flow.order.spool != SpoolId::none) attach(id, flow.order.spool);
  if (events_ != nullptr) events_->on_head(id, std::move(head));
  if (find(id) != nullptr) step(id);
}

double SimOrigin::rate_of(Flow const& flow) const {
  std::size_t at_server = 0;
  std::size_t all = 0;
  for (auto const& [id, other] : flows_) {
    if (!other->flowing && other.get() != &flow) continue;
    ++all;
    if (other->server == flow.server) ++at_server;
  }
  auto rate =
      std::min(flow.server->connection_rate,
               flow.server->rate / static_cast<double>(std::max<std::size_t>(1, at_server)));
  if (limit_.value > 0) {
    rate = std::min(rate, static_cast<double>(limit_.value) / static_cast<double>(all));
  }
  return rate;
}

// What comes next: the rest of what was held, the end, or another slice.
void SimOrigin::step(FetchId id) {
  auto* const flow = find(id);
  if (flow == nullptr || flow->flowing || !flow->bytes) return;
  pass_on(*flow);
  if (find(id) == nullptr) return;
  if (flow->passed >= flow->wanted && (flow->stream || flow->wanted == flow->order.begin)) {
    if (flow->stream) return end(id, judge_length(*flow));
    if (flow->wanted < flow->end) return end(id, std::nullopt);
    return;
  }
  if (flow->cut_at && flow->arrived >= *flow->cut_at) {
    return end(id, Error{Errc::connection_lost, flow->order.origin.url, "cut"});
  }
  next_slice(id);
}

// A body whose length nobody told is judged by where it ends.
std::optional<Error> SimOrigin::judge_length(Flow const& flow) {
  auto const& expected = flow.order.expected_length;
  bool const whole = flow.passed == flow.bytes->size();
  if (!whole || !expected || *expected == flow.passed) return std::nullopt;
  return Error{Errc::length_mismatch, flow.order.origin.url, "the body ended elsewhere"};
}

void SimOrigin::next_slice(FetchId id) {
  auto* const flow = find(id);
  bool const full = !flow->stream && flow->arrived - flow->passed >= kHeldMax;
  if (full || flow->arrived >= flow->end || flow->arrived > flow->passed + kHeldMax) return;
  auto bytes = std::min(kSlice, flow->end - flow->arrived);
  if (flow->cut_at && *flow->cut_at > flow->arrived) {
    bytes = std::min(bytes, *flow->cut_at - flow->arrived);
  }
  bool const stalls = flow->server->frozen || (flow->stall_at && flow->arrived >= *flow->stall_at);
  if (stalls) {
    static_cast<void>(loop_.at(flow->moved + flow->order.stall_timeout,
                               [alive = std::weak_ptr(alive_), id, at = flow->arrived] {
                                 auto const self = alive.lock();
                                 auto* const it = self ? (*self)->find(id) : nullptr;
                                 if (it == nullptr || it->arrived != at) return;
                                 (*self)->end(id, Error{Errc::stalled, {}, "no bytes"});
                               }));
    return;
  }
  flow->flowing = true;
  auto const span = seconds(static_cast<double>(bytes) / rate_of(*flow));
  static_cast<void>(loop_.at(clock_.now() + span, [alive = std::weak_ptr(alive_), id, bytes] {
    if (auto const self = alive.lock()) (*self)->arrive(id, bytes);
  }));
}

void SimOrigin::arrive(FetchId id, Bytes bytes) {
  auto* const flow = find(id);
  if (flow == nullptr) return;
  flow->flowing = false;
  flow->arrived += bytes;
  flow->moved = clock_.now();
  flow->server->sent += bytes;
  step(id);
}

void SimOrigin::pass_on(Flow& flow) {
  if (!flow.stream) return;
  auto const until = std::min(flow.arrived, flow.wanted);
  if (flow.passed < until) {
    auto part = flow.bytes->substr(flow.passed, until - flow.passed);
    if (flow.corrupt_at && *flow.corrupt_at >= flow.passed && *flow.corrupt_at < until) {
      part[*flow.corrupt_at - flow.passed] ^= 1;
    }
    auto const taken = flow.stream->write(std::as_bytes(std::span(part.data(), part.size())));
    if (!taken) return end(flow.order.id, taken.error());
    if (*taken == GateStream::Taken::wait) return;
    flow.passed = until;
  }
  report(flow, false);
}

void SimOrigin::report(Flow& flow, bool last) {
  if (last || flow.passed == flow.reported) return;
  if (clock_.now() - flow.reported_at < kReportInterval) return;
  flow.reported = flow.passed;
  flow.reported_at = clock_.now();
  if (events_ != nullptr) events_->on_progress(flow.order.id, flow.passed);
}

void SimOrigin::end(FetchId id, std::optional<Error> error, std::optional<Duration> retry_after) {
  auto const found = flows_.find(id);
  if (found == flows_.end()) return;
  auto const flow = found->second;
  flows_.erase(found);
  --flow->server->connections;
  bool const right = !error;
  if (right && flow->stream) flow->stream->finish();
  flow->stream.reset();
  FetchEnd ended{std::move(error), flow->arrived - flow->order.begin,
                 right ? flow->passed : flow->passed / kBlockBytes * kBlockBytes, retry_after};
  loop_.post([alive = std::weak_ptr(alive_), id, ended = std::move(ended)] {
    auto const self = alive.lock();
    if (self && (*self)->events_ != nullptr) (*self)->events_->on_fetch_end(id, ended);
  });
}

void SimOrigin::attach(FetchId id, SpoolId spool) {
  auto* const flow = find(id);
  if (flow == nullptr || flow->stream) return;
  flow->order.spool = spool;
  auto room = [this, id] { step(id); };
  flow->stream = gate_->open(spool, flow->order.source, flow->order.begin, std::move(room));
  loop_.post([alive = std::weak_ptr(alive_), id] {
    if (auto const self = alive.lock()) (*self)->step(id);
  });
}

void SimOrigin::shorten(FetchId id, Bytes end_at) {
  auto* const flow = find(id);
  if (flow == nullptr || end_at >= flow->wanted) return;
  flow->wanted = std::max(end_at, flow->order.begin);
  if (flow->passed >= flow->wanted) end(id, std::nullopt);
}

void SimOrigin::cancel(FetchId id) {
  end(id, Error{Errc::cancelled, {}, "cancelled"});
}

void SimOrigin::get_document(OriginSpec origin, Bytes size_max,
                             std::function<void(Result<Document>)> done) {
  auto const url = parse_url(origin.url);
  auto& server = servers_[url ? url->host : std::string()];
  auto const found = server.files.find(url ? url->path : std::string());
  Result<Document> result = fail(Errc::http_not_found, origin.url, "404");
  auto when = clock_.now() + way(server);
  ++server.documents;
  if (server.down) {
    result = unexpected(*server.down);
  } else if (found != server.files.end() && clock_.now() < found->second.starved_until) {
    result = fail(Errc::timed_out, origin.url, "no answer in time");
    when = clock_.now() + std::chrono::seconds{15};
  } else if (found != server.files.end() && found->second.bytes->size() <= size_max) {
    auto const [waits, there] = wait_for(origin, found->second);
    when = std::max(when, waits);
    if (there) result = Document{*found->second.bytes};
  }
  static_cast<void>(
      loop_.at(when, [result = std::move(result), done = std::move(done)] { done(result); }));
}

// Until when the answer waits, and whether the document is there by then.
std::pair<TimePoint, bool> SimOrigin::wait_for(OriginSpec const& origin,
                                               SimFile const& file) const {
  auto waits = clock_.now();
  for (auto const& header : origin.headers) {
    if (header.name == "Prefer") waits += std::chrono::seconds{std::stoi(header.value.substr(5))};
  }
  bool const there = file.from <= waits;
  return {there ? file.from : waits, there};
}

}  // namespace freshet::test
