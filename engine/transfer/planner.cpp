#include "engine/transfer/planner.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"

namespace freshet {

namespace {

// As much as proves that a source delivers.
constexpr Bytes kProofBytes = 64_KiB;

Bytes whole_blocks(Bytes position, Bytes length) {
  return position >= length ? length : position / kBlockBytes * kBlockBytes;
}

// Errors of the way into the store, which come through the fetch that met them.
bool is_ours(Errc code) {
  return (code >= Errc::disk_full && code <= Errc::store_corrupt) || code == Errc::stopped ||
         code == Errc::not_found || code == Errc::internal;
}

}  // namespace

void Planner::open(Geometry geometry, PieceMap present) {
  remaining_.emplace(geometry, std::move(present));
  one_stream_ = false;
  for (auto& fetch : fetches_) {
    fetch.end = std::min(fetch.end, geometry.length);
    fetch.next = std::min(fetch.next, fetch.end);
  }
}

void Planner::on_whole_delivered() {
  remaining_->deliver({0, remaining_->geometry().length});
}

void Planner::want(ByteRange range) {
  FRESHET_ASSERT(remaining_);
  remaining_->want(range);
  for (auto const& fetch : fetches_) {
    remaining_->deliver({fetch.begin, whole_blocks(fetch.next, remaining_->geometry().length)});
    remaining_->assign({fetch.next, fetch.end});
  }
}

OpenFetch* Planner::find(FetchId id) {
  auto const found = std::ranges::find(fetches_, id, &OpenFetch::id);
  return found == fetches_.end() ? nullptr : &*found;
}

std::vector<ByteRange> Planner::in_flight() const {
  std::vector<ByteRange> ranges;
  auto const length = remaining_ ? remaining_->geometry().length : 0;
  for (auto const& fetch : fetches_) {
    if (!fetch.cancelled) ranges.push_back({whole_blocks(fetch.next, length), fetch.end});
  }
  return ranges;
}

void Planner::on_head(FetchId id, OriginHead const& head, TimePoint now) {
  auto* const fetch = find(id);
  auto* const source = fetch != nullptr ? parts_.sources.find(fetch->source) : nullptr;
  if (source == nullptr) return;
  fetch->answered = true;
  fetch->moved = now;
  // The quickest answer is the way's own time; others waited at the server.
  source->latency = std::min(source->latency.value_or(head.latency), head.latency);
  if (source->ranges && !head.ranges) {
    source->ranges = false;
    source->governor.hold_at_one();
    parts_.why.note(now, WhyCode::source_without_ranges, source->id,
                    "sends only the whole file, in one stream");
  }
  if (head.length) fetch->end = std::min(fetch->end, *head.length);
  if (head.ranges) split_twin(*fetch);
  if (head.ranges || fetch->begin > 0) return;
  // Without ranges everything comes, whatever was asked for. It is taken when nobody else can send
  // parts.
  fetch->endless = true;
  if (remaining_ && others_send_parts(*source)) return;
  fetch->end = head.length.value_or(remaining_ ? remaining_->geometry().length : ~Bytes{0});
  if (remaining_) remaining_->assign({fetch->next, fetch->end});
}

void Planner::split_twin(OpenFetch& fetch) {
  if (!std::exchange(fetch.splits_twin, false)) return;
  auto* const twin = find(std::exchange(fetch.twin, FetchId::none));
  if (twin == nullptr) return;
  twin->twin = FetchId::none;
  twin->end = std::max(twin->next, std::min(twin->end, fetch.begin));
}

// One that has never answered may never do so.
bool Planner::others_send_parts(Source const& source) const {
  return std::ranges::any_of(parts_.sources.all(), [&](Source const& other) {
    return other.id != source.id && other.latency && other.sends_parts();
  });
}

void Planner::on_released(FetchId id) {
  if (auto* const fetch = find(id)) fetch->held = false;
}

void Planner::advance(OpenFetch& fetch, Bytes next, TimePoint now) {
  if (next <= fetch.next) return;
  auto const bytes = next - fetch.next;
  if (auto* const source = parts_.sources.find(fetch.source)) {
    fetch.rate.add(bytes, now - fetch.moved);
    source->rate.add(bytes, now - fetch.moved);
    parts_.sources.on_bytes(*source, bytes, now);
    source->governor.on_bytes(bytes, source->open, now);
    bool const proof = next - fetch.begin >= kProofBytes && source->proves(next);
    if (proof) parts_.sources.on_success(*source);
  }
  fetch.moved = now;
  tell_help(now);
  if (remaining_) {
    auto const length = remaining_->geometry().length;
    remaining_->deliver({whole_blocks(fetch.next, length), whole_blocks(next, length)});
  }
  fetch.next = next;
  if (!fetch.refused.empty()) settle_refused(fetch);
}

// The store's word on a piece can overtake the carrier's report of its bytes.
void Planner::settle_refused(OpenFetch& fetch) {
  std::erase_if(fetch.refused, [&](ByteRange const& range) {
    bool const reported = range.end <= fetch.next;
    if (reported) remaining_->on_refused(range, in_flight());
    return reported;
  });
}

void Planner::on_progress(FetchId id, Bytes next, TimePoint now) {
  if (auto* const fetch = find(id)) advance(*fetch, next, now);
}

Planner::Cause Planner::judge_end(OpenFetch const& fetch, FetchEnd const& end, TimePoint now) {
  if (!end.error || fetch.cancelled || end.error->code == Errc::cancelled) return Cause::none;
  auto const code = end.error->code;
  if (is_ours(code)) return Cause::store;
  bool const other_length = code == Errc::length_mismatch && !fetch.answered;
  if (code == Errc::content_changed || other_length) return Cause::content_changed;
  auto& source = *parts_.sources.find(fetch.source);
  if (code == Errc::range_not_supported && fetch.begin > 0) {
    if (std::exchange(source.ranges, false)) {
      source.governor.hold_at_one();
      parts_.why.note(now, WhyCode::source_without_ranges, source.id, *end.error);
    }
    return Cause::source;
  }
  bool const pushed_back = code == Errc::http_too_many_requests || code == Errc::http_unavailable ||
                           (code == Errc::connect_failed && source.open > 0);
  if (pushed_back) source.governor.on_pushback();
  parts_.why.note(now, WhyCode::source_failed, source.id, *end.error);
  auto const answer = parts_.sources.on_failure(source, *end.error, end.retry_after, now);
  if (answer == SourceBook::Answer::left) {
    parts_.why.note(now, WhyCode::source_left, source.id,
                    is_transient(code) ? "failed too often" : "cannot be used");
  } else {
    auto const wait =
        std::chrono::duration_cast<std::chrono::milliseconds>(source.not_before - now);
    parts_.why.note(now, WhyCode::source_waits, source.id,
                    "asked again in " + std::to_string(wait.count()) + " ms");
  }
  return Cause::source;
}

std::optional<Planner::Ended> Planner::on_end(FetchId id, FetchEnd const& end, TimePoint now) {
  auto* const found = find(id);
  if (found == nullptr) return std::nullopt;
  advance(*found, std::min(std::max(end.next, found->begin), found->end), now);
  for (auto const& range : found->refused) {
    if (range.begin < found->next) {
      remaining_->on_refused({range.begin, std::min(range.end, found->next)}, in_flight());
    }
  }
  auto const fetch = *found;
  fetches_.erase(fetches_.begin() + (found - fetches_.data()));
  close(fetch, end);
  remember_fetched(fetch, now);
  auto const useful = fetch.next - fetch.begin;
  Ended ended{judge_end(fetch, end, now), fetch, end.received > useful ? end.received - useful : 0};
  if (fetch.twin != FetchId::none && find(fetch.twin) != nullptr) ended.wasted += useful;
  return ended;
}

void Planner::close(OpenFetch const& fetch, FetchEnd const& end) {
  if (auto* const source = parts_.sources.find(fetch.source)) {
    FRESHET_ASSERT(source->open > 0);
    --source->open;
    source->received += end.received;
    if (fetch.next > fetch.begin) source->reached = std::max(source->reached, fetch.next);
    // The whole of a range, however small, is proof enough.
    if (!end.error && fetch.next > fetch.begin) parts_.sources.on_success(*source);
  }
  if (!remaining_) return;
  auto const length = remaining_->geometry().length;
  remaining_->give_back({whole_blocks(fetch.next, length), fetch.end}, in_flight());
}

void Planner::on_present(PieceIndex piece, SourceId sender, TimePoint now) {
  if (remaining_) {
    // A stream comes in order, and the store's word on a piece can overtake the carrier's report.
    auto const bytes = remaining_->geometry().bytes(piece);
    for (auto& fetch : fetches_) {
      if (fetch.source != sender || fetch.held) continue;
      if (bytes.begin < fetch.begin || bytes.begin >= fetch.end) continue;
      advance(fetch, std::min(bytes.end, fetch.end), now);
    }
    remaining_->on_present(piece);
  }
  if (crowd_) crowd_->on_own(piece, true);
  settling_since_.reset();
}

void Planner::on_rejected(PieceIndex piece, bool by_peers) {
  settling_since_.reset();
  if (!remaining_) return;
  if (crowd_) crowd_->on_own(piece, false);
  if (crowd_ && by_peers) crowd_->distrust(piece);
  auto const bytes = remaining_->geometry().bytes(piece);
  auto const length = remaining_->geometry().length;
  for (auto& fetch : fetches_) {
    // A block that was reported in part counts as not reported: what is asked for are blocks.
    auto const reported = whole_blocks(fetch.next, length);
    ByteRange const late{std::max(bytes.begin, reported), std::min(bytes.end, fetch.end)};
    if (!late.empty()) fetch.refused.push_back(late);
  }
  remaining_->on_rejected(piece, in_flight());
}

bool Planner::stuck(TimePoint now) const {
  if (!fetches_.empty() || !parts_.sources.exhausted() || complete()) return false;
  return !crowd_ || !crowd_->alive(now, options_.crowd_silence);
}

Plan Planner::stop() {
  Plan plan;
  for (auto& fetch : fetches_) cancel(fetch, plan);
  forget_claims(plan);
  return plan;
}

void Planner::abandon() {
  for (auto const& fetch : fetches_) {
    if (auto* const source = parts_.sources.find(fetch.source)) --source->open;
  }
  fetches_.clear();
}

}  // namespace freshet
