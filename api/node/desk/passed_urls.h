// URLs whose answers could not be stored lately: requests for them do not wait for each other.
//
// A value; one thread.
#pragma once

#include <string>
#include <unordered_map>

#include "freshet/units.h"

namespace freshet::node {

class PassedUrls {
 public:
  void note(std::string const& url, TimePoint now) {
    if (until_.size() >= kUrlsMax) until_.clear();
    until_[url] = now + kFor;
  }
  [[nodiscard]] bool has(std::string const& url, TimePoint now) {
    auto const found = until_.find(url);
    if (found == until_.end()) return false;
    if (found->second > now) return true;
    until_.erase(found);
    return false;
  }
  void forget(std::string const& url) { until_.erase(url); }

 private:
  static constexpr std::size_t kUrlsMax = 16'384;
  static constexpr Duration kFor = std::chrono::seconds{60};
  std::unordered_map<std::string, TimePoint> until_;
};

}  // namespace freshet::node
