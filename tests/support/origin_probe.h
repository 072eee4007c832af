// A CurlOrigin with everything around it: a loop, a gate in memory, and the events of its fetches.
//
// The test's thread calls; waits have a deadline of ten seconds.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/thread_loop.h"
#include "engine/origin/curl_origin.h"
#include "tests/support/memory_gate.h"

namespace freshet::test {

class OriginProbe final : private OriginEvents, private Clock, private Log {
 public:
  explicit OriginProbe(OriginOptions options = {});
  ~OriginProbe() override;

  // An order for [begin, end) into spool 1, with an id of its own.
  [[nodiscard]] static FetchOrder order(std::string url, Bytes begin = 0,
                                        std::optional<Bytes> end = std::nullopt);
  // Starts it; sets the id when the order has none.
  FetchId start(FetchOrder order);
  // What was heard of a fetch, once it has ended; nothing when the deadline passed.
  struct Outcome {
    std::optional<OriginHead> head;
    FetchEnd end;
    std::vector<Bytes> progress;
    [[nodiscard]] std::optional<Errc> error() const {
      return end.error ? std::optional(end.error->code) : std::nullopt;
    }
    // For a test's output.
    [[nodiscard]] std::string text() const { return end.error ? describe(*end.error) : "right"; }
  };
  [[nodiscard]] std::optional<Outcome> wait(FetchId fetch);
  [[nodiscard]] std::optional<OriginHead> wait_for_head(FetchId fetch);
  [[nodiscard]] Outcome run(FetchOrder order);

  [[nodiscard]] Result<std::string> document(OriginSpec origin, Bytes size_max);
  void attach(FetchId fetch, SpoolId spool);
  void shorten(FetchId fetch, Bytes end);
  void cancel(FetchId fetch);
  void set_limit(BytesPerSecond limit);
  void set_fetch_limit(FetchId fetch, FetchLimit limit);

  // Until all that was ordered before is known to the origin thread.
  void wait_for_orders();

  // Every log line, for looking for what must not be there.
  [[nodiscard]] std::string logged() const;

  MemoryGate gate;

 private:
  void on_head(FetchId fetch, OriginHead head) override;
  void on_progress(FetchId fetch, Bytes next) override;
  void on_fetch_end(FetchId fetch, FetchEnd end) override;
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override;
  void on_loop(std::function<void()> task);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  struct Heard {
    Outcome outcome;
    bool ended = false;
  };
  std::map<FetchId, Heard> heard_;
  std::string log_;
  std::uint64_t last_ = 0;
  ThreadLoop loop_{"probe"};
  std::unique_ptr<CurlOrigin> origin_;
};

inline constexpr SpoolId kSpool{1};

// Bytes that differ from place to place.
[[nodiscard]] std::string patterned(std::size_t size, std::uint64_t seed = 1);

}  // namespace freshet::test
