#include "api/remote/sse_reader.h"

#include <utility>

namespace freshet::remote {

Result<void> SseReader::feed(std::string_view bytes,
                             std::function<void(SseEvent const&)> const& on_event) {
  while (!bytes.empty()) {
    auto const end = bytes.find('\n');
    auto const part = bytes.substr(0, end);
    if (line_.size() + event_.data.size() + part.size() > event_bytes_max_) {
      return fail(Errc::limit_reached, "daemon", "an event is too long");
    }
    line_ += part;
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    take_line(std::exchange(line_, {}), on_event);
  }
  return {};
}

void SseReader::take_line(std::string_view line,
                          std::function<void(SseEvent const&)> const& on_event) {
  if (line.empty()) {
    if (has_data_) on_event(event_);
    event_ = {{}, {}, std::move(event_.id)};
    has_data_ = false;
    return;
  }
  auto const colon = line.find(':');
  if (colon == 0) return;  // A comment.
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseReader::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    event_.name = value;
  } else if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

}  // namespace freshet::remote
