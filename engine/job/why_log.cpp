#include "engine/job/why_log.h"

#include <algorithm>
#include <charconv>

#include "engine/transfer/json_writer.h"

namespace freshet {

namespace {

constexpr std::size_t kStatesFirst = WhyLog::kStatesMax / 3;
constexpr std::size_t kErrorTextMax = 300;
constexpr std::string_view kFile = "{\"file\":";
constexpr std::string_view kTransfer = ",\"transfer\":";

// The objects of the array that `text` begins with; strings may hold brackets.
std::vector<std::string_view> objects_of(std::string_view text) {
  std::vector<std::string_view> objects;
  std::size_t depth = 0;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = false;
      continue;
    }
    if (text[i] == '"') quoted = true;
    if (text[i] == '{' && depth++ == 0) begin = i;
    if (text[i] == '}' && depth > 0 && --depth == 0)
      objects.push_back(text.substr(begin, i + 1 - begin));
    if (text[i] == ']' && depth == 0) return objects;
  }
  return {};
}

std::uint64_t number_at(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void WhyLog::set_earlier(std::string_view json) {
  constexpr std::string_view kHead = "{\"files\":";
  if (!json.starts_with(kHead)) return;
  json.remove_prefix(kHead.size());
  for (auto const object : objects_of(json)) {
    auto const transfer = object.find(kTransfer);
    if (!object.starts_with(kFile) || transfer == std::string_view::npos) continue;
    auto text = object.substr(transfer + kTransfer.size());
    text.remove_suffix(1);
    chars_ += text.size();
    parts_.emplace_back(static_cast<std::uint32_t>(number_at(object.substr(kFile.size()))), text);
  }
  // The last of their kind: what stands in a file's record comes before.
  constexpr std::string_view kStates = "],\"states\":";
  constexpr std::string_view kLeftOut = "],\"left_out\":";
  if (auto const at = json.rfind(kStates); at != std::string_view::npos) {
    for (auto const object : objects_of(json.substr(at + kStates.size()))) {
      if (states_.size() < kStatesMax) states_.emplace_back(object);
    }
  }
  if (auto const at = json.rfind(kLeftOut); at != std::string_view::npos) {
    left_out_ = number_at(json.substr(at + kLeftOut.size()));
  }
}

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

void WhyLog::moved(WallTime at, std::string_view state, Error const* error) {
  JsonWriter json;
  json.begin_object();
  json.field("at", static_cast<std::uint64_t>(at.time_since_epoch().count()));
  json.field("state", state);
  if (error != nullptr) {
    json.field("error", name(error->code));
    json.field("text", std::string_view(describe(*error)).substr(0, kErrorTextMax));
  }
  json.end_object();
  states_.push_back(json.take());
  if (states_.size() > kStatesMax) states_.erase(states_.begin() + kStatesFirst);
}

std::string WhyLog::text() const {
  std::string text = "{\"files\":[";
  for (auto const& [file, json] : parts_) {
    if (text.back() != '[') text += ',';
    text += std::string(kFile) + std::to_string(file) + std::string(kTransfer) + json + "}";
  }
  text += "],\"states\":[";
  for (auto const& state : states_) {
    if (text.back() != '[') text += ',';
    text += state;
  }
  return text + "],\"left_out\":" + std::to_string(left_out_) + "}";
}

}  // namespace freshet
