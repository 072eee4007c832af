// A small document on its way to whoever asked for it.
//
// Thread: origin; `done` runs on the loop. Owned by its exchange.
#pragma once

#include <functional>
#include <string>

#include "engine/origin/outbox.h"
#include "engine/origin/receiver.h"

namespace freshet {

class DocumentReceiver final : public Receiver {
 public:
  using Done = std::function<void(Result<Document>)>;

  DocumentReceiver(Bytes size_max, Done done, Outbox& outbox)
      : size_max_(size_max), done_(std::move(done)), outbox_(outbox) {}

  [[nodiscard]] std::vector<HttpHeader> request_headers(WallTime) override { return {}; }
  [[nodiscard]] std::optional<Bytes> size_hint() const override { return size_max_; }
  [[nodiscard]] Result<void> head(AnswerHead const& answer, Arrival const& arrival) override;
  [[nodiscard]] Result<Took> body(std::span<std::byte const> bytes) override;
  [[nodiscard]] std::optional<Bytes> rest() const override { return std::nullopt; }
  [[nodiscard]] Result<void> complete() override { return {}; }
  [[nodiscard]] Result<Took> settle() override { return Took::all; }
  void end(Ending ending) override;
  [[nodiscard]] std::optional<TimePoint> report_progress(TimePoint) override {
    return std::nullopt;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> too_large() const;

  Bytes size_max_;
  Done done_;
  Outbox& outbox_;
  std::string where_;
  Reach from_ = Reach::internet;
  std::string text_;
};

}  // namespace freshet
