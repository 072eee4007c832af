#include "peer/torrent_bytes.h"

#include "engine/base/hash.h"
#include "engine/content/torrent_file.h"
#include "peer/group_proof.h"

namespace freshet::peer {

namespace {

std::string bencoded(Digest const& digest) {
  return "32:" + std::string(reinterpret_cast<char const*>(digest.bytes.data()), 32);
}

std::string layers(Manifest const& manifest) {
  std::string result = "12:piece layersd" + bencoded(manifest.content.root) +
                       std::to_string(manifest.layer.size() * 32) + ":";
  for (auto const& piece : manifest.layer) {
    result.append(reinterpret_cast<char const*>(piece.bytes.data()), piece.bytes.size());
  }
  return result + "e";
}

}  // namespace

TorrentBytes torrent_bytes(ContentId const& content, Manifest const* manifest,
                           std::string_view group_secret) {
  auto info = canonical_info(content);
  if (!group_secret.empty()) {
    info.pop_back();  // Its key comes last in the order of keys.
    info += "7:x-group" + bencoded(group_salt(group_secret, content)) + "e";
  }
  auto const info_hash = sha256(std::as_bytes(std::span(info)));
  auto file = "d4:info" + info;
  if (manifest != nullptr && manifest->layer.size() > 1) file += layers(*manifest);
  return {file + "e", info_hash};
}

}  // namespace freshet::peer
