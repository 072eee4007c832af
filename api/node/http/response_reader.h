// Reads the heads of responses from bytes that come in pieces, as strictly as those of requests.
// What is refused here is a fault of the server that sent it.
//
// Pure; one thread. It holds at most `head_bytes_max`.
#pragma once

#include <optional>

#include "api/node/http/line_reader.h"
#include "api/node/http/message.h"

namespace freshet::node {

class ResponseReader {
 public:
  // `method` of the request it answers: an answer to HEAD has no body.
  explicit ResponseReader(std::string method, HeadLimits limits = {});

  // Takes from the front of `bytes`, up to the end of a head, an interim one too.
  void feed(std::string_view& bytes);

  [[nodiscard]] bool began() const { return lines_.began(); }
  [[nodiscard]] bool done() const { return state_ == State::done; }
  [[nodiscard]] std::optional<Refusal> const& refusal() const { return refusal_; }
  // The head that is done. After an interim one (1xx) the next begins.
  [[nodiscard]] ResponseHead take();

 private:
  enum class State { start, fields, done, refused };

  void take_line(std::string_view line);
  [[nodiscard]] std::optional<Refusal> status_line(std::string_view line);
  [[nodiscard]] std::optional<Refusal> finish();
  void refuse(std::string_view why);

  std::string const method_;
  HeadLimits const limits_;
  LineReader lines_;
  State state_ = State::start;
  ResponseHead head_;
  std::optional<Refusal> refusal_;
};

}  // namespace freshet::node
