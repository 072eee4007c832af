#include "api/doagent/cache_bans.h"

#include <algorithm>

namespace freshet::doagent {

void CacheBans::add(Pair pair, TimePoint now) {
  std::erase_if(until_, [now](auto const& ban) { return ban.second <= now; });
  until_[std::move(pair)] = now + kTime;
  if (until_.size() <= kBansMax) return;
  auto const by_end = [](auto const& a, auto const& b) { return a.second < b.second; };
  until_.erase(std::min_element(until_.begin(), until_.end(), by_end));
}

bool CacheBans::holds(Pair const& pair, TimePoint now) const {
  auto const found = until_.find(pair);
  return found != until_.end() && found->second > now;
}

bool CacheBans::banned(std::string const& cache, std::string const& origin, TimePoint now) const {
  return holds({cache, {}}, now) || holds({cache, origin}, now);
}

}  // namespace freshet::doagent
