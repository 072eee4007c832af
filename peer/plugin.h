// Our eyes and voice inside libtorrent: what peers have, what is asked of them and comes from them,
// claims, group proof, and the watchdog over peers that hang.
//
// libtorrent's thread only. Owned by libtorrent's torrent.
#pragma once

#include <memory>

namespace libtorrent {
struct session_handle;
}

namespace freshet::peer {

class Network;
class Torrent;

// Adds the torrent with what the store has and with our plugin, from libtorrent's own thread.
void add_torrent(libtorrent::session_handle& session, std::shared_ptr<Torrent> const& torrent,
                 std::shared_ptr<Network> const& network);

}  // namespace freshet::peer
