#include "api/client/cache_use.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace freshet {

namespace {

constexpr std::array kLimits{"DOMaxCacheAge", "DOMaxCacheSize", "DOAbsoluteMaxCacheSize"};

bool is_limit(PolicyEntry const& policy) {
  return std::ranges::find(kLimits, policy.name) != kLimits.end();
}

}  // namespace

Result<CacheUse> cache_use(Client const& client) {
  auto const contents = client.contents();
  if (!contents) return tl::unexpected(contents.error());
  auto const policies = client.policies();
  if (!policies) return tl::unexpected(policies.error());
  CacheUse use;
  use.contents = contents->size();
  for (auto const& content : *contents) {
    use.bytes += content.present;
    if (!content.shared || content.shared_until) continue;
    ++use.pinned;
    use.pinned_bytes += content.present;
  }
  std::ranges::copy_if(*policies, std::back_inserter(use.limits), is_limit);
  return use;
}

}  // namespace freshet
