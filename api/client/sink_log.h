// Brings log lines to the function the application gave. Any thread, if the function may.
#pragma once

#include "engine/ports/log.h"
#include "freshet/client.h"

namespace freshet {

class SinkLog final : public Log {
 public:
  using Sink = std::function<void(LogSeverity, std::string_view)>;
  explicit SinkLog(Sink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] bool enabled(LogLevel) const override { return static_cast<bool>(sink_); }
  // "event key=value key=value".
  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override;

 private:
  Sink sink_;
};

}  // namespace freshet
