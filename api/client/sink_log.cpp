#include "api/client/sink_log.h"

namespace freshet {

namespace {

LogSeverity severity(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return LogSeverity::error;
    case LogLevel::warn:
      return LogSeverity::warn;
    case LogLevel::info:
      return LogSeverity::info;
    case LogLevel::debug:
      break;
  }
  return LogSeverity::debug;
}

// One line each, whatever a server put into a value.
void append_value(std::string& line, std::string_view value) {
  bool const quoted = value.empty() || value.find_first_of(" \t\"=") != std::string_view::npos;
  if (quoted) line += '"';
  for (char const c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += c >= 0 && c < 0x20 ? '?' : c;
  }
  if (quoted) line += '"';
}

}  // namespace

void SinkLog::write(LogLevel level, std::string_view event,
                    std::initializer_list<LogField> fields) {
  if (!sink_) return;
  std::string line(event);
  for (auto const& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  sink_(severity(level), line);
}

}  // namespace freshet
