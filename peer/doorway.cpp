#include "peer/doorway.h"

#include <algorithm>
#include <utility>

namespace freshet::peer {

std::vector<std::string> Doorway::came(std::string remote, TimePoint now) {
  std::vector<std::string> gone;
  if (strangers_.size() >= limits_.strangers_max) gone = turn_away((strangers_.size() + 1) / 2);
  strangers_.push_back({std::move(remote), now});
  return gone;
}

void Doorway::named(std::string const& remote) {
  std::erase_if(strangers_, [&](Stranger const& each) { return each.remote == remote; });
}

std::vector<std::string> Doorway::overdue(TimePoint now) {
  auto const patient = std::ranges::find_if(
      strangers_, [&](Stranger const& each) { return now - each.since <= limits_.patience; });
  return turn_away(static_cast<std::size_t>(patient - strangers_.begin()));
}

std::vector<std::string> Doorway::turn_away(std::size_t count) {
  auto const end = strangers_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::string> gone;
  for (auto each = strangers_.begin(); each != end; ++each) gone.push_back(std::move(each->remote));
  strangers_.erase(strangers_.begin(), end);
  return gone;
}

std::optional<Doorway::Entry> Doorway::enter(std::string const& address, bool we_opened) {
  if (we_opened) return Entry{nullptr, {}};
  auto& count = by_address_[address];
  if (count >= limits_.per_address_max) return std::nullopt;
  ++count;
  return Entry{this, address};
}

void Doorway::leave(std::string const& address) {
  auto const found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace freshet::peer
