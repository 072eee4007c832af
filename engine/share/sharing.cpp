#include "engine/share/sharing.h"

#include <algorithm>
#include <utility>

namespace freshet {

Sharing::Sharing(Ports ports, SharingOptions options) : ports_(ports), options_(options) {}

Sharing::~Sharing() {
  for (auto const& [spool, held] : held_) ports_.loop.cancel(held.timer);
}

void Sharing::let_go(SpoolId spool) {
  // Another job is about to get it, and lets it go later.
  if (ports_.transfers.runs(spool)) return;
  auto const known = held_.find(spool);
  bool const until_unshared = known != held_.end() && known->second.timer == TimerId::none;
  if (until_unshared) return;
  bool const stays = options_.share_for > Duration::zero() && ports_.transfers.shares(spool);
  stays ? hold(spool, true) : release(spool);
}

void Sharing::hold(SpoolId spool, bool for_a_while) {
  auto& held = held_[spool];
  ports_.loop.cancel(std::exchange(held.timer, TimerId::none));
  held.order = ++last_order_;
  if (for_a_while) {
    auto const when = ports_.clock.now() + options_.share_for;
    held.timer = ports_.loop.at(when, [this, spool] { expire(spool); });
  }
  trim();
}

void Sharing::expire(SpoolId spool) {
  // A job has come back to it meanwhile: that one lets it go again.
  ports_.transfers.runs(spool) ? hold(spool, true) : release(spool);
}

void Sharing::release(SpoolId spool) {
  if (auto const held = held_.find(spool); held != held_.end()) {
    ports_.loop.cancel(held->second.timer);
    held_.erase(held);
  }
  ports_.transfers.stop_sharing(spool);
  ports_.store.release(spool);
}

void Sharing::trim() {
  while (held_.size() > options_.contents_max) {
    auto const oldest =
        std::ranges::min_element(held_, {}, [](auto const& entry) { return entry.second.order; });
    release(oldest->first);
  }
}

std::optional<StoredContent> Sharing::stored(ContentId const& content) const {
  for (auto const& one : ports_.store.list()) {
    if (one.content == content && one.sealed) return one;
  }
  return std::nullopt;
}

void Sharing::share(ContentId const& content, std::function<void(Result<void>)> done) {
  if (ports_.swarm == nullptr) {
    return done(fail(Errc::policy_refused, "content " + to_string(content), "peers are off"));
  }
  auto const found = stored(content);
  if (!found) return done(fail(Errc::not_found, "content " + to_string(content), "is not stored"));
  ports_.store.reopen(found->spool, [alive = std::weak_ptr(alive_), content,
                                     done = std::move(done)](Result<OpenedSpool> opened) {
    auto const self = alive.lock();
    if (!self) return;
    if (!opened) return done(tl::unexpected(opened.error()));
    (*self)->take_up(*opened, content, done);
  });
}

void Sharing::take_up(OpenedSpool const& opened, ContentId const& content,
                      std::function<void(Result<void>)> const& done) {
  auto const& manifest = opened.spec.identity.manifest;
  if (!manifest || !opened.present.all()) {
    return done(fail(Errc::invalid_state, "content " + to_string(content), "is not whole"));
  }
  if (!ports_.transfers.shares(opened.id)) {
    SwarmSpec spec;
    spec.spool = opened.id;
    spec.content = content;
    spec.manifest = manifest;
    spec.upload_only = true;
    ports_.transfers.share(std::move(spec), opened.present);
  }
  hold(opened.id, false);
  done({});
}

bool Sharing::unshare(ContentId const& content) {
  auto const found = stored(content);
  if (!found || !held_.contains(found->spool)) return false;
  if (ports_.transfers.runs(found->spool)) {
    hold(found->spool, true);
  } else {
    release(found->spool);
  }
  return true;
}

}  // namespace freshet
