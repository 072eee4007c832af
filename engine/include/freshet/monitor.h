// What Delivery Optimization's monitoring shows: each file, and the whole. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/export.h"
#include "freshet/peers.h"
#include "freshet/policy.h"
#include "freshet/units.h"

namespace freshet {

enum class FileState : std::uint8_t {
  downloading,
  complete,  // Whole, and not shared with peers.
  caching,   // Whole, and shared.
  paused,    // Suspended, waiting, or in error.
};
[[nodiscard]] FRESHET_EXPORT std::string_view name(FileState state);

// One file of a job, or a stored content that no job has any more: how that came. Bytes to and from
// peers are those of its content as long as it is stored; the rest is of the file.
struct FileStatus {
  std::string file_id;  // Its content id, else "<job>/<index>".
  std::optional<Bytes> size;
  Bytes size_in_cache = 0;
  Bytes from_http = 0;  // Origins, mirrors and cache hosts.
  Bytes from_peers = 0;
  Bytes from_cache_hosts = 0;  // Of those from HTTP.
  ByPeerClass<PeerTraffic> peers;
  FileState state = FileState::paused;
  bool foreground = false;
  Duration download_time{};  // Of its job.
  std::uint32_t http_connections = 0;
  ByPeerClass<std::uint32_t> peer_connections;
  DownloadMode mode = DownloadMode::http_only;
  std::string source_url;  // Without query and credentials.
  std::string cache_host;  // The first that policy names.
  std::uint32_t peers_known = 0;
  std::optional<std::uint32_t> owner;  // User id of the last caller.
  std::optional<WallTime> expires;     // When it is shared no longer, or too old for the cache.
  bool pinned = false;                 // Shared until that is taken back.
  std::string path;
  bool operator==(FileStatus const&) const = default;

  [[nodiscard]] Bytes downloaded() const { return from_http + from_peers; }
  [[nodiscard]] double percent_from_peers() const {
    auto const all = downloaded();
    return all == 0 ? 0 : 100.0 * static_cast<double>(from_peers) / static_cast<double>(all);
  }
};

// The whole engine, since its start or in this calendar month.
struct PerfSnapshot {
  MovedBytes moved;
  std::uint64_t files = 0;  // Stored or under way.
  DownloadMode mode = DownloadMode::http_only;
  Bytes cache_bytes = 0;
  Bytes disk_bytes = 0;
  Bytes disk_free_bytes = 0;
  double cpu_percent = 0;  // Of one core, since the last snapshot.
  Bytes memory_bytes = 0;
  std::uint32_t peers = 0;
  std::uint32_t cache_host_connections = 0;
  std::uint32_t origin_connections = 0;
  ByPeerClass<std::uint32_t> peer_connections;
  BytesPerSecond downlink{};  // Of all adapters, since the last snapshot.
  BytesPerSecond uplink{};
  BytesPerSecond downlink_usage{};  // Ours.
  BytesPerSecond uplink_usage{};
  std::uint32_t foreground_rate_percent = 100;  // Of what was measured, as policy has it.
  std::uint32_t background_rate_percent = 100;
  std::uint32_t upload_rate_percent = 100;
  std::uint32_t uploads = 0;  // Contents that peers are served now.
  std::uint32_t foreground_downloads = 0;
  std::uint32_t foreground_waiting = 0;
  std::uint32_t background_downloads = 0;
  std::uint32_t background_waiting = 0;
  double peers_per_download = 0;  // Connected to, on average, of what is under way.
  bool operator==(PerfSnapshot const&) const = default;

  [[nodiscard]] FRESHET_EXPORT Bytes downloaded() const;
  [[nodiscard]] FRESHET_EXPORT Bytes uploaded() const;
  // Plain quotients; 0 without files.
  [[nodiscard]] FRESHET_EXPORT Bytes average_download() const;
  [[nodiscard]] FRESHET_EXPORT Bytes average_upload() const;
};

}  // namespace freshet
