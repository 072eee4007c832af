// The daemon's log: lines on standard error, for the journal or a file. Any thread.
#pragma once

#include <atomic>
#include <optional>
#include <string_view>

#include "api/daemon/journal.h"
#include "freshet/client.h"

namespace freshet::daemon {

class LogLines {
 public:
  explicit LogLines(LogSeverity level);

  void set_level(LogSeverity level) { level_ = level; }
  [[nodiscard]] bool writes(LogSeverity severity) const { return severity <= level_.load(); }
  void write(LogSeverity severity, std::string_view line);

 private:
  std::atomic<LogSeverity> level_;
  std::optional<Journal> const journal_;  // It takes fields;
  bool const for_journal_;                // else the severity from a prefix.
};

}  // namespace freshet::daemon
