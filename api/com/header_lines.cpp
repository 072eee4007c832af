#include "api/com/header_lines.h"

#include <algorithm>

namespace freshet::com {

namespace {

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

std::optional<std::vector<Header>> read_header_lines(std::string_view text) {
  std::vector<Header> headers;
  while (!text.empty()) {
    auto const end = std::min(text.find("\r\n"), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    headers.push_back({std::string(trimmed(line.substr(0, colon))),
                       std::string(trimmed(line.substr(colon + 1)))});
  }
  return headers;
}

std::string header_lines(std::vector<Header> const& headers) {
  std::string text;
  for (auto const& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text;
}

}  // namespace freshet::com
