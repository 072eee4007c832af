#include "engine/job/why_log.h"

#include <algorithm>

namespace freshet {

void WhyLog::put(std::uint32_t file, std::string json, std::size_t chars_max) {
  auto const known = std::ranges::find(parts_, file, &decltype(parts_)::value_type::first);
  if (known != parts_.end()) {
    chars_ -= known->second.size();
    parts_.erase(known);
  }
  chars_ += json.size();
  parts_.emplace_back(file, std::move(json));
  while (chars_ > chars_max) {
    chars_ -= parts_.front().second.size();
    parts_.pop_front();
    ++left_out_;
  }
}

std::string WhyLog::text() const {
  if (parts_.empty() && left_out_ == 0 && !earlier_.empty()) return earlier_;
  std::string text = "{\"files\":[";
  for (auto const& [file, json] : parts_) {
    if (text.back() != '[') text += ',';
    text += "{\"file\":" + std::to_string(file) + ",\"transfer\":" + json + "}";
  }
  return text + "],\"left_out\":" + std::to_string(left_out_) + "}";
}

}  // namespace freshet
