// Whether a response may be stored by a cache that many share, and what of it (RFC 9111 §3). Pure;
// any thread.
#pragma once

#include <string_view>

#include "api/node/cache/stored_head.h"

namespace freshet::node {

// A request as it was received from the client, and its answer. References for the call alone.
struct Exchange {
  RequestHead const& request;
  ResponseHead const& response;
  WallTime requested;      // When the request was sent,
  WallTime received;       // and when the head of the response came.
  bool by_digest = false;  // The URL names the digest of the content.
};

struct StoreVerdict {
  bool may = false;
  std::string_view why;  // Of a refusal, for the detail of Cache-Status.
};
// A 206 may be stored as a part of the 200 it belongs to: it has one range and a strong validator.
[[nodiscard]] StoreVerdict may_store(Exchange const& exchange, CacheRules const& rules);

// What is kept of a response that may be stored. A Date is added where there is none.
[[nodiscard]] StoredHead to_store(Exchange const& exchange);

}  // namespace freshet::node
