#include "api/client/manifests.h"

#include <algorithm>
#include <utility>

#include "api/small_file.h"
#include "engine/content/magnet.h"
#include "engine/content/minisign.h"
#include "engine/content/torrent_file.h"
#include "engine/job/file_change.h"

namespace freshet {

Result<void> resolve_magnet(FileSpec& file) {
  if (!file.manifest.starts_with("magnet:")) return {};
  auto const magnet = parse_magnet(file.manifest);
  if (!magnet) return tl::unexpected(magnet.error());
  if (!magnet->content) {
    return fail(Errc::manifest_invalid, "magnet link",
                "does not carry the content's length and root");
  }
  if (file.content && *file.content != *magnet->content) {
    return fail(Errc::manifest_mismatch, "magnet link", "names another content");
  }
  file.content = magnet->content;
  file.manifest.clear();
  for (auto const& url : magnet->urls) {
    if (std::ranges::find(file.urls, url) == file.urls.end()) file.urls.push_back(url);
  }
  return {};
}

Result<void> read_manifest(FileSpec& file) {
  if (!file.manifest.starts_with('/') || !file.manifest_bytes.empty()) return {};
  auto bytes = read_small_file(file.manifest, kTorrentBytesMax);
  if (!bytes) return tl::unexpected(bytes.error());
  file.manifest_bytes = std::move(*bytes);
  auto signature = read_small_file(file.manifest + ".minisig", kSignatureBytesMax);
  if (signature) file.manifest_signature = std::move(*signature);
  bool const absent = !signature && signature.error().code == Errc::not_found;
  if (!signature && !absent) return tl::unexpected(signature.error());
  return {};
}

Result<void> read_manifests(std::vector<FileSpec>& files) {
  for (auto& file : files) {
    if (auto resolved = resolve_magnet(file); !resolved) return resolved;
    if (auto read = read_manifest(file); !read) return read;
  }
  return {};
}

Result<void> read_manifests(FileChange& change) {
  if (!change.identity) return {};
  std::vector<FileSpec> file(1);
  apply({.identity = std::move(change.identity)}, file.front());
  auto read = read_manifests(file);
  change.identity = identity_of(file.front());
  return read;
}

}  // namespace freshet
