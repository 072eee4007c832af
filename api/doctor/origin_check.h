// The check of an origin: does it answer, does it send parts, what does it say of the content.
//
// `judge_origin` is pure. `look_at_origin` makes two requests through the adapter that downloads
// use; any thread, waits.
#pragma once

#include <optional>
#include <string>

#include "api/doctor/finding.h"
#include "engine/ports/origin.h"

namespace freshet::doctor {

struct OriginFacts {
  std::string url;  // Without query and credentials.
  std::optional<OriginHead> head;
  std::optional<Error> error;       // Of the first request.
  bool part_tried = false;          // A part from the middle was asked for,
  std::optional<Error> part_error;  // and this came of it.
};
[[nodiscard]] OriginFacts look_at_origin(OriginSpec const& origin);
[[nodiscard]] Findings judge_origin(OriginFacts const& facts);

}  // namespace freshet::doctor
