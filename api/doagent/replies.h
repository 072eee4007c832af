// Replies of the agent protocol. Microsoft's client ends its process over one that it cannot read,
// so their form is exact (docs/agent.md, "Replies").
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/doagent/codes.h"

namespace freshet::doagent {

// Of head and body together: what the client can take.
inline constexpr std::size_t kReplyBytesMax = 2048;

// 200, with a JSON object. One that would be too long becomes the refusal `kDoesNotFit`.
[[nodiscard]] std::string success(std::string_view json);
[[nodiscard]] std::string failure(Code code);

[[nodiscard]] std::string created_json(std::string_view id);
// The key as the caller spelled it.
[[nodiscard]] std::string property_json(std::string_view key, std::string_view value);

struct StatusView {
  std::string_view state;
  std::uint64_t total = 0;
  std::uint64_t transferred = 0;
  Code error = 0;
  Code extended = 0;
};
[[nodiscard]] std::string status_json(StatusView const& status);

}  // namespace freshet::doagent
