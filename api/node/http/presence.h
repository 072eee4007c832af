// Whether a client is still there, for what waits on his behalf.
//
// Set to false by his connection's worker when he hangs up, read on any thread. Shared by the
// connection and whatever waits.
#pragma once

#include <atomic>
#include <memory>

namespace freshet::node {

using Presence = std::shared_ptr<std::atomic<bool>>;

}  // namespace freshet::node
