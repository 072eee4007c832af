// What is stored as a whole: counted from what a client tells.
//
// Any thread that may wait for the client.
#pragma once

#include <string>
#include <vector>

#include "freshet/client.h"

namespace freshet {

struct CacheUse {
  std::size_t contents = 0;
  Bytes bytes = 0;
  std::size_t pinned = 0;
  Bytes pinned_bytes = 0;
  std::vector<PolicyEntry> limits;  // Those of the cache.
};

[[nodiscard]] Result<CacheUse> cache_use(Client const& client);

}  // namespace freshet
