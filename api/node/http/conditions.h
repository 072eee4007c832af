// Entity tags, and what a request's conditions mean for the representation that would be sent (RFC
// 9110 §8.8, §13).
//
// Pure; any thread. Hostile input.
#pragma once

#include <optional>
#include <string_view>

#include "api/node/http/message.h"
#include "freshet/units.h"

namespace freshet::node {

struct EntityTag {
  bool weak = false;
  std::string_view opaque;  // With its quotes.
};
[[nodiscard]] std::optional<EntityTag> parse_entity_tag(std::string_view text);
[[nodiscard]] bool strongly_same(EntityTag const& a, EntityTag const& b);
[[nodiscard]] bool weakly_same(EntityTag const& a, EntityTag const& b);
// Of a head's ETag field, when it is there once and well formed.
[[nodiscard]] std::optional<EntityTag> entity_tag(Fields const& fields);

// The tag, or a date of modification that is a second or more before `date` (RFC 9110 §8.8.2.2).
[[nodiscard]] bool has_strong_validator(Fields const& fields);
[[nodiscard]] bool has_validator(Fields const& fields);

enum class Verdict : std::uint8_t {
  send,
  not_modified,         // 304
  precondition_failed,  // 412
};

// What the conditions of a GET or HEAD say (RFC 9110 §13.2.2) of a stored response with these
// fields, which was received at `received` (RFC 9111 §4.3.2). 412 is for the origin to say: who has
// a copy asks it then.
[[nodiscard]] Verdict judge_conditions(Fields const& request, Fields const& stored,
                                       WallTime received);

// Whether Range is to be heeded although there is If-Range (RFC 9110 §13.1.5).
[[nodiscard]] bool range_applies(Fields const& request, Fields const& stored);

// If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since or If-Range.
[[nodiscard]] bool has_conditions(Fields const& request);
void remove_conditions(Fields& request);

}  // namespace freshet::node
