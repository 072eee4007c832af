// What the daemon was told to do, by its command line and the files named there. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "freshet/client.h"

namespace freshet::daemon {

struct DaemonSettings {
  Options options;     // Without `log`.
  std::string socket;  // Absolute path; empty: only what systemd gave.
  unsigned socket_mode = 0;
  std::string tcp;  // "127.0.0.1:0"; empty: not on TCP.
  LogSeverity log_level = LogSeverity::info;
  // What a GB (10^9 bytes) from the origin costs, for the page to tell what was saved; 0: unknown.
  double price_per_gb = 0;
  std::string currency;  // Of it: "EUR".
};

struct Parsed {
  DaemonSettings settings;
  bool run = false;   // Otherwise the program ends at once,
  int exit_code = 0;  // with this: help was asked for, or something is wrong.
};

// The words, then what [daemon] of freshet.toml says beside them. Prints what is wrong, or the
// help. The same words may be parsed again: files are read anew.
[[nodiscard]] Parsed parse_settings(int count, char const* const* words);

// The settings in force, as JSON: {name: value}.
[[nodiscard]] std::string options_text(DaemonSettings const& settings);

}  // namespace freshet::daemon
