#include "api/apt/message.h"

#include <algorithm>
#include <charconv>

namespace freshet::apt {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool read_first(std::string_view line, Message& message) {
  auto const end = line.data() + line.size();
  auto const parsed = std::from_chars(line.data(), end, message.code);
  if (parsed.ec != std::errc() || message.code < 100 || message.code > 999) return false;
  auto const rest = line.substr(static_cast<std::size_t>(parsed.ptr - line.data()));
  if (!rest.empty() && rest.front() != ' ') return false;
  message.words = rest.empty() ? "" : rest.substr(1);
  return true;
}

void read_field(std::string_view line, Message& message) {
  // A value goes on with what is indented.
  if (line.front() == ' ' || line.front() == '\t') {
    if (!message.fields.empty()) message.fields.back().second.append("\n").append(line);
    return;
  }
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return;
  auto value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  message.fields.emplace_back(line.substr(0, colon), value);
}

bool read(std::string_view text, Message& message) {
  message = {};
  bool first = true;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (std::exchange(first, false)) {
      if (!read_first(line, message)) return false;
    } else {
      read_field(line, message);
    }
  }
  return !first;
}

}  // namespace

std::string_view Message::get(std::string_view name) const {
  auto const found =
      std::ranges::find_if(fields, [&](auto const& f) { return same(f.first, name); });
  return found == fields.end() ? std::string_view() : found->second;
}

bool Message::has(std::string_view name) const {
  return std::ranges::any_of(fields, [&](auto const& field) { return same(field.first, name); });
}

void Message::set(std::string_view name, std::string value) {
  auto const found =
      std::ranges::find_if(fields, [&](auto const& f) { return same(f.first, name); });
  if (found == fields.end()) {
    fields.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

std::string to_text(Message const& message) {
  auto text = std::to_string(message.code) + " " + message.words + "\n";
  for (auto const& [name, value] : message.fields) {
    text.append(name).append(": ").append(value).append("\n");
  }
  return text + "\n";
}

void MessageReader::feed(std::string_view bytes) {
  if (broken_) return;
  in_ += bytes;
}

bool MessageReader::take(Message& message) {
  while (!broken_) {
    // Empty lines between messages mean nothing.
    auto const begin = in_.find_first_not_of("\r\n");
    in_.erase(0, begin == std::string::npos ? in_.size() : begin);
    if (begin != 0) seen_ = 0;
    auto const plain = in_.find("\n\n", seen_);
    auto const other = in_.find("\n\r\n", seen_);
    auto const end = std::min(plain, other);
    if (end == std::string::npos) {
      broken_ = in_.size() > kMessageBytesMax;
      seen_ = in_.size() < 3 ? 0 : in_.size() - 2;
      return false;
    }
    auto const text = in_.substr(0, end + 1);
    in_.erase(0, end + 1);
    seen_ = 0;
    if (read(text, message)) return true;
  }
  return false;
}

}  // namespace freshet::apt
