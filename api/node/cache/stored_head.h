// The head of a stored response, and the rules of the administrator that go beyond HTTP's own.
// Plain values; any thread.
#pragma once

#include <string>

#include "api/node/http/cache_control.h"
#include "api/node/http/message.h"
#include "freshet/units.h"

namespace freshet::node {

struct StoredHead {
  unsigned status = 200;   // A 206 is stored as the 200 it is a part of.
  Fields fields;           // As they are sent again, Age and all; to_store() takes out what is not.
  std::string vary_key;    // Of the request that it answered: vary.h.
  WallTime requested;      // When that request was sent,
  WallTime received;       // and when its answer's head came.
  bool suspect = false;    // Not to be used before the origin says that it still holds.
  bool by_digest = false;  // The URL names the SHA-256 of the content, and it was compared.
  bool operator==(StoredHead const&) const = default;
};

struct CacheRules {
  // Without a time of the origin's: so much of the time since the last change, at most so long.
  unsigned heuristic_percent = 10;
  Seconds heuristic_max = std::chrono::hours{24};
  // So long past freshness a response may stand in for an origin that is not reached.
  Seconds stale_max = std::chrono::hours{24};
  // What a URL with a digest leads to never changes.
  Seconds digest_lifetime = std::chrono::hours{24 * 365};
  // Whoever knows the digest may have the content, even if the first who asked showed a password or
  // token for it.
  bool digest_authorizes = true;
};

}  // namespace freshet::node
