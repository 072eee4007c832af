// What an answer's head means for the request that was sent: which bytes its body carries, or why
// it is refused. docs/origin.md has the table.
//
// Pure; hostile input.
#pragma once

#include <optional>
#include <string>

#include "engine/origin/answer_head.h"
#include "engine/ports/origin.h"

namespace freshet {

// The request, as it was sent.
struct Asked {
  Bytes begin = 0;
  std::optional<Bytes> end;
  std::optional<Validator> validator;
  std::optional<Bytes> length;
  std::string where;   // For errors: the URL without query and credentials.
  Bytes skip_max = 0;  // Of a body from 0, before `begin`.
};

// A body that can be used.
struct Accepted {
  OriginHead head;             // Without what the connection knows: final_url, tls, latency.
  Bytes begin = 0;             // Position of the body's first byte.
  std::optional<Bytes> end;    // Where it ends, when that is known.
  bool ends_at_close = false;  // Nothing frames the body: a cut cannot be told from the end.
};

[[nodiscard]] bool is_redirect(AnswerHead const& answer);

// The error that a refused status stands for.
[[nodiscard]] Errc status_error(int status);

[[nodiscard]] Result<Accepted> judge(Asked const& asked, AnswerHead const& answer);

// How long the server asks to wait, for 429 and 503.
[[nodiscard]] std::optional<Duration> retry_after(AnswerHead const& answer, WallTime now);

}  // namespace freshet
