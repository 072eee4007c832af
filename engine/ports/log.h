// Where log lines go: the user's sink. Any thread.
//
// An event is a fixed sentence; what varies is in the fields. Never log a query string, a
// credential or a header value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace freshet {

enum class LogLevel : std::uint8_t {
  error,  // Someone must act.
  warn,   // Degraded, healing itself.
  info,   // A job's life in ten lines.
  debug,  // Per piece.
};

struct LogField {
  std::string_view key;
  std::string value;
};

class Log {
 public:
  virtual ~Log() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields = {}) = 0;
};

}  // namespace freshet
