// Reads server-sent events from bytes (HTML, "Server-sent events"). Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet::remote {

struct SseEvent {
  std::string name;  // Empty: "message".
  std::string data;
  std::string id;  // The last one seen, in this event or before.
};

class SseReader {
 public:
  explicit SseReader(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // Calls `on_event` for each event that has ended. limit_reached: one is too long.
  [[nodiscard]] Result<void> feed(std::string_view bytes,
                                  std::function<void(SseEvent const&)> const& on_event);

 private:
  void take_line(std::string_view line, std::function<void(SseEvent const&)> const& on_event);
  void take_field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
};

}  // namespace freshet::remote
