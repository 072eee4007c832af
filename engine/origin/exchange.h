// One order on the network: its requests along redirects, its deadlines and pauses, until the
// answer is with its receiver.
//
// Thread: origin. Owned by the carrier, which gives it an easy handle while it has work for one.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "engine/origin/curl_error.h"
#include "engine/origin/easy.h"
#include "engine/origin/receiver.h"
#include "engine/origin/target.h"
#include "engine/origin/throttle.h"
#include "engine/ports/clock.h"
#include "engine/ports/log.h"

namespace freshet {

struct OriginOptions;

struct ExchangeSpec {
  OriginSpec origin;
  Duration head_timeout{};
  Duration stall_timeout{};
};

class Exchange final : private DialGuard {
 public:
  struct Surroundings {
    OriginOptions const& options;
    Clock& clock;
    Throttle& throttle;
    Log& log;
  };

  enum class Step {
    running,   // The network goes on.
    again,     // Start another request (a redirect).
    settling,  // The network is done; what is held waits for its place or for room.
    ended,
  };

  Exchange(Surroundings around, ExchangeSpec spec, std::unique_ptr<Receiver> receiver);

  // Sets the handle up for the next request. An error has ended the exchange.
  [[nodiscard]] Step prepare(EasyHandle* easy);
  // libcurl is done with the request.
  [[nodiscard]] Step finished(int curl_code);
  // Deadlines and progress.
  [[nodiscard]] Step tick(TimePoint now);
  // When `tick` is wanted next, as the last one saw it.
  [[nodiscard]] TimePoint next_tick() const { return next_tick_; }

  // There is room, or a place to go: goes on where it paused.
  [[nodiscard]] Step resume();
  // The throttle lets it read again.
  [[nodiscard]] Step release();
  // Stops reading until `release`.
  void hold();
  // All that is wanted was taken: ends rightly.
  [[nodiscard]] Step end_early();
  // A limit of its own, shared with others, besides that of all; null: none.
  void limit_by(std::shared_ptr<Throttle> own) { own_throttle_ = std::move(own); }
  [[nodiscard]] bool may_read(TimePoint now);
  // How long until then.
  [[nodiscard]] Duration held_for(TimePoint now);
  // Ends with this error, unless it has ended.
  void fail_with(Error error) { end(std::move(error)); }

  [[nodiscard]] bool held() const { return held_; }
  [[nodiscard]] bool reading() const { return phase_ == Phase::body && !held_ && !waiting_; }
  // The end was reported; what the network still does only keeps the connection.
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] EasyHandle* easy() const { return easy_; }
  void detach_easy() { easy_ = nullptr; }

 private:
  enum class Phase { idle, head, body, draining, settling };

  static std::size_t on_head(char* text, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* text, std::size_t, std::size_t size, void* self);

  [[nodiscard]] bool may_dial(Dialled const& to) override;
  [[nodiscard]] Reach reach_by(Dialled const& to) const;
  [[nodiscard]] Dialled connected_to() const;
  [[nodiscard]] bool head_line(std::string_view text);
  [[nodiscard]] bool head_complete();
  [[nodiscard]] std::size_t body(std::span<std::byte const> bytes);
  [[nodiscard]] std::size_t discard(std::size_t size);
  [[nodiscard]] Arrival arrival() const;
  [[nodiscard]] bool start_draining();
  [[nodiscard]] Duration info_time(int which) const;

  [[nodiscard]] Step follow_redirect();
  [[nodiscard]] bool asks_for_auth() const;
  [[nodiscard]] bool uses_digest() const;
  [[nodiscard]] Step authenticate();
  [[nodiscard]] bool offers_http2() const;
  [[nodiscard]] bool changes_manners(int curl_code, Error const& error);
  [[nodiscard]] Step settle();
  [[nodiscard]] Step end_with(Error error);
  [[nodiscard]] CurlFailure failure(int curl_code) const;
  [[nodiscard]] Step unpause();
  void end(std::optional<Error> error, Bytes more = 0);
  [[nodiscard]] Bytes receive_buffer() const;
  [[nodiscard]] bool tolerates(TimePoint now);
  void go_to(Url target);

  Surroundings around_;
  ExchangeSpec spec_;
  std::unique_ptr<Receiver> receiver_;
  std::shared_ptr<Throttle> own_throttle_;  // The last fetch that has it ends it.
  EasyHandle* easy_ = nullptr;
  Phase phase_ = Phase::idle;
  std::optional<Url> target_;
  std::string shown_;  // Its URL for logs and errors.
  HeaderList headers_;
  HeadReader reader_;
  std::array<char, 256> error_text_{};  // CURL_ERROR_SIZE
  bool all_secure_ = true;
  bool same_party_ = true;  // Still where credentials and headers were meant for.
  std::uint32_t redirects_ = 0;
  std::optional<Reach> reach_max_;   // Absent: the job named where it goes.
  std::optional<Error> too_inside_;  // An address that was not dialled; others of the name may do.
  std::optional<Error> failed_;      // Why our callback stopped the transfer.
  bool any_http_ = false;            // HTTP/1.1 alone was refused.
  bool any_auth_ = false;            // Basic was refused: libcurl negotiates.
  bool waiting_ = false;             // For room or a place to go.
  bool held_ = false;                // By the throttle.
  bool enough_ = false;              // All that is wanted was taken.
  bool over_ = false;                // Its end was reported.
  Bytes received_ = 0;
  Bytes discarded_ = 0;
  Bytes discarded_max_ = 0;
  std::optional<Duration> retry_after_;
  TimePoint started_{};
  TimePoint head_at_{};
  TimePoint active_at_{};
  TimePoint drain_until_{};
  TimePoint next_tick_{};
};

}  // namespace freshet
