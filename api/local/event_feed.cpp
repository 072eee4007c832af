#include "api/local/event_feed.h"

#include <charconv>

namespace freshet::local {

bool has_settled(JobEvent const& event) {
  if (event.kind == JobEvent::Kind::removed) return true;
  auto const state = event.job.state;
  return event.kind == JobEvent::Kind::state &&
         (state == JobState::transferred || state == JobState::error || is_final(state));
}

void EventFeed::put(JobEvent const& event) {
  auto shared = std::make_shared<JobEvent const>(event);
  std::lock_guard const lock(mutex_);
  auto const number = ++last_;
  if (event.kind == JobEvent::Kind::progress) {
    auto const [known, fresh] = progress_.try_emplace(event.job.id, number);
    if (!fresh) events_.erase(std::exchange(known->second, number));
  }
  events_.emplace(number, std::move(shared));
  if (events_.size() > events_max_) drop_oldest();
  for (auto const& [id, listener] : listeners_) listener(event);
}

void EventFeed::drop_oldest() {
  auto const oldest = events_.begin();
  auto const progress = progress_.find(oldest->second->job.id);
  if (progress != progress_.end() && progress->second == oldest->first) progress_.erase(progress);
  lost_ = oldest->first;
  events_.erase(oldest);
}

std::uint64_t EventFeed::last() const {
  std::lock_guard const lock(mutex_);
  return last_;
}

std::vector<EventFeed::Entry> EventFeed::after(std::uint64_t number, std::size_t count_max) const {
  std::lock_guard const lock(mutex_);
  std::vector<Entry> entries;
  for (auto at = events_.upper_bound(number); at != events_.end(); ++at) {
    if (entries.size() == count_max) break;
    entries.push_back({at->first, at->second});
  }
  return entries;
}

bool EventFeed::reaches_back_to(std::uint64_t number) const {
  std::lock_guard const lock(mutex_);
  return number >= lost_ && number <= last_;
}

std::optional<JobInfo> EventFeed::settled_after(JobId job, std::uint64_t number) const {
  std::lock_guard const lock(mutex_);
  for (auto at = events_.upper_bound(number); at != events_.end(); ++at) {
    if (at->second->job.id == job && has_settled(*at->second)) return at->second->job;
  }
  return std::nullopt;
}

std::string EventFeed::id_of(std::uint64_t number) const {
  return epoch_ + "-" + std::to_string(number);
}

std::optional<std::uint64_t> EventFeed::number_of(std::string_view id) const {
  if (!id.starts_with(epoch_ + "-")) return std::nullopt;
  auto const digits = id.substr(epoch_.size() + 1);
  std::uint64_t number = 0;
  auto const end = digits.data() + digits.size();
  auto const parsed = std::from_chars(digits.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::shared_ptr<void> EventFeed::listen(std::shared_ptr<EventFeed> const& feed, Listener listener) {
  std::lock_guard const lock(feed->mutex_);
  auto const id = ++feed->last_listener_;
  feed->listeners_.emplace(id, std::move(listener));
  return {feed.get(), [feed, id](void*) {
            std::lock_guard const inner(feed->mutex_);
            feed->listeners_.erase(id);
          }};
}

std::size_t EventFeed::listeners() const {
  std::lock_guard const lock(mutex_);
  return listeners_.size();
}

}  // namespace freshet::local
