#include "api/cli/monitor_json.h"

#include <nlohmann/json.hpp>

#include "api/cli/json_text.h"

namespace freshet::cli {

namespace {

using nlohmann::json;

// As Delivery Optimization spells them in its fields.
std::string_view label(PeerClass peer_class) {
  switch (peer_class) {
    case PeerClass::lan:
      return "Lan";
    case PeerClass::group:
      return "Group";
    case PeerClass::internet:
      return "Internet";
    case PeerClass::link_local:
      return "LinkLocal";
  }
  return "Internet";
}

void put_traffic(json& value, ByPeerClass<PeerTraffic> const& peers) {
  for (auto const peer_class : kPeerClasses) {
    auto const name = std::string(label(peer_class)) + "Peers";
    value["BytesFrom" + name] = peers.of(peer_class).received;
    value["BytesTo" + name] = peers.of(peer_class).sent;
  }
}

void put_connections(json& value, ByPeerClass<std::uint32_t> const& connections,
                     std::string const& suffix) {
  for (auto const peer_class : kPeerClasses) {
    value[std::string(label(peer_class)) + suffix] = connections.of(peer_class);
  }
}

}  // namespace

json to_json(PolicyEntry const& policy) {
  return {{"policy", policy.name},
          {"value", policy.value.empty() ? json(nullptr) : json(policy.value)},
          {"unit", policy.unit},
          {"origin", name(policy.origin)},
          {"place", policy.place}};
}

json to_json(FileStatus const& status) {
  json value{{"FileId", status.file_id},
             {"FileSize", status.size ? json(*status.size) : json(nullptr)},
             {"FileSizeInCache", status.size_in_cache},
             {"TotalBytesDownloaded", status.downloaded()},
             {"PercentPeerCaching", status.percent_from_peers()},
             {"BytesFromPeers", status.from_peers},
             {"BytesFromHttp", status.from_http},
             {"BytesFromCacheServer", status.from_cache_hosts},
             {"Status", name(status.state)},
             {"Priority", status.foreground ? "Foreground" : "Background"},
             {"DownloadDuration", std::chrono::duration<double>(status.download_time).count()},
             {"HttpConnectionCount", status.http_connections},
             {"DownloadMode", name(status.mode)},
             {"SourceURL", status.source_url},
             {"CacheHost", status.cache_host},
             {"NumPeers", status.peers_known},
             {"PredefinedCallerApplication", status.owner ? json(*status.owner) : json(nullptr)},
             {"ExpireOn", time_json(status.expires)},
             {"IsPinned", status.pinned},
             {"Path", status.path}};
  put_traffic(value, status.peers);
  put_connections(value, status.peer_connections, "ConnectionCount");
  return value;
}

json to_json(PerfSnapshot const& perf) {
  json value{{"FilesDownloaded", perf.moved.files_downloaded},
             {"FilesUploaded", perf.moved.files_uploaded},
             {"Files", perf.files},
             {"TotalBytesDownloaded", perf.downloaded()},
             {"TotalBytesUploaded", perf.uploaded()},
             {"AverageDownloadSize", perf.average_download()},
             {"AverageUploadSize", perf.average_upload()},
             {"BytesFromCdn", perf.moved.from_origin},
             {"BytesFromCacheServer", perf.moved.from_cache_hosts},
             {"DownloadMode", name(perf.mode)},
             {"CacheSizeBytes", perf.cache_bytes},
             {"TotalDiskBytes", perf.disk_bytes},
             {"AvailableDiskBytes", perf.disk_free_bytes},
             {"CpuUsagePct", perf.cpu_percent},
             {"MemUsageKB", perf.memory_bytes / 1024},
             {"NumberOfPeers", perf.peers},
             {"CacheHostConnections", perf.cache_host_connections},
             {"CdnConnections", perf.origin_connections},
             {"DownlinkBps", perf.downlink.value},
             {"DownlinkUsageBps", perf.downlink_usage.value},
             {"UplinkBps", perf.uplink.value},
             {"UplinkUsageBps", perf.uplink_usage.value},
             {"ForegroundDownloadRatePct", perf.foreground_rate_percent},
             {"BackgroundDownloadRatePct", perf.background_rate_percent},
             {"UploadRatePct", perf.upload_rate_percent},
             {"UploadCount", perf.uploads},
             {"ForegroundDownloadCount", perf.foreground_downloads},
             {"ForegroundDownloadsPending", perf.foreground_waiting},
             {"BackgroundDownloadCount", perf.background_downloads},
             {"BackgroundDownloadsPending", perf.background_waiting},
             {"AveragePeerConnections", perf.peers_per_download}};
  put_traffic(value, perf.moved.peers);
  put_connections(value, perf.peer_connections, "Connections");
  return value;
}

}  // namespace freshet::cli
