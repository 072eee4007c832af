// Names of what concerns peers (freshet/peers.h).
#include <array>

#include "freshet/peers.h"

namespace freshet {

namespace {

struct Row {
  DownloadMode mode;
  std::string_view name;
  std::string_view number;
};

constexpr std::array kRows{
    Row{DownloadMode::http_only, "off", "0"},  Row{DownloadMode::lan, "lan", "1"},
    Row{DownloadMode::group, "group", "2"},    Row{DownloadMode::internet, "internet", "3"},
    Row{DownloadMode::simple, "simple", "99"}, Row{DownloadMode::bypass, "bypass", "100"},
};

}  // namespace

std::string_view name(DownloadMode mode) {
  for (auto const& row : kRows) {
    if (row.mode == mode) return row.name;
  }
  return "off";
}

std::optional<DownloadMode> download_mode_from_string(std::string_view text) {
  for (auto const& row : kRows) {
    if (row.name == text || row.number == text) return row.mode;
  }
  return std::nullopt;
}

std::string_view name(PeerClass peer_class) {
  constexpr std::array<std::string_view, 4> kNames{"lan", "group", "internet", "link_local"};
  return kNames[static_cast<std::size_t>(peer_class)];
}

}  // namespace freshet
