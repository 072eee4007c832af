// What the origin is asked on behalf of a client. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "api/node/desk/request.h"
#include "engine/ports/upstream.h"

namespace freshet::node {

// The client's request as it is, but for what concerns its connection.
[[nodiscard]] UpstreamRequest passed_request(Request const& request, std::string const& node,
                                             Duration stall_timeout);
// For all, or for a range, of what the URL names: no conditions of the client's, and none of its
// ranges.
[[nodiscard]] UpstreamRequest content_request(Request const& request, std::string const& node,
                                              Duration stall_timeout);
// `if_range`: only of the content with this validator; empty: of whatever there is.
void ask_range(UpstreamRequest& request, ByteRange range, std::string const& if_range);

// What a fellow node says of itself in an answer, and not of the content.
void forget_fellow(ResponseHead& head);

// The part of the content to begin with, given what the client wants: from a multiple of 16 KiB on.
[[nodiscard]] ByteRange first_range(Fields const& request, Bytes size);

}  // namespace freshet::node
