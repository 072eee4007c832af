#include "peer/mode.h"

namespace freshet {

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
