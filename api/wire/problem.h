// Errors as answers: application/problem+json (RFC 9457) with the stable code, the place and the
// reason as members of their own. Pure.
#pragma once

#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet::wire {

inline constexpr std::string_view kProblemType = "application/problem+json";

// The status of the answer. Programs go by the code.
[[nodiscard]] unsigned http_status(Errc code);

[[nodiscard]] std::string write_problem(Error const& error);
// protocol_error when it is none. A code of a newer daemon becomes `internal`, named in `why`.
[[nodiscard]] Error read_problem(std::string_view text);

}  // namespace freshet::wire
