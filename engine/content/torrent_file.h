// Manifests as files: the .torrent of BEP 52, and the one canonical torrent of each content.
//
// Pure; any thread. The canonical info dictionary follows from length and root alone, so all who
// hold the same bytes find the same swarm. Files of others are read as long as they hold one file.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/content/manifest.h"

namespace freshet {

// A file larger than this is refused: the largest layer and room for everything else.
inline constexpr std::size_t kTorrentBytesMax = std::size_t{kPiecesMax} * 32 + (1U << 20);
inline constexpr std::size_t kTorrentUrlsMax = 256;
inline constexpr std::size_t kTorrentNameBytesMax = 255;

// The canonical info dictionary, bencoded: version 2, one file, named by its root.
[[nodiscard]] std::string canonical_info(ContentId const& content);
// SHA-256 of the canonical info dictionary.
[[nodiscard]] Digest canonical_info_hash(ContentId const& content);
// The first 20 bytes: how trackers, peers and the DHT carry an info-hash.
[[nodiscard]] std::array<std::byte, 20> truncated(Digest const& info_hash);

struct TorrentFile {
  std::shared_ptr<Manifest const> manifest;
  std::string name;                   // Of the file; one path segment, safe to use as such.
  std::vector<std::string> urls;      // url-list (BEP 19), http and https; others are left out.
  std::vector<std::string> trackers;  // In the order of their tiers.
  Digest info_hash;                   // Version 2, of the info dictionary as it is.
  bool canonical = false;             // The info-hash is the canonical one of this content.
  bool is_private = false;            // BEP 27: peers from its trackers only.
};

// A torrent of version 2, or hybrid, with one file. Every field that is used is checked, the piece
// layer against the root: manifest_invalid.
[[nodiscard]] Result<TorrentFile> read_torrent(std::string_view text);

// The canonical torrent with its piece layer. The same for everyone who gives the same URLs and
// trackers: it carries no date and no program's name. invalid_argument when the manifest's piece
// length is not canonical.
[[nodiscard]] Result<std::string> write_torrent(Manifest const& manifest,
                                                std::span<std::string const> urls,
                                                std::span<std::string const> trackers = {});

}  // namespace freshet
