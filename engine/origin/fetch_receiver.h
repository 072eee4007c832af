// The bytes of one fetch on their way to the gate: checked, clipped to what was ordered, held back
// until there is a place for them.
//
// Thread: origin. Owned by its exchange; knows nothing of the network.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/origin/judge.h"
#include "engine/origin/outbox.h"
#include "engine/origin/receiver.h"
#include "engine/ports/gate.h"

namespace freshet {

class FetchReceiver final : public Receiver {
 public:
  static constexpr std::size_t kHeldBytesMax = 64 * 1024;

  struct Ways {
    Gate& gate;
    Outbox& outbox;
    std::function<void()> room;  // Any thread.
    Bytes skip_max = 0;
  };

  FetchReceiver(FetchOrder order, Ways ways);

  void attach(SpoolId spool);
  void shorten(Bytes end);
  // All that is wanted has been taken.
  [[nodiscard]] bool satisfied() const { return stop_ && position_ >= *stop_; }

  [[nodiscard]] std::vector<HttpHeader> request_headers(WallTime now) override;
  [[nodiscard]] std::optional<Bytes> size_hint() const override;
  [[nodiscard]] Result<void> head(AnswerHead const& answer, Arrival const& arrival) override;
  [[nodiscard]] Result<Took> body(std::span<std::byte const> bytes) override;
  [[nodiscard]] std::optional<Bytes> rest() const override;
  [[nodiscard]] Result<void> complete() override;
  [[nodiscard]] Result<Took> settle() override;
  void end(Ending ending) override;
  [[nodiscard]] std::optional<TimePoint> report_progress(TimePoint now) override;

 private:
  void open_stream();
  [[nodiscard]] Result<Took> pass(std::span<std::byte const> bytes);
  [[nodiscard]] Result<Took> verdict(bool clipped) const;
  [[nodiscard]] Error at(Errc code, std::string why) const;

  FetchOrder order_;
  Ways ways_;
  std::optional<Bytes> stop_;  // Where the fetch ends; moves down by `shorten`.
  bool shortened_ = false;
  Asked asked_;  // As the last request said.
  std::optional<Accepted> accepted_;
  Bytes position_;               // Of the next byte from the network.
  Bytes passed_;                 // All before it went to the gate.
  std::vector<std::byte> held_;  // From `passed_` on.
  std::unique_ptr<GateStream> stream_;
  Bytes reported_;
  TimePoint reported_at_{};
};

}  // namespace freshet
