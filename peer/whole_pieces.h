// Asks a peer for whole pieces: libtorrent has no public word for that.
#pragma once

#include <cstdint>

namespace libtorrent {
struct peer_connection_handle;
}

namespace freshet::peer {

// So many blocks follow each other from here on; 0: as libtorrent finds best. Its own thread.
void prefer_blocks(libtorrent::peer_connection_handle const& peer, std::uint32_t blocks);

}  // namespace freshet::peer
