// Who is refused and why: by address, and by the key that Freshet peers carry, so that a liar does
// not come back from another address.
//
// Loop only. Bounded: the oldest entry makes room.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "freshet/error.h"

namespace freshet::peer {

struct Ban {
  std::string address;    // Without port.
  std::uint64_t key = 0;  // 0: none known.
  Error why;
};

class BanList {
 public:
  explicit BanList(std::size_t bans_max) : bans_max_(bans_max) {}

  // False when both address and key were banned already.
  bool add(Ban ban);
  [[nodiscard]] std::deque<Ban> const& all() const { return bans_; }
  [[nodiscard]] std::vector<std::uint64_t> keys() const;

 private:
  std::size_t bans_max_;
  std::deque<Ban> bans_;
};

}  // namespace freshet::peer
