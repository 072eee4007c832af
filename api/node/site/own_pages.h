// The node's own documents by their paths: who it is, its key, and manifests of what it stores.
//
// Pure; any thread. Hostile input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/url.h"
#include "freshet/content_id.h"

namespace freshet::node {

enum class OwnPage : std::uint8_t {
  about,                // /.well-known/freshet/node.json
  key,                  // /.well-known/freshet/key.pub, and .minisig by the key before it
  manifest_of_content,  // /.well-known/freshet/content/LENGTH-ROOT.torrent, and .torrent.minisig
  manifest_of_url,      // /.well-known/freshet/url.torrent?url=URL, and .torrent.minisig
  proof,                // /.well-known/freshet/proof?nonce=NONCE
  announce,             // /announce, of the tracker
  scrape,               // /scrape
};

struct OwnRequest {
  OwnPage page = OwnPage::about;
  bool signature = false;  // Of the document, instead of it.
  ContentId content;       // Of manifest_of_content.
  std::string url;         // Of manifest_of_url: as it is a key of the cache.
  std::string query;       // Of the tracker; of proof, the nonce.
  bool operator==(OwnRequest const&) const = default;
};
// Nothing: there is no such page.
[[nodiscard]] std::optional<OwnRequest> parse_own(Url const& asked);

[[nodiscard]] std::string manifest_path(ContentId const& content);
[[nodiscard]] std::string manifest_path_of_url(std::string_view url);

}  // namespace freshet::node
