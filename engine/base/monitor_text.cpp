// What follows from the numbers of freshet/monitor.h.
#include <array>

#include "freshet/monitor.h"

namespace freshet {

std::string_view name(FileState state) {
  constexpr std::array<std::string_view, 4> kNames{"Downloading", "Complete", "Caching", "Paused"};
  return kNames[static_cast<std::size_t>(state)];
}

Bytes PerfSnapshot::downloaded() const {
  Bytes sum = moved.from_origin + moved.from_cache_hosts;
  for (auto const peer_class : kPeerClasses) sum += moved.peers.of(peer_class).received;
  return sum;
}

Bytes PerfSnapshot::uploaded() const {
  Bytes sum = 0;
  for (auto const peer_class : kPeerClasses) sum += moved.peers.of(peer_class).sent;
  return sum;
}

Bytes PerfSnapshot::average_download() const {
  return moved.files_downloaded == 0 ? 0 : downloaded() / moved.files_downloaded;
}

Bytes PerfSnapshot::average_upload() const {
  return moved.files_uploaded == 0 ? 0 : uploaded() / moved.files_uploaded;
}

}  // namespace freshet
