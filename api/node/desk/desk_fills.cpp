// Answers that are stored while they come: where they go, who gets them, and what becomes of them.
#include <utility>

#include "api/node/desk/desk.h"
#include "api/node/desk/upstream_head.h"
#include "api/node/http/conditions.h"
#include "engine/base/hash.h"
#include "engine/base/url.h"

namespace freshet::node {

namespace {

// Larger contents lie in the store, smaller ones in the index.
constexpr Bytes kSmallBytesMax = 256_KiB;

std::span<std::byte const> bytes_of(std::string const& text) {
  return std::as_bytes(std::span(text));
}

bool is_known_small(std::optional<Bytes> length) {
  return length && *length <= kSmallBytesMax;
}

// Whoever asked first may have bytes before all of them were compared with the digest, where the
// body can keep back its end: what turns out false then never reaches him whole.
bool may_stream_unverified(Request const& request, ObjectRecord const& record) {
  auto const& head = request.ask.head;
  // Without length and chunks the end of the connection is the end of the content.
  bool const framed = record.length || head.minor > 0;
  return framed && !is_known_small(record.length) && !head.fields.has("Range");
}

}  // namespace

// `total`: of the content, when what comes is a part of it.
void Desk::store(FlightPtr const& flight, ResponseHead const& head, std::optional<Bytes> total) {
  Keeping keeping{flight, {}, std::nullopt, false};
  auto& record = keeping.record;
  bool const by_digest = flight->leader->route.expected.has_value();
  record.id = index_.new_id();
  record.head =
      to_store({flight->leader->ask.head, head, flight->requested, ports_.clock.wall(), by_digest});
  if (head.framing == Framing::length) record.length = head.body_bytes;
  if (head.framing == Framing::none) record.length = 0;
  if (total) {
    keeping.range = {flight->asked->begin, std::min(flight->asked->end, *total)};
    keeping.ranges = has_strong_validator(record.head.fields);
  } else if (record.length != Bytes{0}) {
    keeping.range = {0, record.length.value_or(kToEnd)};
  }
  auto const use = flight->fellow ? Body::Use::judged : Body::Use::shared;
  auto body = std::make_shared<Body>(record.length, use);
  if (by_digest) body->hold_back_end();
  if (is_known_small(record.length)) return start_fill(keeping, {}, std::move(body));
  store_large(std::move(keeping), std::move(body));
}

void Desk::store_large(Keeping keeping, std::shared_ptr<Body> body) {
  SpoolSpec spec;
  spec.length = keeping.record.length;
  spec.identity.sha256 = keeping.flight->leader->route.expected;
  if (keeping.flight->fellow) spec.identity.manifest = keeping.flight->fellow->manifest;
  keeping.flight->storing = true;
  auto const opened = [this, keeping, body](Result<VaultContent> content) {
    ports_.loop.post([this, keeping, body, content = std::move(content)]() mutable {
      if (stopped_) return;
      keeping.flight->storing = false;
      if (content) {
        keeping.record.spool = content->spool;
        return start_fill(keeping, *content, body);
      }
      // Without room it still reaches those who asked, each by a fetch of its own.
      ports_.log.write(LogLevel::warn, "not stored", {{"why", describe(content.error())}});
      passed_.note(keeping.flight->key, ports_.clock.now());
      abandon(keeping.flight);
      flying_.erase(keeping.flight);
      pass(keeping.flight->leader, {.forward = keeping.flight->plan.forward, .detail = "no room"});
      release_waiting(keeping.flight);
    });
  };
  ports_.vault.open(std::move(spec), body, opened);
}

// What a fellow did not bring comes from the origin.
Fill::Spec Desk::fill_spec(Request const& request, Object const& object,
                           std::optional<Fellow> const& fellow) {
  auto const& record = object.record;
  auto const base = content_request(request, settings_.name, settings_.limits.upstream_stall);
  auto const first = fellow ? toward_fellow(base, *fellow, request.route.url) : base;
  bool const near = fellow.has_value();
  std::string const etag(record.head.fields.first("ETag").value_or(""));
  std::string const modified(record.head.fields.first("Last-Modified").value_or(""));
  auto const validator = etag.empty() || etag.starts_with("W/") ? modified : etag;
  Fill::Spec spec;
  spec.request = [this, base, first, near, validator](std::optional<ByteRange> range, bool again) {
    if (again || !near) ++counters_.upstream_requests;
    auto out = again ? base : first;
    if (range) ask_range(out, *range, validator);
    return out;
  };
  spec.elsewhere = near;
  spec.body = object.body;
  spec.spool = record.spool;
  spec.length = record.length;
  spec.etag = etag;
  spec.last_modified = modified;
  spec.source = SourceId{++last_source_};
  spec.on_bytes = [this, near](Bytes count, bool again) {
    (near && !again ? counters_.fellow_bytes : counters_.upstream_bytes) += count;
  };
  spec.on_end = [this, id = record.id](Result<void> const& how) { on_fill_end(id, how); };
  return spec;
}

void Desk::start_fill(Keeping const& keeping, VaultContent const& content,
                      std::shared_ptr<Body> body) {
  auto const& flight = keeping.flight;
  auto const& request = *flight->leader;
  auto const object = std::make_shared<Object const>(Object{keeping.record, body});
  auto spec = fill_spec(request, *object, flight->fellow);
  spec.ranges = keeping.ranges;
  spec.present = content.present;
  std::optional<Fill::Begun> begun;
  if (keeping.range) begun = Fill::Begun{flight->exchange, flight->arrival, *keeping.range};
  Filling filling{nullptr,       object, flight->key, nullptr, {}, request.route.expected,
                  flight->fellow};
  bool const verifies = filling.expected.has_value();
  land(flight);
  if (verifies) {
    filling.unverified = std::exchange(flight->waiting, {});
    bool const streams = may_stream_unverified(request, keeping.record);
    if (streams) deliver_first(*flight, *object);
    if (!streams) filling.first = flight;
  } else {
    publish(flight->key, object);
    if (keeping.record.spool != SpoolId::none) {
      static_cast<void>(save(flight->key, *shelf_of(flight->key)));
    }
    deliver_first(*flight, *object);
  }
  // Those who find it fits them have it now, others ask for theirs.
  release_waiting(flight);
  auto const id = keeping.record.id;
  flight->on_end = [this, id](Result<void> how, Bytes next) {
    auto const found = fills_.find(id);
    if (found != fills_.end()) found->second.fill->on_begun_end(std::move(how), next);
  };
  if (verifies) verifying_[flight->key] = id;
  begin_fill(std::move(filling), std::move(spec), std::move(begun));
  if (!flight->ended) return;
  flying_.erase(flight);
  flight->on_end(std::move(flight->ended->first), flight->ended->second);
}

void Desk::deliver_first(Flight const& flight, Object const& object) {
  CacheStatus const status{
      .forward = flight.plan.forward, .forward_status = object.record.head.status, .stored = true};
  deliver(*flight.leader, object, status, Outcome::miss);
}

void Desk::begin_fill(Filling filling, Fill::Spec spec, std::optional<Fill::Begun> begun) {
  auto const id = filling.object->record.id;
  auto const fill = std::make_shared<Fill>(
      Fill::Ports{ports_.loop, ports_.upstream, ports_.vault.gate(), ports_.clock},
      std::move(spec));
  filling.fill = fill;
  std::weak_ptr<Fill> const weak = fill;
  auto& loop = ports_.loop;
  auto const later = [&loop, weak](auto act) {
    loop.post([weak, act] {
      if (auto const alive = weak.lock()) act(*alive);
    });
  };
  filling.object->body->listen(
      {.wanted = [later](Bytes at) { later([at](Fill& each) { each.want(at); }); },
       .room = [later] { later([](Fill& each) { each.resume(); }); },
       .deserted = nullptr});
  fills_.emplace(id, std::move(filling));
  fill->start(std::move(begun));
}

void Desk::on_fill_end(ObjectId id, Result<void> how) {
  auto const found = fills_.find(id);
  if (found == fills_.end()) return;
  if (!how) return fail_fill(found->second, how.error());
  if (found->second.object->record.spool == SpoolId::none) return finish_small(found->second);
  finish_large(id);
}

void Desk::finish_small(Filling& filling) {
  auto const& object = *filling.object;
  auto text = object.body->text();
  if (filling.expected && sha256(bytes_of(text)) != *filling.expected) {
    return fail_fill(filling, {Errc::digest_mismatch, redact(filling.key),
                               "the content is not the one that its URL names"});
  }
  auto record = object.record;
  record.complete = true;
  record.length = text.size();
  object.body->finish(text.size());
  // In one piece, so that it is sent with its head in one call.
  auto const whole = std::make_shared<Object const>(Object{record, Body::of_text(text)});
  if (!filling.forgotten) {
    publish(filling.key, whole);
    auto const saved = save(filling.key, *shelf_of(filling.key), {{record.id, std::move(text)}});
    if (!saved) {
      ports_.log.write(LogLevel::warn, "object not saved", {{"why", describe(saved.error())}});
    }
  }
  finish(filling, whole);
}

void Desk::finish_large(ObjectId id) {
  auto const spool = fills_.at(id).object->record.spool;
  ports_.vault.seal(spool, [this, id](Result<Sealed> sealed) {
    ports_.loop.post([this, id, sealed = std::move(sealed)] { on_sealed(id, sealed); });
  });
}

void Desk::on_sealed(ObjectId id, Result<Sealed> sealed) {
  auto const found = fills_.find(id);
  if (found == fills_.end()) return;
  auto& filling = found->second;
  if (!sealed) return fail_fill(filling, sealed.error());
  auto const& object = *filling.object;
  auto const shelf = shelf_of(filling.key);
  auto record = object.record;
  // What was learned of it while it came counts.
  for (auto const& each : shelf->variants) {
    if (each->record.id == id) record = each->record;
  }
  record.complete = true;
  record.length = sealed->content.length;
  record.content = sealed->content;
  object.body->finish(sealed->content.length);
  auto const whole = std::make_shared<Object const>(Object{record, object.body});
  if (!filling.forgotten) {
    keep_manifest(*sealed);
    publish(filling.key, whole);
    save_or_warn(filling.key);
    share_later(sealed->content, object.body);
  }
  ports_.vault.release(record.spool);
  finish(filling, whole);
}

void Desk::finish(Filling& filling, ObjectPtr const& whole) {
  if (!filling.forgotten) ++counters_.contents;
  ports_.log.write(
      LogLevel::debug, filling.forgotten ? "not kept" : "stored",
      {{"url", redact(filling.key)}, {"bytes", std::to_string(whole->record.length.value_or(0))}});
  whole->body->listen({});
  filling.object->body->listen({});
  auto const first = filling.first;
  auto const waiting = std::exchange(filling.unverified, {});
  auto const key = filling.key;
  verifying_.erase(key);
  fills_.erase(whole->record.id);
  tell_manifest(key);
  if (first) deliver_first(*first, *whole);
  for (auto const& request : waiting) handle(request);
  if (index_.sums().bytes > index_.limits().bytes_max ||
      index_.sums().objects > index_.limits().objects_max) {
    trim();
  }
}

void Desk::fail_fill(Filling& filling, Error const& error) {
  auto const object = filling.object;
  auto const key = filling.key;
  auto const first = filling.first;
  bool const by_fellow = filling.fellow.has_value();
  bool const wanted = !filling.forgotten;
  auto const waiting = std::exchange(filling.unverified, {});
  ports_.log.write(LogLevel::info, "fetch failed",
                   {{"url", redact(key)}, {"why", describe(error)}});
  ++counters_.upstream_failures;
  object->body->listen({});
  object->body->fail(error);
  verifying_.erase(key);
  fills_.erase(object->record.id);
  // Parts that are right are used again, if the origin still has the same content.
  bool const resumable = wanted && object->record.spool != SpoolId::none && object->record.length &&
                         has_strong_validator(object->record.head.fields) &&
                         error.code != Errc::content_changed && !object->record.head.by_digest &&
                         (error.code != Errc::piece_mismatch || by_fellow);
  if (object->record.spool != SpoolId::none) ports_.vault.release(object->record.spool);
  if (resumable) {
    publish(key, std::make_shared<Object const>(Object{object->record, nullptr}));
  } else {
    unpublish(key, object->record.id);
  }
  bool const lies = error.code == Errc::digest_mismatch;
  OwnReply const own{
      502, lies ? "http_protocol_error" : "http_response_incomplete",
      lies ? "what the origin sent is not the content that the URL names: " + describe(error)
           : describe(error)};
  tell_manifest(key);
  if (first) say(*first->leader, own, Outcome::miss);
  for (auto const& request : waiting) say(*request, own, Outcome::miss);
}

}  // namespace freshet::node
