// Where the answer of one exchange goes: a fetch to the gate, a document to memory.
//
// Thread: origin. Owned by its exchange.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/origin/answer_head.h"
#include "engine/ports/origin.h"

namespace freshet {

// What the connection knows about an answer.
struct Arrival {
  std::string url;      // After redirects, without credentials.
  std::string where;    // The same for logs and errors: without query.
  std::string address;  // Of whoever answered.
  Reach reach = Reach::internet;
  bool tls_verified = false;  // On every hop.
  Duration latency{};
  WallTime now{};
};

struct Ending {
  std::optional<Error> error;
  Bytes received = 0;
  std::optional<Duration> retry_after;
};

class Receiver {
 public:
  virtual ~Receiver() = default;

  enum class Took {
    all,
    wait,    // Nothing was taken: offer the same bytes again later.
    enough,  // Taken, and nothing more is wanted.
  };

  // Fields to send with the request that is about to start.
  [[nodiscard]] virtual std::vector<HttpHeader> request_headers(WallTime now) = 0;
  // How much the request asks for, when known: sizes the receive buffer.
  [[nodiscard]] virtual std::optional<Bytes> size_hint() const = 0;

  // A final answer, not a redirect. An error refuses it.
  [[nodiscard]] virtual Result<void> head(AnswerHead const& answer, Arrival const& arrival) = 0;
  [[nodiscard]] virtual Result<Took> body(std::span<std::byte const> bytes) = 0;
  // How many body bytes are still to come, when known.
  [[nodiscard]] virtual std::optional<Bytes> rest() const = 0;
  // The network has delivered the whole body: is it what the head promised?
  [[nodiscard]] virtual Result<void> complete() = 0;
  // After `complete`: passes on what is held. `wait` until room or a place to go.
  [[nodiscard]] virtual Result<Took> settle() = 0;
  virtual void end(Ending ending) = 0;

  // At most ten times a second; when to come back, if there is something to tell by then.
  [[nodiscard]] virtual std::optional<TimePoint> report_progress(TimePoint now) = 0;
};

}  // namespace freshet
