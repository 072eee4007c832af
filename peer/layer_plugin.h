// Gives the piece layer to peers that know a content's identity alone, and takes it from those who
// know it.
//
// libtorrent asks for it too, but asks each hash of one peer only, who may not have it, and never
// again for what was refused. libtorrent's thread only.
#pragma once

#include <memory>

namespace libtorrent {
struct torrent_plugin;
}

namespace freshet::peer {

class Network;
class Torrent;

[[nodiscard]] std::shared_ptr<libtorrent::torrent_plugin> make_layer_plugin(
    std::shared_ptr<Torrent> torrent, std::shared_ptr<Network> network);

}  // namespace freshet::peer
