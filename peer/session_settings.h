// libtorrent's settings, each with its reason (docs/swarm.md).
//
// Pure; any thread.
#pragma once

namespace libtorrent {
struct settings_pack;
}

namespace freshet::peer {

struct SessionSpec;

[[nodiscard]] libtorrent::settings_pack settings_of(SessionSpec const& spec);

}  // namespace freshet::peer
