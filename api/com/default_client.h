// The client of a process that brought none: one of the user's own. Any thread; waits for the disk.
#pragma once

#include "freshet/client.h"

namespace freshet::com {

struct DefaultClient {
  Client client;
  bool embedded = false;
};

// That of the daemon when it answers, else an engine of this process in the user's data directory:
// store_locked when another process has that.
[[nodiscard]] Result<DefaultClient> open_default_client();

}  // namespace freshet::com
