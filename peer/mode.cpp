#include "peer/mode.h"

#include <array>

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

ModeRules rules_of(DownloadMode mode, bool has_group_secret) {
  switch (mode) {
    case DownloadMode::lan:
      return {
          .peers = true, .proof = has_group_secret, .local_search = true, .peer_exchange = true};
    case DownloadMode::group:
      // Without a secret nobody could prove anything: the group is then the local network.
      return {.peers = true,
              .strangers = has_group_secret,
              .proof = has_group_secret,
              .local_search = true,
              .peer_exchange = true};
    case DownloadMode::internet:
      return {.peers = true,
              .strangers = true,
              .proof = has_group_secret,
              .local_search = true,
              .peer_exchange = true,
              .dht = !has_group_secret,
              .port_mapping = true};
    case DownloadMode::http_only:
    case DownloadMode::simple:
    case DownloadMode::bypass:
      break;
  }
  return {};
}

}  // namespace freshet
