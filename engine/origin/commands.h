// What the loop tells the origin thread, and what wakes that thread up.
//
// `push` on any thread; `take` on the origin thread. Shared with closures that the store keeps for
// the time when it has room: whoever is last ends it.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "engine/ports/origin.h"

namespace freshet {

struct FetchCommand {
  FetchOrder order;
};
struct DocumentCommand {
  OriginSpec origin;
  Bytes size_max = 0;
  std::function<void(Result<Document>)> done;
};
struct AttachCommand {
  FetchId fetch;
  SpoolId spool;
};
struct ShortenCommand {
  FetchId fetch;
  Bytes end = 0;
};
struct CancelCommand {
  FetchId fetch;
};
struct RoomCommand {
  FetchId fetch;
};
struct LimitCommand {
  BytesPerSecond limit;
};
struct FetchLimitCommand {
  FetchId fetch;
  FetchLimit limit;
};
struct StopCommand {};

using Command =
    std::variant<FetchCommand, DocumentCommand, AttachCommand, ShortenCommand, CancelCommand,
                 RoomCommand, LimitCommand, FetchLimitCommand, StopCommand>;

class Commands {
 public:
  // `wake` runs under the lock, whenever the first command of a batch comes in.
  explicit Commands(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Dropped after `close`.
  void push(Command command) {
    std::lock_guard const lock(mutex_);
    if (!wake_) return;
    queue_.push_back(std::move(command));
    if (queue_.size() == 1) wake_();
  }
  [[nodiscard]] std::vector<Command> take() {
    std::lock_guard const lock(mutex_);
    return std::exchange(queue_, {});
  }
  void close() {
    std::lock_guard const lock(mutex_);
    wake_ = nullptr;
    queue_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Command> queue_;
  std::function<void()> wake_;
};

}  // namespace freshet
