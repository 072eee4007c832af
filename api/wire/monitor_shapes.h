// The members of what policies and monitoring tell. As shapes.h.
#pragma once

#include "api/wire/shapes.h"

namespace freshet::wire {

template <typename T>
struct Shape<ByPeerClass<T>> {
  using Classes = ByPeerClass<T>;
  static constexpr std::tuple members{may("lan", &Classes::lan), may("group", &Classes::group),
                                      may("internet", &Classes::internet),
                                      may("link_local", &Classes::link_local)};
};

template <>
struct Shape<PeerTraffic> {
  static constexpr std::tuple members{may("received", &PeerTraffic::received),
                                      may("sent", &PeerTraffic::sent)};
};

template <>
struct Shape<PeerVerdict> {
  static constexpr std::tuple members{may("meet", &PeerVerdict::meet),
                                      may("serve", &PeerVerdict::serve),
                                      may("why", &PeerVerdict::why)};
};

template <>
struct Shape<PolicyEntry> {
  static constexpr std::tuple members{
      must("name", &PolicyEntry::name), must("value", &PolicyEntry::value),
      may("unit", &PolicyEntry::unit), must("origin", &PolicyEntry::origin),
      may("place", &PolicyEntry::place)};
};

template <>
struct Shape<PolicyVerdict> {
  static constexpr std::tuple members{must("peers", &PolicyVerdict::peers),
                                      may("cache_hosts", &PolicyVerdict::cache_hosts),
                                      may("metered", &PolicyVerdict::metered),
                                      may("foreground", &PolicyVerdict::foreground),
                                      may("background", &PolicyVerdict::background),
                                      may("download", &PolicyVerdict::download),
                                      may("upload", &PolicyVerdict::upload),
                                      must("reasons", &PolicyVerdict::reasons)};
};

template <>
struct Shape<MovedBytes> {
  static constexpr std::tuple members{may("peers", &MovedBytes::peers),
                                      may("from_origin", &MovedBytes::from_origin),
                                      may("from_cache_hosts", &MovedBytes::from_cache_hosts),
                                      may("files_downloaded", &MovedBytes::files_downloaded),
                                      may("files_uploaded", &MovedBytes::files_uploaded)};
};

template <>
struct Shape<FileStatus> {
  static constexpr std::tuple members{must("file_id", &FileStatus::file_id),
                                      may("size", &FileStatus::size),
                                      may("size_in_cache", &FileStatus::size_in_cache),
                                      may("from_http", &FileStatus::from_http),
                                      may("from_peers", &FileStatus::from_peers),
                                      may("from_cache_hosts", &FileStatus::from_cache_hosts),
                                      may("peers", &FileStatus::peers),
                                      must("state", &FileStatus::state),
                                      may("foreground", &FileStatus::foreground),
                                      may("download_time_ms", &FileStatus::download_time),
                                      may("http_connections", &FileStatus::http_connections),
                                      may("peer_connections", &FileStatus::peer_connections),
                                      may("mode", &FileStatus::mode),
                                      may("source_url", &FileStatus::source_url),
                                      may("cache_host", &FileStatus::cache_host),
                                      may("peers_known", &FileStatus::peers_known),
                                      may("owner", &FileStatus::owner),
                                      may("expires", &FileStatus::expires),
                                      may("pinned", &FileStatus::pinned),
                                      may("path", &FileStatus::path)};
};

template <>
struct Shape<PerfSnapshot> {
  static constexpr std::tuple members{
      must("moved", &PerfSnapshot::moved),
      may("files", &PerfSnapshot::files),
      may("mode", &PerfSnapshot::mode),
      may("cache_bytes", &PerfSnapshot::cache_bytes),
      may("disk_bytes", &PerfSnapshot::disk_bytes),
      may("disk_free_bytes", &PerfSnapshot::disk_free_bytes),
      may("cpu_percent", &PerfSnapshot::cpu_percent),
      may("memory_bytes", &PerfSnapshot::memory_bytes),
      may("peers", &PerfSnapshot::peers),
      may("cache_host_connections", &PerfSnapshot::cache_host_connections),
      may("origin_connections", &PerfSnapshot::origin_connections),
      may("peer_connections", &PerfSnapshot::peer_connections),
      may("downlink", &PerfSnapshot::downlink),
      may("uplink", &PerfSnapshot::uplink),
      may("downlink_usage", &PerfSnapshot::downlink_usage),
      may("uplink_usage", &PerfSnapshot::uplink_usage),
      may("foreground_rate_percent", &PerfSnapshot::foreground_rate_percent),
      may("background_rate_percent", &PerfSnapshot::background_rate_percent),
      may("upload_rate_percent", &PerfSnapshot::upload_rate_percent),
      may("uploads", &PerfSnapshot::uploads),
      may("foreground_downloads", &PerfSnapshot::foreground_downloads),
      may("foreground_waiting", &PerfSnapshot::foreground_waiting),
      may("background_downloads", &PerfSnapshot::background_downloads),
      may("background_waiting", &PerfSnapshot::background_waiting),
      may("peers_per_download", &PerfSnapshot::peers_per_download)};
};

template <>
struct Shape<PolicyShown> {
  static constexpr std::tuple members{must("policies", &PolicyShown::policies),
                                      must("verdict", &PolicyShown::verdict)};
};

template <>
struct Shape<StatusList> {
  static constexpr std::tuple members{must("files", &StatusList::files)};
};

template <>
struct Shape<PageUrl> {
  static constexpr std::tuple members{must("url", &PageUrl::url)};
};

template <>
struct Shape<PageCode> {
  static constexpr std::tuple members{must("code", &PageCode::code)};
};

template <>
struct Shape<PageToken> {
  static constexpr std::tuple members{must("token", &PageToken::token)};
};

template <>
struct Shape<ShareRequest> {
  static constexpr std::tuple members{may("for_ms", &ShareRequest::for_a_while)};
};

}  // namespace freshet::wire
