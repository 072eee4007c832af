// Events on their way from the origin thread to the loop: collected during one turn, posted
// together.
//
// `add…` and `flush` on the origin thread; `listen` and delivery on the loop. `close` ends
// delivery.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/origin.h"

namespace freshet {

class Outbox {
 public:
  explicit Outbox(Loop& loop) : loop_(loop), reader_(std::make_shared<Reader>()) {}

  void listen(OriginEvents* events) { reader_->events = events; }
  void close() { reader_->closed = true; }

  void add_answer(FetchId fetch, HttpAnswer answer);
  void add_head(FetchId fetch, OriginHead head);
  void add_progress(FetchId fetch, Bytes next);
  void add_end(FetchId fetch, FetchEnd end);
  void add_call(std::function<void()> call);
  void flush();

 private:
  struct Answer {
    FetchId fetch;
    HttpAnswer answer;
  };
  struct Head {
    FetchId fetch;
    OriginHead head;
  };
  struct Progress {
    FetchId fetch;
    Bytes next;
  };
  struct End {
    FetchId fetch;
    FetchEnd end;
  };
  using Event = std::variant<Answer, Head, Progress, End, std::function<void()>>;

  // Shared with posted batches, which may outlive the adapter; whichever is last ends it.
  struct Reader {
    std::atomic<bool> closed = false;
    OriginEvents* events = nullptr;
    void deliver(std::vector<Event>& batch) const;
  };

  Loop& loop_;
  std::shared_ptr<Reader> reader_;
  std::vector<Event> batch_;
};

}  // namespace freshet
