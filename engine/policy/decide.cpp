#include "engine/policy/decide.h"

#include <algorithm>
#include <cctype>

#include "engine/policy/policy_table.h"

namespace freshet {

namespace {

constexpr std::uint64_t kUploadCapGb = 20;
constexpr std::uint64_t kByDhcp = 1;  // DOCacheHostSource
constexpr std::uint64_t kForcedByDhcp = 2;
constexpr std::uint64_t kGroupByDhcp = 3;  // DOGroupIDSource
constexpr std::uint64_t kGroupByDnsSuffix = 4;
constexpr std::string_view kVpnKeywords = "vpn,secure,virtual private network";

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool any_word_in(std::string_view words, std::string const& name) {
  return std::ranges::any_of(comma_list(lower(words)), [&](std::string const& word) {
    return lower(name).find(word) != std::string::npos;
  });
}

// The interface that makes us be on a VPN; empty: none does.
std::string vpn_of(Policy const& policy, MachineState const& machine) {
  if (!machine.vpn.empty()) return machine.vpn.front();
  std::string const words = policy.vpn_keywords.value_or(std::string(kVpnKeywords));
  for (auto const& name : machine.interfaces) {
    if (any_word_in(words, name)) return name;
  }
  return {};
}

class Decision {
 public:
  Decision(Policy const& policy, PolicyFacts const& facts) : policy_(policy), facts_(facts) {}

  PolicyVerdict take() {
    judge_machine();
    judge_vpn();
    judge_battery();
    judge_metered();
    judge_budget();
    judge_rates();
    return std::move(verdict_);
  }

 private:
  void forbid_serving(std::initializer_list<PeerClass> classes, std::string const& why) {
    verdict_.reasons.push_back(why);
    for (auto const peer_class : classes) {
      auto& verdict = verdict_.peers.of(peer_class);
      if (!verdict.serve) continue;
      verdict.serve = false;
      verdict.why = why;
    }
  }
  void forbid_meeting(std::initializer_list<PeerClass> classes, std::string const& why) {
    forbid_serving(classes, why);
    for (auto const peer_class : classes) {
      verdict_.peers.of(peer_class).meet = false;
      verdict_.peers.of(peer_class).why = why;
    }
  }

  void judge_machine();
  void judge_vpn();
  void judge_battery();
  void judge_metered();
  void judge_budget();
  void judge_rates();
  [[nodiscard]] BytesPerSecond rate(Policy::Number absolute_kbps, Policy::Number percent,
                                    Policy::Hours const& hours, std::string const& what);

