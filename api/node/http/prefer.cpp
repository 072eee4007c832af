#include "api/node/http/prefer.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::uint64_t kSecondsMax = 3600;

// "wait=20" of "wait=20; foo"; parameters mean nothing here.
std::optional<std::uint64_t> wait_of(std::string_view preference) {
  auto const word = trimmed(preference.substr(0, preference.find(';')));
  auto const equals = word.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!same_word(trimmed(word.substr(0, equals)), "wait")) return std::nullopt;
  return parse_number(trimmed(word.substr(equals + 1)));
}

}  // namespace

// Of several the first counts (§2).
Duration preferred_wait(Fields const& fields) {
  for (auto const field : fields) {
    if (!same_word(field.name, "Prefer")) continue;
    ListReader list(field.value);
    while (auto const preference = list.next()) {
      if (auto const seconds = wait_of(*preference)) {
        return std::chrono::seconds{std::min(*seconds, kSecondsMax)};
      }
    }
  }
  return {};
}

}  // namespace freshet::node
