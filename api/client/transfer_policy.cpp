#include "api/client/transfer_policy.h"

#include <algorithm>

#include "engine/policy/decide.h"
#include "engine/policy/policy_table.h"
#include "peer/mode.h"

namespace freshet {

namespace {

constexpr std::uint64_t kCacheAgeSeconds = 259'200;

Duration seconds(Policy::Number const& value) {
  return std::chrono::seconds{value.value_or(0)};
}

ModeRules rules_now(PeerOptions const& peers) {
  auto rules = rules_of(peers.mode, !peers.group_secret.empty());
  if (peers.subnet_only) rules.strangers = rules.dht = false;
  return rules;
}

}  // namespace

BytesPerSecond lesser(BytesPerSecond a, BytesPerSecond b) {
  if (a.value == 0) return b;
  return b.value == 0 ? a : std::min(a, b);
}

TransferPolicy transfer_policy(Policy const& policy, PolicyVerdict const& verdict,
                               MachineState const& machine) {
  TransferPolicy transfers;
  transfers.foreground.limit = verdict.foreground;
  transfers.foreground.origin_delay = seconds(policy.delay_foreground_from_http_s);
  transfers.foreground.cache_delay = seconds(policy.delay_cache_fallback_foreground_s);
  transfers.background.limit = verdict.background;
  transfers.background.origin_delay = seconds(policy.delay_background_from_http_s);
  transfers.background.cache_delay = seconds(policy.delay_cache_fallback_background_s);
  transfers.background.peers_min = {policy.min_background_qos_kbps.value_or(0) * 1024};
  transfers.peers = std::ranges::any_of(
      kPeerClasses, [&](PeerClass peer_class) { return verdict.peers.of(peer_class).meet; });
  auto const& nearest = verdict.peers.of(PeerClass::lan);
  if (!transfers.peers) transfers.peers_why = nearest.why;
  if (transfers.peers && !nearest.serve) transfers.serving_why = nearest.why;
  if (policy.min_file_size_to_cache_mb) {
    transfers.peer_bytes_min = *policy.min_file_size_to_cache_mb * 1_MiB;
  }
  if (verdict.cache_hosts) transfers.cache_hosts = comma_list(cache_hosts_of(policy, machine));
  return transfers;
}

ByPeerClass<PeerLimits> class_limits(ByPeerClass<PeerLimits> limits, PolicyVerdict const& verdict) {
  // libtorrent knows no priorities: the looser of both kinds, so that neither has less than it may.
  bool const both = verdict.foreground.value > 0 && verdict.background.value > 0;
  auto const looser = both ? std::max(verdict.foreground, verdict.background) : BytesPerSecond{};
  auto const most = lesser(looser, verdict.download);
  limits.group.download = lesser(limits.group.download, most);
  limits.internet.download = lesser(limits.internet.download, most);
  return limits;
}

PolicyVerdict narrowed(PolicyVerdict verdict, PeerOptions const& started,
                       PeerOptions const& wanted) {
  auto const before = rules_now(started);
  auto const now = rules_now(wanted);
  for (auto const peer_class : kPeerClasses) {
    bool const near = peer_class == PeerClass::lan || peer_class == PeerClass::link_local;
    bool const gone = before.peers && !now.peers;
    bool const gone_far = !near && before.strangers && !now.strangers;
    if (!gone && !gone_far) continue;
    verdict.peers.of(peer_class) = {false, false, "DODownloadMode does not allow it any more"};
  }
  return verdict;
}

std::string needs_restart(PeerOptions const& started, PeerOptions const& wanted) {
  auto const before = rules_now(started);
  auto const now = rules_now(wanted);
  std::string what;
  auto const add = [&](bool differs, std::string_view name) {
    if (differs) what += (what.empty() ? "" : ", ") + std::string(name);
  };
  bool const wider = (now.peers && !before.peers) || (now.strangers && !before.strangers) ||
                     (now.dht && !before.dht);
  add(wider, "DODownloadMode");
  add(started.group != wanted.group, "DOGroupID");
  add(started.group_secret != wanted.group_secret, "group_secret_file");
  add(started.listen != wanted.listen, "listen");
  add(started.trackers != wanted.trackers, "trackers");
  add(started.peers != wanted.peers, "peers");
  add(started.local_networks != wanted.local_networks, "local_networks");
  add(started.local_search != wanted.local_search, "local_search");
  return what;
}

std::optional<CacheRules> cache_rules(Policy const& policy, MachineState const& machine,
                                      Bytes standard) {
  CacheRules rules{standard,
                   std::chrono::seconds{policy.max_cache_age_s.value_or(kCacheAgeSeconds)}};
  if (policy.absolute_max_cache_size_gb) {
    auto const gb = *policy.absolute_max_cache_size_gb;
    rules.bytes_max = gb == 0 ? ~Bytes{0} : gb * 1_GiB;
  } else if (policy.max_cache_size_percent) {
    if (!machine.disk_free) return std::nullopt;
    rules.bytes_max = *machine.disk_free / 100 * *policy.max_cache_size_percent;
  }
  return rules;
}

}  // namespace freshet
