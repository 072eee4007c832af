#include "api/daemon/log_lines.h"

#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace freshet::daemon {

namespace {

constexpr std::size_t kLineCharsMax = 4096;  // PIPE_BUF.

}  // namespace

LogLines::LogLines(LogSeverity level)
    : level_(level),
      journal_(Journal::connected()),
      for_journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void LogLines::write(LogSeverity severity, std::string_view line) {
  if (severity > level_.load()) return;
  if (journal_ && journal_->write(severity, line)) return;
  constexpr std::string_view names[] = {"error ", "warn ", "info ", "debug "};
  constexpr std::string_view prefixes[] = {"<3>", "<4>", "<6>", "<7>"};  // syslog(3)
  auto const index = static_cast<std::size_t>(severity);
  std::string text(for_journal_ ? prefixes[index] : names[index]);
  text.append(line).append("\n");
  // Nobody who leaves the log unread shall stop the engine: such lines are dropped. A pipe that can
  // be written to at all takes one line.
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&ready, 1, 0) == 0) return;
  if (text.size() > kLineCharsMax) text.resize(kLineCharsMax);
  // One write: lines of several threads stay whole.
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

}  // namespace freshet::daemon
