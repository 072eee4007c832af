// Cache hosts that failed, which nobody asks for a while.
//
// Pure: time comes in with each call. The owner guards it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "freshet/units.h"

namespace freshet::doagent {

class CacheBans {
 public:
  static constexpr Duration kTime = std::chrono::minutes{15};
  static constexpr std::size_t kBansMax = 1024;  // Beyond that the first to end goes.

  // For whatever is asked of it: it cannot be reached.
  void ban(std::string const& cache, TimePoint now) { add({cache, {}}, now); }
  // For what this origin has: it refused that.
  void ban(std::string const& cache, std::string const& origin, TimePoint now) {
    add({cache, origin}, now);
  }
  [[nodiscard]] bool banned(std::string const& cache, std::string const& origin,
                            TimePoint now) const;

 private:
  using Pair = std::pair<std::string, std::string>;
  void add(Pair pair, TimePoint now);
  [[nodiscard]] bool holds(Pair const& pair, TimePoint now) const;

  std::map<Pair, TimePoint> until_;
};

}  // namespace freshet::doagent
