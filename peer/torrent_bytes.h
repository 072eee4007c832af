// The torrent under which a content is shared: the canonical one, or the group's own.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/content/manifest.h"
#include "freshet/digest.h"

namespace freshet::peer {

struct TorrentBytes {
  std::string file;  // With the piece layer when there is a manifest.
  Digest info_hash;
};

// `manifest` may be null. An empty secret gives the canonical torrent.
[[nodiscard]] TorrentBytes torrent_bytes(ContentId const& content, Manifest const* manifest,
                                         std::string_view group_secret);

}  // namespace freshet::peer
