// One file through the daemon: a job with the SHA-256 that apt knows, placed where apt wants it.
//
// One call, on a thread of its own; it waits for the daemon.
#pragma once

#include <atomic>

#include "api/apt/outbox.h"
#include "api/apt/route.h"
#include "freshet/client.h"

namespace freshet::apt {

struct FetchRules {
  Duration patience{};  // Without a byte, before it goes straight.
};

// Tells what apt is told in the end; an error means that the file has to go straight.
class Fetch {
 public:
  Fetch(Client& client, Wish const& wish, FetchRules rules, Outbox& outbox,
        std::atomic<bool> const& stopping)
      : client_(client), wish_(wish), rules_(rules), outbox_(outbox), stopping_(stopping) {}

  [[nodiscard]] Result<Message> run();

 private:
  // The job of an earlier run that was interrupted, or a new one.
  [[nodiscard]] Result<JobId> begin();
  [[nodiscard]] std::optional<JobId> left_behind();
  [[nodiscard]] Result<void> wait(JobId job);
  [[nodiscard]] Result<Message> place(JobId job);
  void tell(JobInfo const& info);

  Client& client_;
  Wish const& wish_;
  FetchRules const rules_;
  Outbox& outbox_;
  std::atomic<bool> const& stopping_;
};

}  // namespace freshet::apt
