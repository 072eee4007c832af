// Where a daemon is looked for. Any thread.
#pragma once

#include <string>

namespace freshet::remote {

// $FRESHET_SOCKET; the user's own in $XDG_RUNTIME_DIR if something stands there; else the system's.
[[nodiscard]] std::string default_socket();

}  // namespace freshet::remote
