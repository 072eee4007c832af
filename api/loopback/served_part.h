// What of a file is served for a request, and the head of the answer (RFC 9110 §14).
//
// Pure; any thread. One range is answered; several are, as if none had been asked for.
#pragma once

#include <string>
#include <string_view>

#include "freshet/units.h"

namespace freshet::loopback {

struct FileRequest {
  std::string_view range;  // The fields' values; empty: absent.
  std::string_view if_range;
};

struct ServedPart {
  unsigned status = 200;  // Or 206, or 416, which has no body.
  ByteRange range;
  std::string fields;  // "Name: value\r\n" each.
};

// `tag` is an entity tag with its quotes.
[[nodiscard]] ServedPart served_part(FileRequest const& request, Bytes length,
                                     std::string_view tag);

}  // namespace freshet::loopback
