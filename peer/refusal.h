// What it means that a connection which we opened ended before its other end became a peer.
#pragma once

#include <optional>

#include "freshet/error.h"

namespace boost::system {
class error_code;
}

namespace freshet::peer {

struct EndedEarly {
  bool connected = false;  // Before it ended.
  bool in_group = false;   // We name contents as a group does, and want a proof.
};
// Nothing when it does not tell why: we had no more use for it, or libtorrent had.
[[nodiscard]] std::optional<Error> refusal_of(boost::system::error_code const& error,
                                              EndedEarly how);

// Of one that was a peer.
[[nodiscard]] Error ending_of(boost::system::error_code const& error);

}  // namespace freshet::peer
