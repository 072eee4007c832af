// Ends connections that libtorrent gives no handle of: those that have named no torrent yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace freshet::peer {

// Those that came to one of these ports of ours from one of these remotes ("192.0.2.1:51000"), as
// if their other side had ended them. On the thread that owns their sockets alone.
void hang_up(std::vector<std::string> const& remotes, std::vector<std::uint16_t> const& ports);

}  // namespace freshet::peer
