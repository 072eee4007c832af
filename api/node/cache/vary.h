// Which requests a stored response is for (RFC 9111 §4.1). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/node/http/fields.h"

namespace freshet::node {

inline constexpr std::size_t kVaryNamesMax = 32;

// The fields that Vary names, in lower case, sorted. Nothing for "*", what is malformed, and more
// than `kVaryNamesMax`: no request is known to match then.
[[nodiscard]] std::optional<std::vector<std::string>> vary_names(Fields const& response);

// What these fields say in a request, so that requests which mean the same have the same key. It is
// printable, and as long as the fields at most.
[[nodiscard]] std::string vary_key(std::vector<std::string> const& names, Fields const& request);

// Whether a stored response with these fields and this key is for the request.
[[nodiscard]] bool selects(Fields const& stored, std::string const& key, Fields const& request);

}  // namespace freshet::node
