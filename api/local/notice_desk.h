// Streams of notices: handlers of jobs that are elsewhere.
//
// Threads of the pool, which may wait. Streams are the reactor's once they are made.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/local/call.h"
#include "api/local/reactor.h"
#include "api/local/server_limits.h"
#include "freshet/client.h"

namespace freshet::local {

class NoticeBox;

class NoticeDesk {
 public:
  NoticeDesk(Client const& client, Reactor& reactor, ServerLimits const& limits)
      : client_(client), reactor_(reactor), limits_(limits) {}

  [[nodiscard]] std::shared_ptr<Stream> open(Caller const& caller);

  // not_found for a stream that is not there, or not the caller's.
  [[nodiscard]] Result<void> attach(Caller const& caller, std::string const& stream, JobId job);
  [[nodiscard]] Result<void> detach(Caller const& caller, std::string const& stream, JobId job);
  // not_found for a notice that waits for no answer.
  [[nodiscard]] Result<void> answer(Caller const& caller, std::string const& stream,
                                    std::uint64_t notice, bool accepted);

  void forget(std::string const& stream);  // Any thread.

 private:
  [[nodiscard]] Result<std::shared_ptr<NoticeBox>> find(Caller const& caller,
                                                        std::string const& stream);

  Client const& client_;
  Reactor& reactor_;
  ServerLimits const limits_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<NoticeBox>> boxes_;
};

}  // namespace freshet::local
