#include "api/com/app_data.h"

#include <charconv>

namespace freshet::com {

namespace {

constexpr std::string_view kMark = "freshet-com 1\n";

// One value a line.
std::string escaped(std::string_view value) {
  std::string out;
  for (auto const letter : value) {
    if (letter == '\n') {
      out += "\\n";
    } else if (letter == '\\') {
      out += "\\\\";
    } else {
      out += letter;
    }
  }
  return out;
}

std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '\\' || at + 1 == value.size()) {
      out += value[at];
    } else {
      out += value[++at] == 'n' ? '\n' : value[at];
    }
  }
  return out;
}

}  // namespace

AppData AppData::parse(std::string_view text) {
  AppData data;
  data.ours_ = text.empty() || text.starts_with(kMark);
  if (!text.starts_with(kMark)) return data;
  text.remove_prefix(kMark.size());
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto const equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    data.values_.insert_or_assign(std::string(line.substr(0, equals)),
                                  unescaped(line.substr(equals + 1)));
  }
  return data;
}

std::optional<std::string> AppData::get(std::string const& name) const {
  auto const found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::uint64_t AppData::number(std::string const& name, std::uint64_t otherwise) const {
  auto const text = get(name);
  if (!text) return otherwise;
  std::uint64_t value = 0;
  auto const* const end = text->data() + text->size();
  auto const read = std::from_chars(text->data(), end, value);
  return read.ec == std::errc{} && read.ptr == end ? value : otherwise;
}

void AppData::set(std::string const& name, std::string value) {
  values_.insert_or_assign(name, std::move(value));
}

std::string AppData::text() const {
  std::string out(kMark);
  for (auto const& [name, value] : values_) out += name + "=" + escaped(value) + "\n";
  return out;
}

}  // namespace freshet::com
