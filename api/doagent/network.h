// Whether this machine has a network at all. Any thread.
#pragma once

namespace freshet::doagent {

// An interface that runs, is not loopback and has an address. True when that cannot be told.
[[nodiscard]] bool has_network();

}  // namespace freshet::doagent
