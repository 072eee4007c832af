// What the administrator allows: Delivery Optimization's policies that mean something here, each
// under its own name and in its own unit, and what follows from them now. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/error.h"
#include "freshet/export.h"
#include "freshet/peers.h"
#include "freshet/units.h"

namespace freshet {

// Business hours: of what is measured to be possible, so many percent may be used within, and so
// many outside of these hours of the day. `from` may be after `to`: over midnight.
struct HourLimits {
  std::uint32_t from = 0;
  std::uint32_t to = 0;  // The first hour that is outside.
  std::uint32_t inside_percent = 100;
  std::uint32_t outside_percent = 100;
  bool operator==(HourLimits const&) const = default;
};

// Absent: not set, so the default holds (docs/policy.md). KB, MB and GB are powers of 1024.
struct Policy {
  using Number = std::optional<std::uint64_t>;
  using Switch = std::optional<bool>;
  using Text = std::optional<std::string>;
  using Hours = std::optional<HourLimits>;

  Text download_mode;  // A name or number that `download_mode_from_string` knows.
  Text group_id;
  Number group_id_source;
  Number restrict_peer_selection_by;
  Number min_ram_gb;
  Number min_disk_gb;
  Number max_cache_age_s;
  Number max_cache_size_percent;
  Number absolute_max_cache_size_gb;
  Number min_file_size_to_cache_mb;
  Number monthly_upload_data_cap_gb;
  Number min_background_qos_kbps;
  Switch allow_vpn_peer_caching;
  Text vpn_keywords;
  Switch disallow_cache_server_on_vpn;
  Number min_battery_percent_to_upload;
  Number percent_max_foreground;
  Number percent_max_background;
  Number percent_max_download;
  Number max_foreground_kbps;
  Number max_background_kbps;
  Number max_download_kbps;
  Number max_upload_kbps;
  Hours hours_foreground;
  Hours hours_background;
  Number delay_foreground_from_http_s;
  Number delay_background_from_http_s;
  Number delay_cache_fallback_foreground_s;
  Number delay_cache_fallback_background_s;
  Text cache_host;
  Number cache_host_source;
  Text cache_drive;
  bool operator==(Policy const&) const = default;
};

// Where the value of a policy comes from; later ones win.
enum class PolicyOrigin : std::uint8_t { standard, file, command_line };
[[nodiscard]] FRESHET_EXPORT std::string_view name(PolicyOrigin origin);

// One line of `freshet policy show`.
struct PolicyEntry {
  std::string name;   // "DOMonthlyUploadDataCap"
  std::string value;  // As it would be written; the default where it is not set.
  std::string unit;   // "GB"; may be empty.
  PolicyOrigin origin = PolicyOrigin::standard;
  std::string place;  // "/etc/freshet/freshet.toml:12"; empty for a default.
  bool operator==(PolicyEntry const&) const = default;
};

// What the machine is like now. Unknown numbers do not restrict anything.
struct MachineState {
  bool on_battery = false;
  std::optional<std::uint32_t> battery_percent;
  bool metered = false;
  std::vector<std::string> vpn;         // Names of the interfaces that lead into one.
  std::vector<std::string> interfaces;  // Names, and other names, of all that carry traffic.
  std::optional<Bytes> memory;
  std::optional<Bytes> disk;  // Capacity of where contents lie,
  std::optional<Bytes> disk_free;
  // What the network calls itself and hands out; empty: nothing.
  std::string dns_suffix;
  std::string dhcp_group;        // Option 234.
  std::string dhcp_cache_hosts;  // Option 235.
  bool operator==(MachineState const&) const = default;
};

// What is true although the machine looks otherwise.
struct MachineOverrides {
  std::optional<bool> battery;
  std::optional<bool> metered;
  std::optional<bool> vpn;
  bool operator==(MachineOverrides const&) const = default;
};

// What was moved, from where and to whom; and files that were touched by it.
struct MovedBytes {
  ByPeerClass<PeerTraffic> peers;
  Bytes from_origin = 0;  // And mirrors.
  Bytes from_cache_hosts = 0;
  std::uint64_t files_downloaded = 0;
  std::uint64_t files_uploaded = 0;  // Of which something was sent.
  bool operator==(MovedBytes const&) const = default;
};

// What may be done now.
struct PolicyVerdict {
  PeerAllowance peers;
  bool cache_hosts = true;
  bool metered = false;
  // For all downloads of this kind together, from origins and far peers; 0: none.
  BytesPerSecond foreground{};
  BytesPerSecond background{};
  BytesPerSecond download{};  // Of all kinds.
  BytesPerSecond upload{};
  std::vector<std::string> reasons;  // Every restriction, a clause each.
  bool operator==(PolicyVerdict const&) const = default;
};

}  // namespace freshet
