#include "engine/share/sharing.h"

#include <algorithm>
#include <utility>

namespace freshet {

namespace {

constexpr std::chrono::milliseconds kPinTimeMax = std::chrono::hours{24 * 366};

}  // namespace

Sharing::Sharing(Ports ports, SharingOptions options) : ports_(ports), options_(options) {
  if (ports_.stand_by != nullptr) ports_.stand_by->set_stand_by_events(this);
}

Sharing::~Sharing() {
  if (ports_.stand_by != nullptr) ports_.stand_by->set_stand_by_events(nullptr);
  for (auto const& [spool, held] : held_) ports_.loop.cancel(held.timer);
}

std::size_t Sharing::joined() const {
  return held_.size() - standing_by_.size();
}

WallTime Sharing::end_of(std::optional<Duration> for_a_while) const {
  if (!for_a_while) return kUntilUnshared;
  return ports_.clock.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(*for_a_while);
}

void Sharing::resume() {
  if (ports_.swarm == nullptr) return;
  auto const now = ports_.clock.wall();
  auto const marked = ports_.marks.marked();  // Ending one changes the original.
  if (marked.empty()) return;
  std::map<SpoolId, StoredContent> whole;
  for (auto const& stored : ports_.store.list()) {
    if (stored.sealed && stored.content) whole[stored.spool] = stored;
  }
  for (auto const& [spool, until] : marked) {
    auto const found = whole.find(spool);
    if (until <= now || found == whole.end()) {
      ports_.marks.unmark(spool);
      continue;
    }
    hold(spool, until);
    if (!holds(spool)) continue;
    can_stand_by() ? stand_by(found->second) : reopen(spool, *found->second.content, {});
  }
}

void Sharing::let_go(SpoolId spool) {
  // Another job is about to get it, and lets it go later.
  if (ports_.transfers.runs(spool)) return;
  auto const known = held_.find(spool);
  bool const until_unshared = known != held_.end() && known->second.timer == TimerId::none;
  if (until_unshared) return;
  bool const stays = options_.share_for > Duration::zero() &&
                     (ports_.transfers.shares(spool) || known != held_.end() ||
                      ports_.transfers.share_proven(spool));
  if (!stays) return release(spool);
  auto const until = end_of(options_.share_for);
  ports_.marks.mark(spool, until);
  hold(spool, until);
}

void Sharing::hold(SpoolId spool, WallTime until) {
  auto& held = held_[spool];
  ports_.loop.cancel(std::exchange(held.timer, TimerId::none));
  held.order = ++last_order_;
  if (until != kUntilUnshared) {
    auto const left = std::max(until - ports_.clock.wall(), std::chrono::milliseconds{0});
    held.timer = ports_.loop.at(ports_.clock.now() + left, [this, spool] { expire(spool); });
  }
  trim();
}

void Sharing::expire(SpoolId spool) {
  if (!ports_.transfers.runs(spool)) return release(spool);
  // A job has come back to it meanwhile: that one lets it go again.
  hold(spool, end_of(std::max<Duration>(options_.share_for, std::chrono::minutes{1})));
}

void Sharing::release(SpoolId spool) {
  if (auto const held = held_.find(spool); held != held_.end()) {
    ports_.loop.cancel(held->second.timer);
    held_.erase(held);
    ports_.marks.unmark(spool);
  }
  if (standing_by_.erase(spool) > 0) ports_.swarm->leave(spool);
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

std::optional<StoredContent> Sharing::stored(SpoolId spool) const {
  for (auto const& one : ports_.store.list()) {
    if (one.spool == spool && one.sealed && one.content) return one;
  }
  return std::nullopt;
}

void Sharing::share(ContentId const& content, std::optional<Duration> for_a_while,
                    std::function<void(Result<void>)> done) {
  if (ports_.swarm == nullptr) {
    return done(fail(Errc::policy_refused, "content " + to_string(content), "peers are off"));
  }
  auto const found = stored(content);
  if (!found) return done(fail(Errc::not_found, "content " + to_string(content), "is not stored"));
  auto const spool = found->spool;
  auto const until = end_of(for_a_while);
  open(spool, content, {}, [this, spool, until, done = std::move(done)](Result<void> opened) {
    if (!opened) return done(std::move(opened));
    ports_.marks.mark(spool, until);
    hold(spool, until);
    done({});
  });
}

void Sharing::pin(ContentId const& content, std::optional<WallTime> until,
                  std::function<void(Result<void>)> done) {
  std::optional<Duration> span;
  if (until) {
    auto const left = *until - ports_.clock.wall();
    if (left <= left.zero() || left > kPinTimeMax) {
      return done(fail(Errc::invalid_argument, "until", "is not within a year from now"));
    }
    span = left;
  }
  if (ports_.swarm != nullptr) return share(content, span, std::move(done));
  auto const found = stored(content);
  if (!found) return done(fail(Errc::not_found, "content " + to_string(content), "is not stored"));
  ports_.marks.mark(found->spool, until.value_or(kUntilUnshared));
  done({});
}

Result<Bytes> Sharing::purge(ContentId const& content) {
  auto const name = "content " + to_string(content);
  auto const found = stored(content);
  if (!found) return fail(Errc::not_found, name, "is not stored");
  if (ports_.transfers.runs(found->spool)) return fail(Errc::invalid_state, name, "is in use");
  static_cast<void>(unshare(content));
  // An older double of it has gone with that.
  auto const left = stored(content);
  return left ? ports_.store.purge(left->spool) : Result<Bytes>(Bytes{0});
}

// Reads what the store has and joins the swarm with it.
void Sharing::open(SpoolId spool, ContentId const& content, std::string const& peer,
                   std::function<void(Result<void>)> done) {
  ports_.store.reopen(spool, [alive = std::weak_ptr(alive_), content, peer,
                              done = std::move(done)](Result<OpenedSpool> opened) {
    auto const self = alive.lock();
    if (!self) return;
    if (!opened) return done(tl::unexpected(opened.error()));
    if (!opened->spec.identity.manifest || !opened->present.all()) {
      return done(fail(Errc::invalid_state, "content " + to_string(content), "is not whole"));
    }
    (*self)->join(*opened, content, peer);
    done({});
  });
}

void Sharing::join(OpenedSpool const& opened, ContentId const& content, std::string const& peer) {
  standing_by_.erase(opened.id);
  if (ports_.transfers.shares(opened.id)) return;
  SwarmSpec spec;
  spec.spool = opened.id;
  spec.content = content;
  spec.manifest = opened.spec.identity.manifest;
  spec.upload_only = true;
  spec.sha256 = stored(opened.id).value_or(StoredContent{}).sha256;
  if (!peer.empty()) spec.peers.push_back(peer);
  ports_.transfers.share(std::move(spec), opened.present);
}

void Sharing::stand_by(StoredContent const& stored) {
  standing_by_[stored.spool] = *stored.content;
  ports_.stand_by->stand_by(stored.spool, *stored.content, stored.sha256);
}

void Sharing::on_wanted(SpoolId spool, std::string const& address) {
  auto const waiting = standing_by_.find(spool);
  if (waiting == standing_by_.end()) return;
  auto const content = waiting->second;
  standing_by_.erase(waiting);
  if (ports_.transfers.runs(spool)) return;  // It is joined with that.
  reopen(spool, content, address);
}

void Sharing::reopen(SpoolId spool, ContentId const& content, std::string const& peer) {
  open(spool, content, peer, [this, spool, content](Result<void> const& opened) {
    if (opened) return;
    ports_.log.write(LogLevel::warn, "shared content cannot be read",
                     {{"content", to_string(content)}, {"why", describe(opened.error())}});
    if (holds(spool)) release(spool);
  });
}

void Sharing::on_idle(SpoolId spool) {
  bool const ours = holds(spool) && ports_.transfers.shares(spool);
  if (!ours || ports_.transfers.runs(spool) || !can_stand_by()) return;
  auto const content = stored(spool);
  if (!content) return;
  ports_.transfers.stop_sharing(spool);
  stand_by(*content);
  ports_.store.release(spool);
}

bool Sharing::unshare(ContentId const& content) {
  auto const found = stored(content);
  if (!found) return false;
  auto const spool = found->spool;
  bool const marked = ports_.marks.marked().contains(spool);
  ports_.marks.unmark(spool);
  auto const held = held_.find(spool);
  if (held == held_.end()) return marked;
  if (ports_.transfers.runs(spool)) {
    // Who has it lets it go.
    ports_.loop.cancel(held->second.timer);
    held_.erase(held);
  } else {
    release(spool);
  }
  return true;
}

}  // namespace freshet
