#include "api/node/desk/manifest_waiters.h"

#include <utility>

namespace freshet::node {

bool ManifestWaiters::add(std::string const& url, Waiter& waiter) {
  if (by_url_.size() >= kWaitersMax) return false;
  by_url_.emplace(url, std::move(waiter));
  return true;
}

std::vector<ManifestWaiters::Waiter> ManifestWaiters::take(std::string const& url) {
  std::vector<Waiter> taken;
  auto const [first, last] = by_url_.equal_range(url);
  for (auto at = first; at != last; ++at) taken.push_back(std::move(at->second));
  by_url_.erase(first, last);
  return taken;
}

std::vector<ManifestWaiters::Waiter> ManifestWaiters::take_late(TimePoint now) {
  std::vector<Waiter> taken;
  std::erase_if(by_url_, [&](auto& entry) {
    auto& waiter = entry.second;
    bool const left = waiter.presence && !*waiter.presence;
    if (!left && now < waiter.until) return false;
    taken.push_back(std::move(waiter));
    return true;
  });
  return taken;
}

std::vector<std::string> ManifestWaiters::urls() const {
  std::vector<std::string> urls;
  for (auto const& [url, waiter] : by_url_) {
    if (urls.empty() || urls.back() != url) urls.push_back(url);
  }
  return urls;
}

}  // namespace freshet::node
