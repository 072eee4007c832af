// What concerns one connection alone and is not passed on, and the trace of those that a message
// passed through (RFC 9110 §7.6).
//
// Pure; any thread.
#pragma once

#include <string_view>

#include "api/node/http/message.h"

namespace freshet::node {

// Connection and all it names, and what is of a hop by definition.
void remove_hop_fields(Fields& fields);

// Adds this node to Via: `minor` is of the message as it was received.
void add_via(Fields& fields, std::string_view name, unsigned minor);
// Whether the message has been here before: the request goes in circles (508).
[[nodiscard]] bool came_by(Fields const& fields, std::string_view name);

// For OPTIONS: whether the node is to answer itself, as Max-Forwards is 0; otherwise it is made one
// less.
[[nodiscard]] bool is_last_hop(Fields& request);

}  // namespace freshet::node
