// Manifests of contents that are on their way: who has time waits until they are stored.
#include <algorithm>
#include <utility>

#include "api/node/desk/desk.h"

namespace freshet::node {

namespace {

constexpr Duration kWaitMax = std::chrono::seconds{60};
constexpr Duration kLookEvery = std::chrono::seconds{1};

}  // namespace

bool Desk::is_coming(std::string const& url) const {
  if (flights_.contains(url)) return true;
  return std::ranges::any_of(fills_, [&](auto const& entry) {
    auto const& filling = entry.second;
    return filling.key == url && filling.object->record.spool != SpoolId::none &&
           !filling.forgotten;
  });
}

// Who waits for a manifest wants the content: it is fetched as if he had asked for it.
void Desk::find_manifest(std::string const& url, Patience patience, Site::ManifestFound found) {
  auto torrent = stopped_ ? std::nullopt : manifest_of(url);
  if (stopped_ || torrent || patience.wait <= Duration{}) return found(std::move(torrent));
  if (auto const parsed = parse_url(url); parsed && !is_coming(url)) warm_now(*parsed);
  ManifestWaiters::Waiter waiter{ports_.clock.now() + std::min(patience.wait, kWaitMax),
                                 std::move(patience.presence), std::move(found)};
  if (!is_coming(url) || !manifest_waiters_.add(url, waiter)) return waiter.found(std::nullopt);
  look_after_waiters();
}

void Desk::tell_manifest(std::string const& url) {
  auto const waiting = manifest_waiters_.take(url);
  if (waiting.empty()) return;
  auto const torrent = manifest_of(url);
  for (auto const& waiter : waiting) waiter.found(torrent);
}

// Again and again as long as somebody waits.
void Desk::look_after_waiters() {
  if (waiters_timer_ != TimerId::none) return;
  waiters_timer_ = ports_.loop.at(ports_.clock.now() + kLookEvery, [this] {
    waiters_timer_ = TimerId::none;
    if (stopped_) return;
    for (auto const& late : manifest_waiters_.take_late(ports_.clock.now())) {
      late.found(std::nullopt);
    }
    // What turned out small, or not to be stored, has none.
    for (auto const& url : manifest_waiters_.urls()) {
      if (!is_coming(url)) tell_manifest(url);
    }
    if (manifest_waiters_.size() > 0) look_after_waiters();
  });
}

}  // namespace freshet::node
