// What the program's exit code says. Documented in docs/cli.md; numbers stay.
#pragma once

#include "freshet/error.h"

namespace freshet::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,  // Something that fits nowhere below.
  kUsage = 2,
  kNetwork = 3,        // No source could be reached, or none delivered in time.
  kRefused = 4,        // The server answered, but not with what was asked for.
  kUntrusted = 5,      // Bytes, certificate or signature are not what they must be.
  kDisk = 6,           // Disk, path or permission.
  kDataDirectory = 7,  // In use, too new or broken; or the daemon does not answer.
  kNotPossible = 8,    // No such job or content, or not in its state.
  kStopped = 128,      // Plus the signal: 130 for Ctrl-C.
};

[[nodiscard]] int exit_code(Errc code);

}  // namespace freshet::cli
