#include "peer/ban_list.h"

#include <algorithm>

namespace freshet::peer {

bool BanList::add(Ban ban) {
  auto const same = [&](Ban const& old) {
    return old.address == ban.address && old.key == ban.key;
  };
  if (std::ranges::any_of(bans_, same)) return false;
  if (bans_.size() == bans_max_) bans_.pop_front();
  bans_.push_back(std::move(ban));
  return true;
}

std::vector<std::uint64_t> BanList::keys() const {
  std::vector<std::uint64_t> keys;
  for (auto const& ban : bans_) {
    if (ban.key != 0) keys.push_back(ban.key);
  }
  return keys;
}

}  // namespace freshet::peer
