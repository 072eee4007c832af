// The answer to a request out of a stored response: whole, in parts, 304 or 416, with its Age (RFC
// 9111 §4, RFC 9110 §13, §14, §15).
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/node/cache/stored_head.h"
#include "api/node/http/ranges.h"

namespace freshet::node {

struct Answer {
  ResponseHead head;  // With framing and length; Via and Cache-Status are the caller's.
  // What of the content follows: nothing, one range (a 200 is one too), or parts of `multipart`.
  std::vector<ByteRange> ranges;
  std::optional<MultipartPlan> multipart;
};

// `length` of the content; absent while it is not known: then the answer is whole and in chunks.
// `boundary`: for plan_multipart().
[[nodiscard]] Answer answer_from(RequestHead const& request, StoredHead const& stored,
                                 std::optional<Bytes> length, WallTime now,
                                 std::string_view boundary);

}  // namespace freshet::node
