// When peers may have what was stored.
#include "api/node/desk/desk.h"

namespace freshet::node {

namespace {

constexpr Duration kLookEvery = std::chrono::seconds{1};
constexpr unsigned kQuietLooks = 2;
constexpr unsigned kLooksMax = 600;  // Whoever still reads it is slow, and holds up no one.

}  // namespace

// Not as long as clients read it here: they agree among each other on who fetches what from the
// node, and would ask it for the same once more as a peer that has everything.
void Desk::share_later(ContentId const& content, std::shared_ptr<Body> body) {
  if (!ports_.share) return;
  unshared_.push_back({content, std::move(body)});
  look_after_shares();
}

void Desk::look_after_shares() {
  if (shares_timer_ != TimerId::none || unshared_.empty()) return;
  shares_timer_ = ports_.loop.at(ports_.clock.now() + kLookEvery, [this] {
    shares_timer_ = TimerId::none;
    if (stopped_) return;
    std::erase_if(unshared_, [this](Unshared& each) {
      each.quiet = each.body->readers() == 0 ? each.quiet + 1 : 0;
      if (each.quiet < kQuietLooks && ++each.looks < kLooksMax) return false;
      ports_.share(each.content);
      return true;
    });
    look_after_shares();
  });
}

}  // namespace freshet::node
