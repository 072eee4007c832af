// Heads of requests and responses, as the parsers give them and the writers take them.
//
// Plain values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/node/http/fields.h"
#include "freshet/units.h"

namespace freshet::node {

// How the end of a message's body is known (RFC 9112 §6.3).
enum class Framing : std::uint8_t {
  none,         // There is no body.
  length,       // `body_bytes` of them.
  chunked,      // The chunks say it.
  until_close,  // The connection's end; of responses alone.
};

struct RequestHead {
  std::string method;
  std::string target;  // As it was sent.
  unsigned minor = 1;  // HTTP/1.0 or HTTP/1.1.
  Fields fields;
  Framing framing = Framing::none;
  Bytes body_bytes = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

struct ResponseHead {
  unsigned status = 0;
  std::string reason;
  unsigned minor = 1;
  Fields fields;
  Framing framing = Framing::none;
  Bytes body_bytes = 0;
  bool keep_alive = true;

  [[nodiscard]] bool interim() const { return status >= 100 && status < 200; }
};

// Why a message is refused, and the status to say so with.
struct Refusal {
  unsigned status = 0;
  std::string_view why;  // One clause; it lives as long as the program.
};

struct HeadLimits {
  std::size_t head_bytes_max = 32 << 10;
  std::size_t target_bytes_max = 8 << 10;
  std::size_t fields_max = 128;
};

// "GET /path HTTP/1.1" and the fields, up to the empty line. Framing is taken from the fields.
[[nodiscard]] std::string to_text(RequestHead const& head);
[[nodiscard]] std::string to_text(ResponseHead const& head);
// The phrase that goes with a status; empty for one that is not known.
[[nodiscard]] std::string_view reason_of(unsigned status);

}  // namespace freshet::node
