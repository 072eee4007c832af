// Messages of fetches on their way to the one thread that talks to apt. Any thread.
#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "api/apt/message.h"
#include "api/descriptor.h"

namespace freshet::apt {

// What a fetch has to say: a message for apt, or that the acquire goes straight after all.
struct Outcome {
  Message message;
  bool straight = false;  // `message` is the acquire as it came.
};

class Outbox {
 public:
  Outbox();

  void put(Outcome outcome);
  [[nodiscard]] std::optional<Outcome> take();
  // Readable when there is something.
  [[nodiscard]] int descriptor() const { return bell_.get(); }

 private:
  std::mutex mutex_;
  std::deque<Outcome> waiting_;
  local::Descriptor bell_;
};

}  // namespace freshet::apt
