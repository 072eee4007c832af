#include "peer/whole_pieces.h"

#include <libtorrent/config.hpp>
#include <libtorrent/debug.hpp>
#include <memory>

// A connection of libtorrent's holds storage whose size this header chooses by the compiler. Ours
// has to see the layout of the library, which GCC has built, whatever compiles this.
#ifdef __clang__
#pragma push_macro("__clang__")
#undef __clang__
#include <libtorrent/aux_/allocating_handler.hpp>
#pragma pop_macro("__clang__")
#endif

#include <libtorrent/peer_connection.hpp>
#include <libtorrent/peer_connection_handle.hpp>

namespace freshet::peer {

void prefer_blocks(libtorrent::peer_connection_handle const& peer, std::uint32_t blocks) {
  if (auto const connection = peer.native_handle()) {
    connection->prefer_contiguous_blocks(static_cast<int>(blocks));
  }
}

}  // namespace freshet::peer
