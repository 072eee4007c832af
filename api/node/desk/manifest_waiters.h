// Who waits for the manifest of a content that is still on its way.
//
// One thread, the desk's. Answers are handed out by whoever takes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/node/site/site.h"

namespace freshet::node {

class ManifestWaiters {
 public:
  // Of all: each has a connection, too, whose number is limited for each client.
  static constexpr std::size_t kWaitersMax = 4096;

  struct Waiter {
    TimePoint until;
    Presence presence;
    Site::ManifestFound found;
  };
  // False: too many wait already, and nothing was taken.
  [[nodiscard]] bool add(std::string const& url, Waiter& waiter);
  [[nodiscard]] std::vector<Waiter> take(std::string const& url);
  // Those who waited long enough, or hung up.
  [[nodiscard]] std::vector<Waiter> take_late(TimePoint now);
  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] std::size_t size() const { return by_url_.size(); }
  void clear() { by_url_.clear(); }

 private:
  std::multimap<std::string, Waiter> by_url_;
};

}  // namespace freshet::node
