#include "api/local/event_feeds.h"

#include <openssl/rand.h>

#include <array>

namespace freshet::local {

std::string random_name() {
  std::array<unsigned char, 16> random{};
  static_cast<void>(RAND_bytes(random.data(), static_cast<int>(random.size())));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  for (auto const byte : random) {
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

Result<std::shared_ptr<EventFeed>> EventFeeds::of(Caller caller) {
  std::lock_guard const lock(mutex_);
  auto const now = std::chrono::steady_clock::now();
  auto const key = std::pair(caller.uid, caller.administrator);
  if (auto const found = feeds_.find(key); found != feeds_.end()) {
    found->second.used = now;
    return found->second.feed;
  }
  forget_unused();
  if (feeds_.size() >= limits_.feeds_max) {
    return fail(Errc::limit_reached, "events", "too many users listen");
  }
  Kept kept;
  kept.feed = std::make_shared<EventFeed>(random_name(), limits_.feed_events_max);
  kept.watch =
      client_.as(caller).watch([feed = kept.feed](JobEvent const& event) { feed->put(event); });
  kept.used = now;
  return feeds_.emplace(key, std::move(kept)).first->second.feed;
}

void EventFeeds::forget_unused() {
  auto const now = std::chrono::steady_clock::now();
  for (auto at = feeds_.begin(); at != feeds_.end();) {
    auto& kept = at->second;
    if (kept.feed->listeners() > 0) kept.used = now;
    at = now - kept.used > limits_.feed_linger ? feeds_.erase(at) : std::next(at);
  }
}

void EventFeeds::close() {
  std::lock_guard const lock(mutex_);
  feeds_.clear();
}

}  // namespace freshet::local
