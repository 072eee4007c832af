#include "engine/transfer/source_book.h"

#include <algorithm>
#include <utility>

#include "engine/transfer/backoff.h"

namespace freshet {

Source* SourceBook::find(SourceId id) {
  auto const found = std::ranges::find(sources_, id, &Source::id);
  return found == sources_.end() ? nullptr : &*found;
}

Source const* SourceBook::find(SourceId id) const {
  auto const found = std::ranges::find(sources_, id, &Source::id);
  return found == sources_.end() ? nullptr : &*found;
}

bool SourceBook::exhausted() const {
  return std::ranges::all_of(sources_, &Source::gone);
}

std::optional<TimePoint> SourceBook::next_return(TimePoint now) const {
  std::optional<TimePoint> next;
  for (auto const& source : sources_) {
    auto const returns = std::max(source.not_before, source.held_until);
    if (source.gone() || returns <= now || returns == TimePoint::max()) continue;
    next = std::min(next.value_or(returns), returns);
  }
  return next;
}

void SourceBook::on_bytes(Source& source, Bytes bytes, TimePoint now) {
  source.useful += bytes;
  traffic_.add_source(source.id, source.cache_host, bytes, now);
}

void SourceBook::on_success(Source& source) {
  source.failures = 0;
}

SourceBook::Answer SourceBook::on_failure(Source& source, Error error,
                                          std::optional<Duration> retry_after, TimePoint now) {
  bool const lasting = !is_transient(error.code);
  source.error = std::move(error);
  // Connections that break together are one failure.
  if (source.not_before <= now) ++source.failures;
  bool const too_long = retry_after && *retry_after > limits_.retry_after_max;
  if (lasting || too_long || source.failures >= limits_.failures_max) {
    source.left = true;
    return Answer::left;
  }
  auto delay = backoff(source.failures, limits_.backoff_min, limits_.backoff_max, random_);
  if (retry_after) delay = std::max(delay, *retry_after);
  source.not_before = std::max(source.not_before, now + delay);
  return Answer::waits;
}

void SourceBook::leave(Source& source, Error error) {
  source.error = std::move(error);
  source.left = true;
}

void SourceBook::ban(Source& source, Error error) {
  source.error = std::move(error);
  source.banned = true;
}

void SourceBook::acquit(Source& source) {
  source.banned = source.left = false;
  source.error.reset();
  source.failures = 0;
  source.not_before = {};
  if (source.admission == Admission::refused) source.admission = Admission::unknown;
}

Error SourceBook::explain() const {
  for (auto const& source : sources_) {
    if (source.error && is_transient(source.error->code)) return *source.error;
  }
  for (auto const& source : sources_) {
    if (source.error) return *source.error;
  }
  return Error{Errc::no_source, {}, "no source is known"};
}

}  // namespace freshet
