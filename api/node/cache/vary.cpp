#include "api/node/cache/vary.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

// Fields whose elements mean the same in any case.
constexpr std::string_view kAnyCase[]{"accept-encoding", "accept-language", "accept-charset",
                                      "accept"};

// A list without differences that mean nothing: blanks, empty elements, how many lines it came in.
std::string normalized(std::string_view name, std::string_view value) {
  std::string out;
  ListReader list(value);
  while (auto const element = list.next()) {
    if (!out.empty()) out += ',';
    bool const any_case = std::ranges::find(kAnyCase, name) != std::end(kAnyCase);
    out += any_case ? lowered(*element) : std::string(*element);
  }
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> vary_names(Fields const& response) {
  std::vector<std::string> names;
  auto const vary = response.joined("Vary");
  if (!vary) return names;
  ListReader list(*vary);
  while (auto const name = list.next()) {
    if (*name == "*" || !is_token(*name) || names.size() == kVaryNamesMax) return std::nullopt;
    names.push_back(lowered(*name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string vary_key(std::vector<std::string> const& names, Fields const& request) {
  std::string key;
  for (auto const& name : names) {
    auto const value = request.joined(name);
    key += name;
    if (value) key.append(":").append(normalized(name, *value));
    key += '\n';
  }
  return key;
}

bool selects(Fields const& stored, std::string const& key, Fields const& request) {
  auto const names = vary_names(stored);
  return names && vary_key(*names, request) == key;
}

}  // namespace freshet::node
