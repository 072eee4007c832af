// The origin thread: takes commands, keeps exchanges moving on libcurl's multi interface, sends
// events.
//
// `run` is the thread's body and returns after a StopCommand; everything else is called by it.
// Owned by CurlOrigin, which starts the thread after construction and joins it before destruction.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/origin/commands.h"
#include "engine/origin/curl_origin.h"
#include "engine/origin/easy.h"
#include "engine/origin/exchange.h"
#include "engine/origin/outbox.h"
#include "engine/origin/shared_limits.h"
#include "engine/origin/throttle.h"

namespace freshet {

class FetchReceiver;

class Carrier {
 public:
  struct Parts {
    Loop& loop;
    Gate& gate;
    Clock& clock;
    Log& log;
    OriginOptions options;
  };

  explicit Carrier(Parts parts);
  ~Carrier();

  void run();

  [[nodiscard]] Commands& commands() { return *commands_; }
  [[nodiscard]] Outbox& outbox() { return outbox_; }

 private:
  enum class Kind : std::uint8_t { fetch, document, awaited };
  struct Flight {
    Kind kind;
    FetchId fetch = FetchId::none;
    FetchReceiver* receiver = nullptr;  // Of a fetch; owned by `exchange`.
    std::unique_ptr<Exchange> exchange;
    Easy easy;           // While the network works for it.
    bool added = false;  // To libcurl's multi handle.
  };

  void obey(FetchCommand& command);
  void obey(DocumentCommand& command);
  void obey(AttachCommand& command);
  void obey(ShortenCommand& command);
  void obey(CancelCommand& command);
  void obey(RoomCommand& command);
  void obey(LimitCommand& command);
  void obey(FetchLimitCommand& command);
  void obey(StopCommand& command);

  void enqueue(std::unique_ptr<Flight> flight);
  void start_waiting(Kind kind);
  [[nodiscard]] bool can_start(Kind kind) const;
  void start(Flight& flight);
  void act(Flight& flight, Exchange::Step step);
  void remove_handle(Flight& flight);
  void take_off_network(Flight& flight);
  void forget(Flight const& flight);
  void read_messages();
  void tick_all();
  void apply_throttle();
  void remove_ended();
  [[nodiscard]] int poll_timeout_ms() const;
  [[nodiscard]] Flight* find(FetchId fetch);

  Parts parts_;
  Multi multi_;
  std::shared_ptr<Commands> commands_;  // Shared with the gate's `room` closures.
  Outbox outbox_;
  Throttle throttle_;  // Of all.
  SharedLimits limits_;
  std::array<std::deque<std::unique_ptr<Flight>>, 3> waiting_;  // By kind.
  std::array<std::size_t, 3> on_network_{};                     // Those with a handle.
  std::vector<std::unique_ptr<Flight>> flights_;
  std::unordered_map<std::uint64_t, Flight*> by_fetch_;
  std::vector<Easy> spare_;
  std::size_t next_released_ = 0;  // Whose turn it is when the throttle opens.
  TimePoint next_tick_{};
  bool some_ended_ = false;
  bool stopping_ = false;
};

}  // namespace freshet
