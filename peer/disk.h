// The store as libtorrent's disk.
//
// Made and owned by libtorrent's session, on whose thread every method runs. Blocks go through the
// gate, reads come from the piece reader, and a hash request waits until the store has verified the
// piece: libtorrent 2.0.8 overwrites its heap after it has seen a wrong hash, so it never sees one.
#pragma once

#include <memory>

namespace boost::asio {
class io_context;
}
namespace libtorrent {
struct disk_interface;
}

namespace freshet::peer {

class Network;

[[nodiscard]] std::unique_ptr<libtorrent::disk_interface> make_disk(
    boost::asio::io_context& context, std::shared_ptr<Network> network);

}  // namespace freshet::peer
