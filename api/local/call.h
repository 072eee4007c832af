// A request that was let in, and what becomes of it. Plain values, and who answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/descriptor.h"
#include "api/local/routes.h"
#include "freshet/job.h"

namespace freshet::local {

struct Call {
  Route const* route = nullptr;
  Caller caller;
  std::vector<std::string> values;  // Of the parts of the path in braces.
  Query query;
  std::string body;
  std::optional<std::string> last_event_id;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> range;
  std::optional<std::string> traceparent;
  std::optional<std::string> accept;
  std::vector<Descriptor> descriptors;
};

// An answer without end. Reactor only; owned by its connection.
class Stream {
 public:
  virtual ~Stream() = default;
  // Once, first. `wake` is to be called on the reactor when there is more; not after the end of
  // the stream.
  virtual void start(std::function<void()> wake) = 0;
  // About this many bytes at most; empty: nothing now.
  [[nodiscard]] virtual std::string next(std::size_t bytes_max) = 0;
  [[nodiscard]] virtual bool ended() const = 0;
};

struct Answer {
  using Reply = std::function<void(Answer)>;

  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::string cache = "no-store";  // Cache-Control.
  std::vector<Header> headers;
  std::shared_ptr<Stream> stream;  // Instead of the body. Shared only on its way to the connection.
  // Or instead of all: called on the reactor; it replies there, once, whenever it can. What it
  // returns is destroyed when that is done or nobody waits for it any more.
  std::function<std::shared_ptr<void>(Reply)> later;
};

class Service {
 public:
  virtual ~Service() = default;
  // On a thread of the pool; may wait.
  [[nodiscard]] virtual Answer answer(Call& call) = 0;
};

}  // namespace freshet::local