  Policy const& policy_;
  PolicyFacts const& facts_;
  PolicyVerdict verdict_;
};

// A machine that is too small peers with nobody.
void Decision::judge_machine() {
  auto const& machine = facts_.machine;
  auto const below = [](std::optional<Bytes> size, Policy::Number least_gb) {
    return size && least_gb && *size < *least_gb * 1_GiB;
  };
  if (below(machine.memory, policy_.min_ram_gb)) {
    forbid_meeting({PeerClass::lan, PeerClass::group, PeerClass::internet, PeerClass::link_local},
                   "the machine has less memory than DOMinRAMAllowedToPeer");
  }
  if (below(machine.disk, policy_.min_disk_gb)) {
    forbid_meeting({PeerClass::lan, PeerClass::group, PeerClass::internet, PeerClass::link_local},
                   "the disk is smaller than DOMinDiskSizeAllowedToPeer");
  }
}

// Peers that were found on the link itself are exempt.
void Decision::judge_vpn() {
  auto const vpn = vpn_of(policy_, facts_.machine);
  if (vpn.empty()) return;
  if (!policy_.allow_vpn_peer_caching.value_or(false)) {
    forbid_meeting({PeerClass::lan, PeerClass::group, PeerClass::internet},
                   "the network is a VPN (" + vpn + ") and DOAllowVPNPeerCaching is off");
  }
  if (policy_.disallow_cache_server_on_vpn.value_or(false)) {
    verdict_.cache_hosts = false;
    verdict_.reasons.push_back("the network is a VPN (" + vpn +
                               ") and DODisallowCacheServerDownloadsOnVPN is on");
  }
}

// Downloads from peers go on.
void Decision::judge_battery() {
  auto const& machine = facts_.machine;
  if (!machine.on_battery) return;
  auto const least = policy_.min_battery_percent_to_upload.value_or(0);
  if (least > 0 && machine.battery_percent && *machine.battery_percent > least) return;
  forbid_serving({PeerClass::lan, PeerClass::group, PeerClass::internet, PeerClass::link_local},
                 least == 0 ? "the machine runs on its battery"
                            : "the battery is not above DOMinBatteryPercentageAllowedToUpload");
}

void Decision::judge_metered() {
  verdict_.metered = facts_.machine.metered;
  if (!facts_.machine.metered) return;
  forbid_serving({PeerClass::lan, PeerClass::group, PeerClass::internet, PeerClass::link_local},
                 "the network is metered");
}

void Decision::judge_budget() {
  auto const cap = upload_cap(policy_);
  if (!cap || facts_.uploaded_internet < *cap) return;
  forbid_serving({PeerClass::internet}, "the month's uploads have reached DOMonthlyUploadDataCap");
}

// The smallest of what applies. Percents need a measured way; until then they do not bind.
BytesPerSecond Decision::rate(Policy::Number absolute_kbps, Policy::Number percent,
                              Policy::Hours const& hours, std::string const& what) {
  std::uint64_t best = absolute_kbps.value_or(0) * 1024;
  auto const share = [&](std::uint64_t of_hundred) {
    if (of_hundred == 0 || of_hundred >= 100 || facts_.measured.value == 0) return;
    auto const part = std::max<std::uint64_t>(facts_.measured.value * of_hundred / 100, 1);
    best = best == 0 ? part : std::min(best, part);
  };
  share(percent.value_or(0));
  if (hours) {
    share(freshet::holds(*hours, facts_.hour) ? hours->inside_percent : hours->outside_percent);
  }
  if (best > 0) {
    verdict_.reasons.push_back(what + " at most " + std::to_string(best / 1024) + " KB/s");
  }
  return {best};
}

void Decision::judge_rates() {
  verdict_.foreground = rate(policy_.max_foreground_kbps, policy_.percent_max_foreground,
                             policy_.hours_foreground, "foreground downloads use");
  verdict_.background = rate(policy_.max_background_kbps, policy_.percent_max_background,
                             policy_.hours_background, "background downloads use");
  verdict_.download =
      rate(policy_.max_download_kbps, policy_.percent_max_download, {}, "downloads use");
  verdict_.upload = rate(policy_.max_upload_kbps, {}, {}, "uploads use");
}

}  // namespace

PolicyVerdict decide(Policy const& policy, PolicyFacts const& facts) {
  return Decision(policy, facts).take();
}

MachineState overridden(MachineState machine, MachineOverrides const& overrides) {
  machine.on_battery = overrides.battery.value_or(machine.on_battery);
  machine.metered = overrides.metered.value_or(machine.metered);
  if (overrides.vpn && !*overrides.vpn) machine.vpn = machine.interfaces = {};
  if (overrides.vpn.value_or(false)) machine.vpn = {"as told"};
  return machine;
}

std::string cache_hosts_of(Policy const& policy, MachineState const& machine) {
  auto const& handed_out = machine.dhcp_cache_hosts;
  auto const source = policy.cache_host_source.value_or(0);
  bool const forced = source == kForcedByDhcp && !comma_list(handed_out).empty();
  if (policy.cache_host && !forced) return *policy.cache_host;
  return source == kByDhcp || forced ? handed_out : std::string();
}

// Sources that are not listed, and those that only Windows has, are ignored.
std::optional<std::string> group_of(Policy const& policy, MachineState const& machine) {
  if (policy.group_id) return policy.group_id;
  auto const source = policy.group_id_source.value_or(0);
  auto const* const name = source == kGroupByDhcp        ? &machine.dhcp_group
                           : source == kGroupByDnsSuffix ? &machine.dns_suffix
                                                         : nullptr;
  if (name == nullptr || name->empty()) return std::nullopt;
  return *name;
}

std::optional<Bytes> upload_cap(Policy const& policy) {
  auto const gb = policy.monthly_upload_data_cap_gb.value_or(kUploadCapGb);
  return gb == 0 ? std::nullopt : std::optional(gb * 1_GiB);
}

bool holds(HourLimits const& hours, std::uint32_t hour) {
  if (hours.from < hours.to) return hour >= hours.from && hour < hours.to;
  return hour >= hours.from || hour < hours.to;
}

}  // namespace freshet
