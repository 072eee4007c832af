// One connection with a peer, inside libtorrent.
//
// libtorrent's thread only. Owned by libtorrent's connection.
#pragma once

#include <memory>

namespace libtorrent {
struct peer_plugin;
struct peer_connection_handle;
}  // namespace libtorrent

namespace freshet::peer {

class Network;
class Torrent;

[[nodiscard]] std::shared_ptr<libtorrent::peer_plugin> make_peer_plugin(
    std::shared_ptr<Torrent> torrent, std::shared_ptr<Network> network,
    libtorrent::peer_connection_handle const& connection);

}  // namespace freshet::peer
