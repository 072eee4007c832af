#include "api/doctor/finding.h"

#include <algorithm>
#include <array>

namespace freshet::doctor {

namespace {

constexpr std::array<std::string_view, 12> kChecks{
    "engine",    "clock",          "disk",   "limits", "proxy", "multicast",
    "peer_port", "peer_reachable", "origin", "policy", "bans",  "records",
};
static_assert(kChecks.size() == static_cast<std::size_t>(Check::records) + 1);

constexpr std::array<std::string_view, 4> kSeverities{"ok", "note", "warning", "error"};

}  // namespace

std::string_view name(Check check) {
  return kChecks.at(static_cast<std::size_t>(check));
}

std::string_view name(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

Severity worst(Findings const& findings) {
  auto worst = Severity::ok;
  for (auto const& finding : findings) worst = std::max(worst, finding.severity);
  return worst;
}

}  // namespace freshet::doctor
