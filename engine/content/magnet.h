// Magnet links of version 2: "magnet:?xt=urn:btmh:1220" and the info-hash.
//
// Pure; any thread. Our links also carry the length (xl) and the root as the name (dn). From these
// two the canonical info dictionary follows, and its hash must be the link's: who reads such a link
// knows the content's identity without asking a peer. Ordinary clients read the same link as any
// other.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/error.h"

namespace freshet {

inline constexpr std::size_t kMagnetBytesMax = 16384;
inline constexpr std::size_t kMagnetEntriesMax = 64;

struct Magnet {
  Digest info_hash;
  std::optional<ContentId> content;   // Present in canonical links, proven by the info-hash.
  std::string name;                   // dn, for people; empty when absent.
  std::vector<std::string> urls;      // ws, http and https.
  std::vector<std::string> trackers;  // tr
  std::vector<std::string> peers;     // x.pe, "host:port"
};

// The canonical link of a content.
[[nodiscard]] std::string magnet_link(ContentId const& content,
                                      std::span<std::string const> urls = {},
                                      std::span<std::string const> trackers = {});

// manifest_invalid for anything else than a magnet link with a version 2 info-hash.
[[nodiscard]] Result<Magnet> parse_magnet(std::string_view text);

}  // namespace freshet
