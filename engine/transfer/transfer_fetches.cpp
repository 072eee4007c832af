// The side of a transfer that orders fetches and hears of them.
#include <algorithm>
#include <utility>

#include "engine/base/trace.h"
#include "engine/transfer/mixing.h"
#include "engine/transfer/transfer.h"

namespace freshet {

void Transfer::carry_out(Plan const& plan) {
  auto& origin = host_.ports().origin;
  for (auto const& next : plan.orders) {
    if (auto const* const start = std::get_if<StartFetch>(&next)) order(*start);
    if (auto const* const less = std::get_if<ShortenFetch>(&next))
      origin.shorten(less->id, less->end);
    if (auto const* const none = std::get_if<CancelFetch>(&next)) origin.cancel(none->id);
  }
  if (swarm_spool_ == SpoolId::none) return;
  if (plan.reserve) host_.ports().swarm->reserve(swarm_spool_, *plan.reserve);
  if (plan.claims) host_.ports().swarm->claim(swarm_spool_, *plan.claims);
}

void Transfer::order(StartFetch const& start) {
  auto const& source = *sources_.find(start.source);
  FetchOrder order;
  order.id = start.id;
  order.source = start.source;
  order.origin = way(start.source)->origin;
  for (auto& header : order.origin.headers) {
    bool const is_parent = is_trace(header.name) && trace_id(header.value);
    if (is_parent) header.value = trace_step(header.value, host_.ports().random.next() | 1);
  }
  order.begin = start.begin;
  order.end = start.end;
  order.all_without_ranges = start.begin == 0;
  // With hashes for each piece wrong bytes are found out; validators differ between the edges of
  // one network although the bytes do not.
  if (!identity_.manifest) order.expected_validator = source.validator;
  order.expected_length = length_;
  if (!length_ && expected_) order.expected_length = expected_->length;
  order.spool = start.held ? SpoolId::none : spool_;
  order.head_timeout = host_.options().head_timeout;
  order.stall_timeout = host_.options().stall_timeout;
  order.limit = limit_;
  host_.own_fetch(start, source, shared_from_this());
  host_.on_asking_origin(*this);
  host_.ports().origin.fetch(std::move(order));
}

void Transfer::on_head(FetchId fetch, OriginHead head) {
  if (!planner_ || phase_ == Phase::ended) return;
  auto const& open = planner_->fetches();
  auto const found = std::ranges::find(open, fetch, &OpenFetch::id);
  if (found == open.end()) return;
  auto const was_held = found->held;
  auto& source = *sources_.find(found->source);
  planner_->on_head(fetch, head, now());
  if (!source.validator) {
    source.validator = head.validator;
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(head.latency).count();
    why_.note(now(), WhyCode::source_answered, source.id,
              "answered after " + std::to_string(ms) + " ms by HTTP/" + head.http_version);
  }
  if (!modified_) modified_ = head.modified;
  if (phase_ == Phase::probing) {
    take_first_head(fetch, head);
  } else if (was_held && fetch != probe_ && spool_ != SpoolId::none) {
    judge_mirror(fetch, head);
  }
  // The digest of a mirror, or of a host that only a manifest names, is not the origin's.
  bool const origin = !first_wish().file.urls.empty() && source.id == sources_.all().front().id;
  if (phase_ == Phase::fetching && origin) hear_digest(head);
  if (phase_ == Phase::fetching) advance();
}

// Nothing would tell that parts of different requests belong together.
bool Transfer::must_come_in_one(OriginHead const& head) const {
  if (verifiable() || can_resume(head.validator)) return false;
  return !(head.repr_digest && head.tls_verified && wishes_.any_whole());
}

void Transfer::take_first_head(FetchId fetch, OriginHead const& head) {
  auto const& open = planner_->fetches();
  auto const first = std::ranges::find(open, fetch, &OpenFetch::id);
  auto& source = *sources_.find(first->source);
  in_one_stream_ = must_come_in_one(head);
  if (in_one_stream_ && head.length && *head.length > first->end) {
    // Asked again, for everything.
    if (head.ranges) whole_from_ = source.id;
    source.ranges = false;
    source.governor.hold_at_one();
    why_.note(now(), WhyCode::source_without_ranges, source.id,
              "gives no ETag and no date: its parts cannot be told to belong together");
    host_.ports().origin.cancel(fetch);
    return;
  }
  reference_ = first->source;
  probe_ = fetch;
  validator_ = head.validator;
  modified_ = head.modified;
  // Another source may have been asked in the meantime: the first answer counts.
  for (auto const& other : std::vector<OpenFetch>(open)) {
    if (other.id != fetch) host_.ports().origin.cancel(other.id);
  }
  hear_digest(head);
  if (!trust_ && !identity_.manifest)
    why_.note(now(), WhyCode::identity_unknown, "nothing names the right bytes");
  look_for_manifest(head, reference_);
  open_fresh(head.length);
}

// What comes is judged from now on: parts need not belong together by themselves.
void Transfer::allow_parts() {
  in_one_stream_ = false;
  auto* const source = sources_.find(std::exchange(whole_from_, SourceId::none));
  if (source == nullptr) return;
  source->ranges = true;
  source->governor =
      ConnectionGovernor(host_.options().connections_per_source_max, first_wish().connections);
}

void Transfer::judge_mirror(FetchId fetch, OriginHead const& head) {
  auto const& open = planner_->fetches();
  auto const found = std::ranges::find(open, fetch, &OpenFetch::id);
  auto& source = *sources_.find(found->source);
  auto const reason = verifiable() ? std::nullopt : why_not_mixed({length_, validator_}, head);
  if (reason) {
    source.admission = Admission::refused;
    source.error = Error{Errc::content_changed, source.name, *reason};
    why_.note(now(), WhyCode::source_refused, source.id, *source.error);
    host_.ports().origin.cancel(fetch);
    return;
  }
  source.admission = Admission::admitted;
  why_.note(now(), WhyCode::mirror_admitted, source.id,
            verifiable() ? "its bytes are judged by the identity" : "same strong ETag and length");
  host_.ports().origin.attach(fetch, spool_);
  planner_->on_released(fetch);
}

void Transfer::on_progress(FetchId fetch, Bytes next) {
  if (!planner_) return;
  planner_->on_progress(fetch, next, now());
  if (waits_.current() != Limiter::moving) look_at_limiter();
}

void Transfer::on_fetch_end(FetchId fetch, FetchEnd end) {
  if (!planner_ || phase_ == Phase::ended) return;
  auto const ended = planner_->on_end(fetch, end, now());
  if (!ended) {
    wasted_ += end.received;
    return;
  }
  wasted_ += ended->wasted;
  bool const stream = fetch == probe_ && phase_ == Phase::fetching && !planner_->opened();
  bool const cut = in_one_stream_ && planner_->opened() && !ended->fetch.cancelled &&
                   ended->fetch.next < *length_;
  if (cut && ended->cause != Planner::Cause::store) {
    return start_over("the one stream broke off",
                      end.error.value_or(Error{Errc::stalled, {}, "it broke off"}));
  }
  switch (ended->cause) {
    case Planner::Cause::none:
      if (stream && !ended->fetch.cancelled) return finish_stream(end.next);
      break;
    case Planner::Cause::source:
      if (stream) return start_over("the one stream broke off", *end.error);
      break;
    case Planner::Cause::content_changed:
      return on_content_changed(ended->fetch.source, *end.error);
    case Planner::Cause::store:
      return fail_all(*end.error);
  }
  advance();
}

void Transfer::finish_stream(Bytes length) {
  OpenedSpool opened;
  opened.id = spool_;
  opened.spec.length = length;
  opened.present = PieceMap(piece_count(length, piece_length_for(length)));
  for (auto const piece : early_) {
    if (to_number(piece) < opened.present.size()) opened.present.set(piece);
  }
  streamed_whole_ = true;
  use_spool(std::move(opened));
}

void Transfer::on_content_changed(SourceId id, Error error) {
  auto& source = *sources_.find(id);
  why_.note(now(), WhyCode::content_changed, id, error);
  bool const judged = identity_.manifest || identity_.piece_hashes || expected_;
  bool const is_reference =
      id == reference_ || (reference_ == SourceId::none && id == sources_.all().front().id);
  // Its word on the length is worth more than that of peers.
  if (believed_ && is_reference) return drop_provisional();
  if (judged || (!is_reference && planner_->opened())) {
    sources_.leave(source, std::move(error));
    why_.note(now(), WhyCode::source_left, id, "it has something else");
    return advance();
  }
  start_over("nothing of the old content is kept");
}

// Wishes come and go while fetches run.
void Transfer::renew_limit() {
  auto const limit = limit_now();
  if (limit == limit_) return;
  limit_ = limit;
  if (!planner_) return;
  for (auto const& fetch : planner_->fetches()) {
    host_.ports().origin.set_fetch_limit(fetch.id, limit);
  }
}

void Transfer::ban(SourceId id, Offence offence) {
  auto& error = offence.why;
  if (is_peer(id)) {
    if (host_.ports().swarm != nullptr) host_.ports().swarm->ban(id, offence);
    if (auto const* const with = crowd()) error.where = with->address_of(id);
    peer_notes_.banned(id, error);
    ++host_.counters().peers_banned;
    return why_.note(now(), WhyCode::peer_banned, id, error);
  }
  auto* const source = sources_.find(id);
  if (source == nullptr || source->banned) return;
  error.where = source->name;
  why_.note(now(), WhyCode::source_banned, id, error);
  ++host_.counters().sources_banned;
  sources_.ban(*source, std::move(error));
  for (auto const& fetch : planner_->fetches()) {
    if (fetch.source == id) host_.ports().origin.cancel(fetch.id);
  }
}

}  // namespace freshet
