// The events of a feed as a stream of server-sent events. Reactor only, after it was made.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/local/call.h"
#include "api/local/event_feed.h"
#include "api/local/reactor.h"

namespace freshet::local {

class EventStream final : public Stream {
 public:
  struct Begin {
    std::uint64_t after = 0;  // The last event that its reader knows.
    bool resumed = false;
    bool snapshot = false;  // First all `jobs`.
    std::deque<JobInfo> jobs;
  };
  EventStream(Reactor& reactor, std::shared_ptr<EventFeed> feed, Begin begin);

  void start(std::function<void()> wake) override;
  [[nodiscard]] std::string next(std::size_t bytes_max) override;
  // Its reader is so slow that events were lost; he comes back and gets a snapshot.
  [[nodiscard]] bool ended() const override { return lost_; }

 private:
  struct Shared;
  void add_snapshot(std::string& text, std::size_t bytes_max);
  void add_events(std::string& text, std::size_t bytes_max);

  Reactor& reactor_;
  std::shared_ptr<EventFeed> const feed_;  // Kept as long as anybody reads it.
  Begin begin_;
  bool started_ = false;
  bool lost_ = false;
  std::shared_ptr<Shared> shared_;  // With wake-ups on their way from the loop.
  std::shared_ptr<void> listening_;
};

// "id: ...\nevent: ...\ndata: ...\n\n"; an empty id is left out.
[[nodiscard]] std::string server_sent(std::string_view id, std::string_view event,
                                      std::string_view data);
[[nodiscard]] Answer stream_answer(std::shared_ptr<Stream> stream);

}  // namespace freshet::local
