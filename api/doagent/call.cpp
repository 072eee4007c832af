#include "api/doagent/call.h"

#include <vector>

#include "api/doagent/words.h"

namespace freshet::doagent {

namespace {

struct MethodRow {
  std::string_view name;
  std::string_view verb;
  Method method;
};
constexpr MethodRow kMethods[] = {
    {"create", "POST", Method::create},
    {"start", "POST", Method::start},
    {"pause", "POST", Method::pause},
    {"finalize", "POST", Method::finalize},
    {"abort", "POST", Method::abort},
    {"getstatus", "GET", Method::get_status},
    {"getproperty", "GET", Method::get_property},
    {"setproperty", "POST", Method::set_property},
    {"enumerate", "GET", Method::enumerate},
};

constexpr std::array<std::string_view, kParameters> kNames{
    "Id", "Uri", "DownloadFilePath", "NoProgressTimeoutSeconds", "PropertyKey"};

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  auto const small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// Nothing for a broken escape, and for a zero byte, which no path or URL has.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      int const high = hex_value(text[i + 1]);
      int const low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

// The parts between slashes, without empty ones.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    auto const part = path.substr(0, path.find('/'));
    if (!part.empty()) parts.push_back(part);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return parts;
}

std::optional<Method> method_of(std::string_view verb, std::string_view path) {
  auto const parts = parts_of(path);
  if (parts.size() != 2) return std::nullopt;
  auto const folder = decoded(parts[0]);
  auto const method = decoded(parts[1]);
  if (!folder || !method || !same_letters(*folder, "download")) return std::nullopt;
  for (auto const& row : kMethods) {
    if (row.verb == verb && same_letters(row.name, *method)) return row.method;
  }
  return std::nullopt;
}

bool take_pair(std::string_view pair, MethodCall& call) {
  auto const equals = pair.find('=');
  if (equals == std::string_view::npos) return true;
  auto const name = decoded(pair.substr(0, equals));
  auto value = decoded(pair.substr(equals + 1));
  auto const parameter = name ? parameter_from(*name) : std::nullopt;
  if (!parameter || !value) return false;
  call.given[static_cast<std::size_t>(*parameter)] = std::move(*value);
  return true;
}

}  // namespace

std::string_view name(Parameter parameter) {
  return kNames[static_cast<std::size_t>(parameter)];
}

std::optional<Parameter> parameter_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (same_letters(kNames[i], name)) return static_cast<Parameter>(i);
  }
  return std::nullopt;
}

Coded<MethodCall> read_call(std::string_view verb, std::string_view target) {
  auto const question = target.find('?');
  auto const method = method_of(verb, target.substr(0, question));
  if (!method) return tl::unexpected(kNotSupported);
  MethodCall call{*method, {}};
  auto query = question == std::string_view::npos ? "" : target.substr(question + 1);
  while (!query.empty()) {
    auto const pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (!take_pair(pair, call)) return tl::unexpected(kInvalidArgument);
  }
  return call;
}

}  // namespace freshet::doagent
