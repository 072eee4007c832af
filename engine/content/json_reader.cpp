#include "engine/content/json_reader.h"

#include <algorithm>
#include <charconv>

namespace freshet {

namespace {

constexpr std::size_t kDepthMax = 16;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20;
}

// RFC 8259 §6.
bool is_number(std::string_view text) {
  auto const digits = [&text] {
    auto const size =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    text.remove_prefix(size);
    return size > 0;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0') && text.size() > 1 && is_digit(text[1])) return false;
  if (!digits()) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!digits()) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!digits()) return false;
  }
  return text.empty();
}

}  // namespace

void JsonReader::skip_space() {
  auto const size = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
  rest_.remove_prefix(size);
}

bool JsonReader::take(char c) {
  skip_space();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool JsonReader::at_end() {
  skip_space();
  return rest_.empty();
}

std::optional<std::string> JsonReader::string() {
  if (!take('"')) return std::nullopt;
  std::string text;
  while (!rest_.empty()) {
    char const c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return text;
    if (is_control(c) || (c == '\\' && !rest_.starts_with('/'))) return std::nullopt;
    if (c != '\\') text += c;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> JsonReader::number() {
  skip_space();
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  auto const size = static_cast<std::size_t>(end - rest_.data());
  if (error != std::errc{} || !is_number(rest_.substr(0, size))) return std::nullopt;
  rest_.remove_prefix(size);
  if (rest_.starts_with('.') || rest_.starts_with('e') || rest_.starts_with('E'))
    return std::nullopt;
  return value;
}

bool JsonReader::skip() {
  return skip(0);
}

bool JsonReader::skip(std::size_t depth) {
  if (depth > kDepthMax) return false;
  skip_space();
  if (rest_.starts_with('"')) return skip_string();
  if (take('{')) return skip_container('}', true, depth);
  if (take('[')) return skip_container(']', false, depth);
  return skip_scalar();
}

bool JsonReader::skip_string() {
  rest_.remove_prefix(1);
  while (!rest_.empty() && rest_.front() != '"') {
    if (is_control(rest_.front())) return false;
    auto const size = rest_.front() == '\\' ? std::size_t{2} : std::size_t{1};
    if (size > rest_.size()) return false;
    rest_.remove_prefix(size);
  }
  if (rest_.empty()) return false;
  rest_.remove_prefix(1);
  return true;
}

bool JsonReader::skip_container(char close, bool keys, std::size_t depth) {
  if (take(close)) return true;
  do {
    skip_space();
    if (keys && (!rest_.starts_with('"') || !skip_string() || !take(':'))) return false;
    if (!skip(depth + 1)) return false;
  } while (take(','));
  return take(close);
}

bool JsonReader::skip_scalar() {
  auto const size = std::min(rest_.find_first_of(",]} \t\r\n"), rest_.size());
  auto const word = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return word == "true" || word == "false" || word == "null" || is_number(word);
}

}  // namespace freshet
