// The half of the planner that gives orders: probes, ranges, streams, and work taken over.
#include <algorithm>

#include "engine/base/assert.h"
#include "engine/transfer/planner.h"

namespace freshet {

namespace {

// A connection that ends within this is worth waiting for, instead of opening another one.
constexpr double kSoonSeconds = 0.3;
constexpr Duration kReportInterval = std::chrono::milliseconds{100};
constexpr Duration kLookInterval = std::chrono::milliseconds{250};

}  // namespace

Plan Planner::plan(TimePoint now) {
  Plan plan;
  if (one_stream_) return plan;
  if (!remaining_) {
    plan_probe(plan, now);
  } else if (!remaining_->complete()) {
    cancel_needless(plan);
    cancel_slower_streams(plan, now);
    yield_to_claims(plan, now);
    watch_settling(now);
    plan_work(plan, now);
    tell_crowd(plan, now);
  } else {
    return stop();
  }
  plan.wake = next_look(now);
  return plan;
}

void Planner::plan_probe(Plan& plan, TimePoint now) {
  // One head is enough; a source that takes long for it gets company.
  bool const patient = std::ranges::any_of(fetches_, [&](OpenFetch const& fetch) {
    return !fetch.cancelled && (fetch.answered || now - fetch.asked < options_.probe_patience);
  });
  if (patient) return;
  for (auto& source : parts_.sources.all()) {
    if (source.open > 0 || !parts_.sources.usable(source, now)) continue;
    if (!parts_.budget.may_open(source.host, fetches_.empty())) return;
    auto const end = source.ranges ? options_.ranges.first_bytes : ~Bytes{0};
    start(source, {0, end}, !source.ranges, plan, now);
    return;
  }
}

void Planner::plan_work(Plan& plan, TimePoint now) {
  std::vector<SourceId> passed_over;
  while (auto* const source = next_idle(passed_over, now)) {
    if (!give_work(*source, plan, now)) passed_over.push_back(source->id);
  }
}

// The fastest source that may have another connection. One of unknown speed goes first: the sooner
// it is measured the better everything after is divided.
Source* Planner::next_idle(std::vector<SourceId> const& passed_over, TimePoint now) {
  Source* best = nullptr;
  for (auto& source : parts_.sources.all()) {
    if (!parts_.sources.usable(source, now)) continue;
    if (moving(source, now) >= target_of(source, now)) continue;
    if (std::ranges::find(passed_over, source.id) != passed_over.end()) continue;
    bool const faster = best != nullptr && best->rate.known() &&
                        (!source.rate.known() || source.rate.value() > best->rate.value());
    if (best == nullptr || faster) best = &source;
  }
  return best;
}

bool Planner::give_work(Source& source, Plan& plan, TimePoint now) {
  if (!source.ranges) return give_stream(source, plan, now);
  return give_range(source, plan, now) || steal_for(source, plan, now);
}

bool Planner::give_range(Source& source, Plan& plan, TimePoint now) {
  if (remaining_->unasked().empty() || free_soon(source, now)) return false;
  if (!parts_.budget.may_open(source.host, fetches_.empty())) return false;
  RangeAsker const asker{source.rate.value(), source.latency.value_or(Duration{}),
                         source.range_bytes_before, share_of(source, now)};
  auto const size = range_bytes(asker, remaining_->unasked().size(), options_.ranges);
  auto range = pick_preferred(size);
  if (!range && with_crowd(now)) {
    range = crowd_->pick(remaining_->unasked(),
                         {origin_rate(now), source.rate.value(), size, share_size(source)},
                         parts_.random, now);
  } else if (!range) {
    range = choose_range(remaining_->unasked(), remaining_->geometry(), size);
  }
  if (!range) return false;
  start(source, *range, false, plan, now);
  return true;
}

// Whole pieces: a part of one helps nobody.
std::optional<ByteRange> Planner::pick_preferred(Bytes size) const {
  auto const& geometry = remaining_->geometry();
  for (auto const& range : preferred_) {
    if (range.begin >= geometry.length) continue;
    auto const pieces = geometry.touched({range.begin, std::min(range.end, geometry.length)});
    if (pieces.begin == pieces.end) continue;
    auto const last = PieceIndex{to_number(pieces.end) - 1};
    auto const parts = remaining_->unasked().within(
        {geometry.bytes(pieces.begin).begin, geometry.bytes(last).end});
    if (parts.empty()) continue;
    RangeSet first;
    first.add(parts.front());
    return choose_range(first, geometry, size);
  }
  return std::nullopt;
}

// A source that sends only everything is used when nobody can send parts.
bool Planner::give_stream(Source& source, Plan& plan, TimePoint now) {
  if (others_send_parts(source) || source.open > 0 || remaining_->unasked().empty()) return false;
  if (!parts_.budget.may_open(source.host, fetches_.empty())) return false;
  start(source, {0, remaining_->geometry().length}, true, plan, now);
  return true;
}

bool Planner::steal_for(Source& source, Plan& plan, TimePoint now) {
  if (source.admission != Admission::admitted) return false;
  OpenFetch* slowest = nullptr;
  Victim victim;
  for (auto& fetch : fetches_) {
    if (fetch.cancelled || fetch.held || fetch.twin != FetchId::none || fetch.left() == 0) continue;
    bool const same_source = fetch.source == source.id;
    bool const stands = stalled(fetch, now, same_source);
    Victim const candidate{fetch.next, fetch.end, stands ? 0 : rate_of(fetch, now), same_source};
    // Of one that has just begun nothing is known yet.
    if (candidate.rate <= 0 && !stands) continue;
    if (slowest != nullptr && seconds_left(candidate) <= seconds_left(victim)) continue;
    slowest = &fetch;
    victim = candidate;
  }
  if (slowest == nullptr) return false;
  if (victim.rate <= 0) {
    give_up_on(*slowest, plan, now);
    return true;
  }
  // The ranges of a crowd are short: dividing them costs a connection and gains nothing.
  if (with_crowd(now) && !crowd_->helping(now)) return false;
  auto const theft = plan_theft(victim, {source.rate.value(), source.latency.value_or(Duration{})},
                                remaining_->geometry().piece_length, options_.steals);
  if (!theft || !parts_.budget.may_open(source.host, false)) return false;
  ByteRange const range{theft->split, victim.end};
  parts_.why.note(now, theft->double_up ? WhyCode::range_doubled : WhyCode::range_stolen, source.id,
                  "takes over " + std::to_string(range.size()) + " bytes from source " +
                      std::to_string(static_cast<std::uint64_t>(slowest->source)));
  auto const victim_id = slowest->id;
  // A stream of everything cannot be taken up again where it was cut: not before it is known that
  // this source can go on from there.
  bool const unsure = slowest->endless && !source.latency;
  if (!theft->double_up && !unsure) {
    slowest->end = theft->split;
    plan.orders.emplace_back(ShortenFetch{victim_id, theft->split});
  }
  start(source, range, false, plan, now);
  if (theft->double_up || unsure) {
    fetches_.back().twin = victim_id;
    fetches_.back().splits_twin = !theft->double_up;
    find(victim_id)->twin = fetches_.back().id;
  }
  return true;
}

void Planner::give_up_on(OpenFetch& fetch, Plan& plan, TimePoint now) {
  auto& source = *parts_.sources.find(fetch.source);
  auto const silence = std::chrono::duration_cast<std::chrono::milliseconds>(now - fetch.moved);
  Error const error{Errc::stalled, source.name,
                    "no bytes for " + std::to_string(silence.count()) + " ms"};
  parts_.why.note(now, WhyCode::source_stalled, source.id, error);
  if (parts_.sources.on_failure(source, error, std::nullopt, now) == SourceBook::Answer::left) {
    parts_.why.note(now, WhyCode::source_left, source.id, "stalled too often");
  }
  cancel(fetch, plan);
}

void Planner::start(Source& source, ByteRange range, bool to_end, Plan& plan, TimePoint now) {
  OpenFetch fetch;
  fetch.id = parts_.ids.next();
  fetch.source = source.id;
  fetch.begin = fetch.next = range.begin;
  fetch.end = range.end;
  fetch.held = !remaining_ || source.admission != Admission::admitted;
  fetch.asked = fetch.moved = now;
  source.open_most = std::max(source.open_most, ++source.open);
  source.range_bytes_before = range.size();
  parts_.budget.opened(source.host);
  if (remaining_) remaining_->assign(range);
  plan.orders.emplace_back(StartFetch{fetch.id, source.id, range.begin,
                                      to_end ? std::nullopt : std::optional(range.end),
                                      fetch.held});
  fetches_.push_back(fetch);
}

void Planner::cancel(OpenFetch& fetch, Plan& plan) {
  if (std::exchange(fetch.cancelled, true)) return;
  plan.orders.emplace_back(CancelFetch{fetch.id});
}

// What others have brought in the meantime.
void Planner::cancel_needless(Plan& plan) {
  for (auto& fetch : fetches_) {
    if (fetch.cancelled) continue;
    if (fetch.endless && fetch.end < remaining_->geometry().length) {
      plan.orders.emplace_back(ShortenFetch{fetch.id, fetch.end});
      fetch.endless = false;
    }
    if (fetch.left() == 0) continue;
    bool const twin_is_done = fetch.twin != FetchId::none && find(fetch.twin) == nullptr;
    if (twin_is_done) fetch.twin = FetchId::none;
    if (remaining_->delivered().covers({fetch.next, fetch.end})) {
      cancel(fetch, plan);
    } else if (crowd_) {
      trim(fetch, plan);
    }
  }
}

// Streams of everything bring the same bytes: the others are needless once one is known to end
// first.
void Planner::cancel_slower_streams(Plan& plan, TimePoint now) {
  auto const left = [&](OpenFetch const* fetch) {
    return seconds_left({fetch->next, fetch->end, rate_of(*fetch, now), false});
  };
  std::vector<OpenFetch*> streams;
  for (auto& fetch : fetches_) {
    if (fetch.endless && !fetch.cancelled && !fetch.held && fetch.left() > 0)
      streams.push_back(&fetch);
  }
  if (streams.size() < 2) return;
  auto* const first = *std::ranges::min_element(streams, {}, left);
  for (auto* const other : streams) {
    bool const known = rate_of(*other, now) > 0 || left(first) < kSoonSeconds;
    if (other != first && known) cancel(*other, plan);
  }
}

// Everything was handed over, and the store says nothing: it may have dropped some of it.
void Planner::watch_settling(TimePoint now) {
  if (!fetches_.empty() || !remaining_->unasked().empty()) {
    settling_since_.reset();
    return;
  }
  if (!settling_since_) settling_since_ = now;
  if (now - *settling_since_ < options_.settle_timeout) return;
  settling_since_.reset();
  parts_.why.note(now, WhyCode::delivery_unconfirmed,
                  std::to_string(remaining_->missing()) + " pieces are asked for again");
  remaining_->distrust_delivered(in_flight());
}

bool Planner::stalled(OpenFetch const& fetch, TimePoint now, bool same_source) const {
  auto const* const source = parts_.sources.find(fetch.source);
  auto const latency = source->latency.value_or(Duration{});
  // A source that stands still is unlikely to do better when it is asked once more.
  auto const patience = std::max(options_.stall_after, latency * 4) * (same_source ? 3 : 1);
  return now - fetch.moved >= patience;
}

std::uint32_t Planner::moving(Source const& source, TimePoint now) const {
  auto const moves = [&](OpenFetch const& fetch) {
    return fetch.source == source.id && !stalled(fetch, now);
  };
  return static_cast<std::uint32_t>(std::ranges::count_if(fetches_, moves));
}

double Planner::rate_of(OpenFetch const& fetch, TimePoint now) const {
  auto rate = fetch.rate.known() ? fetch.rate : parts_.sources.find(fetch.source)->rate;
  // Progress is reported ten times a second: a longer silence is slowness.
  auto const silence = now - fetch.moved;
  if (rate.known() && silence > kReportInterval * 2) rate.add(0, silence);
  return rate.value();
}

// What one more connection to this source contributes to the whole.
double Planner::share_of(Source const& source, TimePoint now) const {
  double known = 0;
  std::uint32_t known_count = 0;
  for (auto const& other : parts_.sources.all()) {
    if (!other.rate.known()) continue;
    known += other.rate.value();
    ++known_count;
  }
  auto const usual = known_count > 0 ? known / known_count : 1.0;
  auto const rate = [usual](Source const& of) {
    return of.rate.known() ? std::max(of.rate.value(), 1.0) : usual;
  };
  double all = 0;
  for (auto const& other : parts_.sources.all()) {
    if (!parts_.sources.usable(other, now) || !other.ranges) continue;
    all += rate(other) * std::max(other.governor.target(), other.open);
  }
  return all > 0 ? std::min(1.0, rate(source) / all) : 1.0;
}

bool Planner::free_soon(Source const& source, TimePoint now) const {
  if (source.open == 0 || remaining_->unasked().size() >= options_.ranges.bytes_min * 4)
    return false;
  return std::ranges::any_of(fetches_, [&](OpenFetch const& fetch) {
    if (fetch.source != source.id || fetch.cancelled || stalled(fetch, now)) return false;
    return seconds_left({fetch.next, fetch.end, rate_of(fetch, now), true}) < kSoonSeconds;
  });
}

std::optional<TimePoint> Planner::next_look(TimePoint now) const {
  auto wake = parts_.sources.next_return(now);
  auto const consider = [&](TimePoint when) { wake = std::min(wake.value_or(when), when); };
  for (auto const& fetch : fetches_) {
    if (!remaining_) {
      auto const due = fetch.asked + options_.probe_patience;
      if (due > now) consider(due);
    } else {
      consider(now + kLookInterval);
    }
  }
  if (settling_since_) consider(*settling_since_ + options_.settle_timeout);
  if (!crowd_ || !remaining_) return wake;
  if (auto const look = crowd_->next_look(now)) consider(*look);
  if (!claimed_.empty()) consider(claimed_until_);
  for (auto const& it : fetched_) consider(it.until);
  if (now < crowd_since_ + options_.crowd_wait) consider(crowd_since_ + options_.crowd_wait);
  if (parts_.sources.exhausted()) consider(now + options_.crowd_silence);
  return wake;
}

}  // namespace freshet
