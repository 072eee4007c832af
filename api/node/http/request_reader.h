// Reads the heads of requests from bytes that come in pieces, strictly: what two programs could
// read differently is refused with its status (RFC 9112).
//
// Pure; one thread. It holds at most `head_bytes_max` for a head under way, nothing between heads.
#pragma once

#include <optional>

#include "api/node/http/line_reader.h"
#include "api/node/http/message.h"

namespace freshet::node {

class RequestReader {
 public:
  explicit RequestReader(HeadLimits limits = {});

  // Takes from the front of `bytes`, up to the end of a head; what is left is the body, or the next
  // request. Nothing is taken once a head is done or refused.
  void feed(std::string_view& bytes);

  [[nodiscard]] bool began() const { return lines_.began(); }
  [[nodiscard]] bool done() const { return state_ == State::done; }
  // The connection ends after the answer: where the next request begins is not known.
  [[nodiscard]] std::optional<Refusal> const& refusal() const { return refusal_; }
  // The head that is done; the next may begin. Or what came of one that is refused.
  [[nodiscard]] RequestHead take();

 private:
  enum class State { start, fields, done, refused };

  void take_line(std::string_view line);
  [[nodiscard]] std::optional<Refusal> request_line(std::string_view line);
  [[nodiscard]] std::optional<Refusal> finish();
  void refuse(Refusal refusal);

  HeadLimits const limits_;
  LineReader lines_;
  State state_ = State::start;
  RequestHead head_;
  std::optional<Refusal> refusal_;
};

}  // namespace freshet::node
