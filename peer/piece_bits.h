// libtorrent's piece indices, bit fields and endpoints as ours. Templates, so that its types stay
// in the files that use them.
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <string>

#include "engine/content/piece_map.h"
#include "peer/endpoint.h"

namespace freshet::peer {

template <typename Index>
[[nodiscard]] PieceIndex index_of(Index piece) {
  return PieceIndex{static_cast<std::uint32_t>(static_cast<int>(piece))};
}

// Bits beyond `pieces` are none.
template <typename Bits>
[[nodiscard]] PieceMap map_of(Bits const& bits, std::uint32_t pieces) {
  PieceMap map(pieces);
  auto const size = std::min(static_cast<std::uint32_t>(bits.size()), pieces);
  for (std::uint32_t i = 0; i < size; ++i) {
    if (bits.get_bit(static_cast<int>(i))) map.set(PieceIndex{i});
  }
  return map;
}

template <typename SocketEndpoint>
[[nodiscard]] std::string text_of(SocketEndpoint const& endpoint) {
  return to_string(Endpoint{endpoint.address().to_string(), endpoint.port()});
}

}  // namespace freshet::peer
