#include "engine/policy/policy_keeper.h"

#include <utility>

namespace freshet {

namespace {

constexpr std::string_view kMonthPrefix = "month/";

Bytes sent_to_all(MovedBytes const& moved) {
  Bytes sum = 0;
  for (auto const peer_class : kPeerClasses) sum += moved.peers.of(peer_class).sent;
  return sum;
}

Bytes received_from_afar(MovedBytes const& moved) {
  return moved.from_origin + moved.from_cache_hosts + moved.peers.group.received +
         moved.peers.internet.received;
}

Bytes received_from_all(MovedBytes const& moved) {
  return received_from_afar(moved) + moved.peers.lan.received + moved.peers.link_local.received;
}

MovedBytes difference(MovedBytes const& now, MovedBytes const& before) {
  MovedBytes delta;
  for (auto const peer_class : kPeerClasses) {
    auto const& new_value = now.peers.of(peer_class);
    auto const& old_value = before.peers.of(peer_class);
    delta.peers.of(peer_class) = {new_value.received - old_value.received,
                                  new_value.sent - old_value.sent};
  }
  delta.from_origin = now.from_origin - before.from_origin;
  delta.from_cache_hosts = now.from_cache_hosts - before.from_cache_hosts;
  delta.files_downloaded = now.files_downloaded - before.files_downloaded;
  delta.files_uploaded = now.files_uploaded - before.files_uploaded;
  return delta;
}

BytesPerSecond rate_of(Bytes bytes, Duration time) {
  auto const seconds = std::chrono::duration<double>(time).count();
  return {seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds) : 0};
}

std::string joined(std::vector<std::string> const& parts) {
  std::string text;
  for (auto const& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace

PolicyKeeper::~PolicyKeeper() {
  ports_.loop.cancel(timer_);
}

Result<void> PolicyKeeper::start(Policy policy, MachineOverrides overrides) {
  auto const notes = ports_.notes.load(kMonthPrefix);
  if (!notes) return tl::unexpected(notes.error());
  for (auto const& [name, text] : *notes) months_.load(name.substr(kMonthPrefix.size()), text);
  policy_ = std::move(policy);
  overrides_ = overrides;
  counted_ = ports_.moved();
  counted_at_ = ports_.clock.now();
  save_at_ = counted_at_ + options_.save_interval;
  month_ = local().month;
  look();
  tick();
  return {};
}

void PolicyKeeper::set(Policy policy, MachineOverrides overrides) {
  policy_ = std::move(policy);
  overrides_ = overrides;
  judge();
}

void PolicyKeeper::look() {
  look_at_ = ports_.clock.now() + options_.look_interval;
  ports_.look([alive = std::weak_ptr<PolicyKeeper*>(alive_)](MachineState machine) {
    auto const self = alive.lock();
    if (!self) return;
    (*self)->machine_ = std::move(machine);
    if ((*self)->ports_.seen) (*self)->ports_.seen((*self)->machine());
    (*self)->judge();
  });
}

void PolicyKeeper::tick() {
  auto const now = ports_.clock.now();
  count();
  judge();
  if (now >= look_at_) look();
  if (now >= save_at_ && changed_) save([] {});
  timer_ = ports_.loop.at(now + options_.tick, [this] { tick(); });
}

void PolicyKeeper::count() {
  auto const now = ports_.clock.now();
  auto const moved = ports_.moved();
  auto const delta = difference(moved, counted_);
  auto const time = now - counted_at_;
  counted_ = moved;
  counted_at_ = now;
  if (time > Duration::zero()) {
    downloading_ = rate_of(received_from_all(delta), time);
    uploading_ = rate_of(sent_to_all(delta), time);
  }
  if (delta == MovedBytes{}) return;
  month_ = local().month;
  months_.add(month_, delta);
  // A shorter time would take what a buffer gave at once for what the way carries.
  if (time >= options_.tick) months_.see_rate(month_, rate_of(received_from_afar(delta), time));
  changed_ = true;
}

void PolicyKeeper::judge() {
  auto const local_now = local();
  auto const moved = months_.of(local_now.month);
  auto verdict = decide(policy_, {.machine = machine(),
                                  .uploaded_internet = moved.peers.internet.sent,
                                  .hour = local_now.hour,
                                  .measured = months_.peak()});
  if (std::exchange(applied_, true) && verdict == verdict_) return;
  if (verdict.reasons != verdict_.reasons) {
    ports_.log.write(LogLevel::info, "policy restricts", {{"why", joined(verdict.reasons)}});
  }
  verdict_ = std::move(verdict);
  ports_.apply(verdict_);
}

MovedBytes PolicyKeeper::this_month() {
  count();
  return months_.of(local().month);
}

void PolicyKeeper::save(std::function<void()> done) {
  changed_ = false;
  save_at_ = ports_.clock.now() + options_.save_interval;
  for (auto const& month : months_.take_forgotten()) {
    ports_.notes.save(std::string(kMonthPrefix) + month, {}, [](Result<void> const&) {});
  }
  ports_.notes.save(std::string(kMonthPrefix) + month_, months_.note_of(month_),
                    [&log = ports_.log, done = std::move(done)](Result<void> const& saved) {
                      if (!saved) {
                        log.write(LogLevel::warn, "the month's counters were not saved",
                                  {{"why", describe(saved.error())}});
                      }
                      done();
                    });
}

void PolicyKeeper::stop(std::function<void()> done) {
  ports_.loop.cancel(std::exchange(timer_, TimerId::none));
  count();
  changed_ ? save(std::move(done)) : done();
}

}  // namespace freshet
