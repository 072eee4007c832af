// The feed of each caller who listens, or did so a while ago.
//
// Threads of the pool, which may wait; `close` on the owner's. The client outlives it.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "api/local/event_feed.h"
#include "api/local/server_limits.h"
#include "freshet/client.h"

namespace freshet::local {

class EventFeeds {
 public:
  EventFeeds(Client const& client, ServerLimits const& limits) : client_(client), limits_(limits) {}

  // limit_reached when too many others listen.
  [[nodiscard]] Result<std::shared_ptr<EventFeed>> of(Caller caller);
  void close();

 private:
  struct Kept {
    std::shared_ptr<EventFeed> feed;
    std::shared_ptr<void> watch;  // Ends before the feed.
    TimePoint used{};
  };
  void forget_unused();

  Client const& client_;
  ServerLimits const limits_;
  std::mutex mutex_;
  std::map<std::pair<std::uint32_t, bool>, Kept> feeds_;
};

// 128 random bits, as text.
[[nodiscard]] std::string random_name();

}  // namespace freshet::local
