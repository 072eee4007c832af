// Answers of usual forms. Pure; any thread.
#pragma once

#include <string>

#include "api/local/call.h"
#include "freshet/error.h"

namespace freshet::local {

[[nodiscard]] Answer json_answer(std::string body, unsigned status = 200);
[[nodiscard]] Answer no_content();
// With the status that belongs to its code, or with another.
[[nodiscard]] Answer problem(Error const& error);
[[nodiscard]] Answer problem(unsigned status, Error const& error);
// 503: too much is under way.
[[nodiscard]] Answer too_much(std::string what);

// The head of an answer of HTTP/1.1. A stream ends with the connection.
[[nodiscard]] std::string head_of(Answer const& answer, bool keep_alive);

}  // namespace freshet::local
