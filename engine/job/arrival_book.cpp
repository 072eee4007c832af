#include "engine/job/arrival_book.h"

#include <utility>

#include "engine/base/url.h"

namespace freshet {

namespace {

Arrival arrival_of(JobRecord const& job, FileRecord const& file, Duration transfer_time) {
  Arrival arrival;
  arrival.content = *file.content;
  arrival.owner = job.owner;
  arrival.foreground = job.spec.priority == Priority::foreground;
  if (!file.spec.urls.empty()) arrival.url = redact(file.spec.urls.front());
  arrival.from_origin = file.from_origin;
  arrival.from_cache_hosts = file.from_cache_hosts;
  arrival.from_peers = file.from_peers;
  arrival.transfer_time = transfer_time;
  return arrival;
}

// Who found it stored fetched nothing, and who joined another's transfer counts a part of it: how
// it came is what the one says who fetched most.
Arrival joined(Arrival fresh, Arrival const& before) {
  fresh.peers = before.peers;
  fresh.counted = before.counted;
  bool const more = fresh.from_origin + fresh.from_peers > before.from_origin + before.from_peers;
  if (more) return fresh;
  fresh.from_origin = before.from_origin;
  fresh.from_cache_hosts = before.from_cache_hosts;
  fresh.from_peers = before.from_peers;
  fresh.transfer_time = before.transfer_time;
  return fresh;
}

// Counting begins anew where it was forgotten meanwhile.
Bytes since(Bytes now, Bytes counted) {
  return now >= counted ? now - counted : now;
}

}  // namespace

void ArrivalBook::keep(JobEntry const& job, Duration transfer_time) {
  auto const& kept = ports_.arrivals.kept();
  std::map<SpoolId, Arrival> fresh;
  for (auto const& entry : job.files) {
    auto const& file = entry.record;
    bool const there =
        file.transferred && file.content && !ports_.store.path_of(file.spool).empty();
    if (!there) continue;
    auto arrival = arrival_of(job.record, file, transfer_time);
    auto const before = kept.find(file.spool);
    if (auto const same = fresh.find(file.spool); same != fresh.end()) {
      arrival = joined(std::move(arrival), same->second);
    } else if (before != kept.end()) {
      arrival = joined(std::move(arrival), before->second);
    }
    fresh[file.spool] = up_to_now(std::move(arrival));
  }
  std::erase_if(fresh, [&](auto const& one) {
    auto const before = kept.find(one.first);
    return before != kept.end() && before->second == one.second;
  });
  ports_.arrivals.keep(std::move(fresh));
}

void ArrivalBook::save() {
  std::map<SpoolId, Arrival> changed;
  for (auto const& [spool, arrival] : ports_.arrivals.kept()) {
    if (ports_.traffic(arrival.content) == arrival.counted) continue;
    changed.emplace(spool, up_to_now(arrival));
  }
  ports_.arrivals.keep(std::move(changed));
}

std::optional<Arrival> ArrivalBook::find(SpoolId spool) const {
  auto const& kept = ports_.arrivals.kept();
  auto const found = kept.find(spool);
  if (found == kept.end()) return std::nullopt;
  return up_to_now(found->second);
}

Arrival ArrivalBook::up_to_now(Arrival arrival) const {
  auto const now = ports_.traffic(arrival.content);
  for (auto const peer_class : kPeerClasses) {
    auto& sum = arrival.peers.of(peer_class);
    auto const& counted = arrival.counted.of(peer_class);
    sum.received += since(now.of(peer_class).received, counted.received);
    sum.sent += since(now.of(peer_class).sent, counted.sent);
  }
  arrival.counted = now;
  return arrival;
}

}  // namespace freshet
