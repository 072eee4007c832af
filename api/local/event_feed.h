// What happened to one caller's jobs lately, so that whoever comes back soon has missed nothing.
//
// Any thread; bounded. Of progress only the last event of each job is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "freshet/job.h"

namespace freshet::local {

class EventFeed {
 public:
  // `epoch` tells this feed from those of earlier runs.
  EventFeed(std::string epoch, std::size_t events_max)
      : epoch_(std::move(epoch)), events_max_(events_max) {}

  // On the engine's loop.
  void put(JobEvent const& event);

  struct Entry {
    std::uint64_t number = 0;
    std::shared_ptr<JobEvent const> event;  // Shared: nobody changes it.
  };
  [[nodiscard]] std::uint64_t last() const;
  [[nodiscard]] std::vector<Entry> after(std::uint64_t number, std::size_t count_max) const;
  // Whether nothing is lost after this one.
  [[nodiscard]] bool reaches_back_to(std::uint64_t number) const;
  // The job, as soon as it has settled after that event.
  [[nodiscard]] std::optional<JobInfo> settled_after(JobId job, std::uint64_t number) const;

  // "<epoch>-<number>"; nothing when it is not of this feed.
  [[nodiscard]] std::string id_of(std::uint64_t number) const;
  [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view id) const;

  // Called on the engine's loop for each event until the handle is destroyed: only to post
  // elsewhere.
  using Listener = std::function<void(JobEvent const&)>;
  [[nodiscard]] static std::shared_ptr<void> listen(std::shared_ptr<EventFeed> const& feed,
                                                    Listener listener);
  [[nodiscard]] std::size_t listeners() const;

 private:
  void drop_oldest();

  std::string const epoch_;
  std::size_t const events_max_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::shared_ptr<JobEvent const>> events_;
  std::map<JobId, std::uint64_t> progress_;  // Which event is the job's last one of progress.
  std::uint64_t last_ = 0;
  std::uint64_t lost_ = 0;  // The last that was dropped and nothing newer says the same.
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t last_listener_ = 0;
};

// Transferred, in error or gone.
[[nodiscard]] bool has_settled(JobEvent const& event);

}  // namespace freshet::local
