// Stays after a job to share what it brought, until the time is over or the user stops it.
//
// Main thread only.
#pragma once

#include "api/cli/console.h"
#include "api/cli/wakeups.h"
#include "freshet/client.h"

namespace freshet::cli {

constexpr Duration kUntilCtrlC = std::chrono::hours{24 * 365 * 100};

// For this long at most; shows how much peers got meanwhile. A signal ends it early.
void linger(Client& client, Console& console, Wakeups& wakeups, Duration time);

}  // namespace freshet::cli
