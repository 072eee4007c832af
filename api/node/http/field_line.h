// One line of a head or of trailers, judged and taken into its fields. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "api/node/http/message.h"

namespace freshet::node {

// Nothing when it is right (RFC 9112 §5). Blanks before the colon, folded lines and control
// characters are refused, as others understand them differently.
[[nodiscard]] std::optional<Refusal> take_field_line(std::string_view line, Fields& to);

// What Transfer-Encoding and Content-Length say (RFC 9112 §6). Refused is whatever two
// implementations could read differently: both fields, repeated or listed lengths, codings other
// than `chunked` alone, codings in HTTP/1.0.
struct BodyFields {
  bool chunked = false;
  std::optional<Bytes> length;
  std::optional<Refusal> refusal;
};
[[nodiscard]] BodyFields read_body_fields(Fields const& fields, unsigned minor);

// Whether the connection may carry another message after this one.
[[nodiscard]] bool persists(Fields const& fields, unsigned minor);

}  // namespace freshet::node
