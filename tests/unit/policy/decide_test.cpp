// Each rule that policies make of the machine, the budget and the hour.
#include "engine/policy/decide.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

constexpr PeerClass kAll[] = {PeerClass::lan, PeerClass::group, PeerClass::internet,
                              PeerClass::link_local};

bool may(PolicyVerdict const& verdict, std::string_view what, std::vector<PeerClass> const& who) {
  for (auto const peer_class : kAll) {
    bool const expected = std::ranges::find(who, peer_class) != who.end();
    auto const& of = verdict.peers.of(peer_class);
    if ((what == "meet" ? of.meet : of.serve) != expected) return false;
    if (!expected && of.why.empty()) return false;
  }
  return true;
}

std::vector<PeerClass> everyone() {
  return {std::begin(kAll), std::end(kAll)};
}

}  // namespace

TEST_CASE("without policies on an ordinary machine everything is allowed", "[policy]") {
  auto const verdict = decide({}, {.uploaded_internet = 20_GiB - 1});

  CHECK(verdict == PolicyVerdict{});
  CHECK(verdict.reasons.empty());
}

TEST_CASE("a machine with too little memory meets nobody", "[policy]") {
  Policy policy;
  policy.min_ram_gb = 4;
  PolicyFacts facts;
  facts.machine.memory = 4_GiB;
  CHECK(may(decide(policy, facts), "meet", everyone()));

  facts.machine.memory = 4_GiB - 1;
  CHECK(may(decide(policy, facts), "meet", {}));
  CHECK(may(decide(policy, facts), "serve", {}));
  CHECK(decide({}, facts).peers == PeerAllowance{});
}

TEST_CASE("a disk that is too small meets nobody and an unknown one everybody", "[policy]") {
  Policy policy;
  policy.min_disk_gb = 32;
  PolicyFacts facts;
  CHECK(may(decide(policy, facts), "meet", everyone()));
  facts.machine.disk = 31_GiB;
  CHECK(may(decide(policy, facts), "meet", {}));
}

TEST_CASE("on a VPN only the link itself is met unless that is allowed", "[policy]") {
  Policy policy;
  PolicyFacts facts;
  facts.machine.vpn = {"wg0"};
  auto const verdict = decide(policy, facts);
  CHECK(may(verdict, "meet", {PeerClass::link_local}));
  CHECK(may(verdict, "serve", {PeerClass::link_local}));
  CHECK(verdict.cache_hosts);
  CHECK(verdict.reasons.front().find("wg0") != std::string::npos);

  policy.allow_vpn_peer_caching = true;
  CHECK(may(decide(policy, facts), "meet", everyone()));
  policy.disallow_cache_server_on_vpn = true;
  CHECK_FALSE(decide(policy, facts).cache_hosts);
  CHECK(decide(policy, {}).cache_hosts);
}

TEST_CASE("keywords in the name of an interface make it a VPN", "[policy]") {
  Policy policy;
  PolicyFacts facts;
  facts.machine.interfaces = {"eth0", "Corporate Secure Access"};
  CHECK(may(decide(policy, facts), "meet", {PeerClass::link_local}));

  policy.vpn_keywords = "office , tunnel";
  CHECK(may(decide(policy, facts), "meet", everyone()));
  facts.machine.interfaces = {"My Office 1"};
  CHECK(may(decide(policy, facts), "meet", {PeerClass::link_local}));
  policy.vpn_keywords = "";
  CHECK(may(decide(policy, facts), "meet", everyone()));
}

TEST_CASE("on battery nobody is served but everybody may serve us", "[policy]") {
  Policy policy;
  PolicyFacts facts;
  facts.machine.on_battery = true;
  facts.machine.battery_percent = 100;
  CHECK(may(decide(policy, facts), "serve", {}));
  CHECK(may(decide(policy, facts), "meet", everyone()));

  policy.min_battery_percent_to_upload = 40;
  CHECK(may(decide(policy, facts), "serve", everyone()));
  facts.machine.battery_percent = 41;
  CHECK(may(decide(policy, facts), "serve", everyone()));
  facts.machine.battery_percent = 40;
  CHECK(may(decide(policy, facts), "serve", {}));
  facts.machine.battery_percent = std::nullopt;
  CHECK(may(decide(policy, facts), "serve", {}));
  facts.machine.on_battery = false;
  CHECK(may(decide(policy, facts), "serve", everyone()));
}

TEST_CASE("on a metered network nobody is served", "[policy]") {
  PolicyFacts facts;
  facts.machine.metered = true;
  auto const verdict = decide({}, facts);
  CHECK(verdict.metered);
  CHECK(may(verdict, "serve", {}));
  CHECK(may(verdict, "meet", everyone()));
}

TEST_CASE("a spent upload budget stops uploads to Internet peers alone", "[policy]") {
  Policy policy;
  policy.monthly_upload_data_cap_gb = 1;
  PolicyFacts facts;
  facts.uploaded_internet = 1_GiB - 1;
  CHECK(may(decide(policy, facts), "serve", everyone()));

  facts.uploaded_internet = 1_GiB;
  auto const verdict = decide(policy, facts);
  CHECK(may(verdict, "serve", {PeerClass::lan, PeerClass::group, PeerClass::link_local}));
  CHECK(may(verdict, "meet", everyone()));
  CHECK(verdict.peers.internet.why == "the month's uploads have reached DOMonthlyUploadDataCap");

  policy.monthly_upload_data_cap_gb = 0;
  CHECK(may(decide(policy, facts), "serve", everyone()));
  CHECK(may(decide({}, {.uploaded_internet = 20_GiB}), "serve",
            {PeerClass::lan, PeerClass::group, PeerClass::link_local}));
}

TEST_CASE("absolute limits hold as they are", "[policy]") {
  Policy policy;
  policy.max_foreground_kbps = 100;
  policy.max_background_kbps = 10;
  policy.max_download_kbps = 1000;
  policy.max_upload_kbps = 5;
  auto const verdict = decide(policy, {});
  CHECK(verdict.foreground.value == 102'400);
  CHECK(verdict.background.value == 10'240);
  CHECK(verdict.download.value == 1'024'000);
  CHECK(verdict.upload.value == 5'120);
}

TEST_CASE("percents are of what was measured and the smaller limit wins", "[policy]") {
  Policy policy;
  policy.percent_max_background = 50;
  CHECK(decide(policy, {}).background.value == 0);
  CHECK(decide(policy, {.measured = {1'000'000}}).background.value == 500'000);
  CHECK(decide(policy, {.measured = {1'000'000}}).foreground.value == 0);

  policy.max_background_kbps = 100;
  CHECK(decide(policy, {.measured = {1'000'000}}).background.value == 102'400);
  policy.percent_max_background = 5;
  CHECK(decide(policy, {.measured = {1'000'000}}).background.value == 50'000);
  policy.percent_max_background = 100;
  CHECK(decide(policy, {.measured = {1'000'000}}).background.value == 102'400);
}

TEST_CASE("business hours have a limit of their own", "[policy]") {
  Policy policy;
  policy.hours_background = HourLimits{8, 18, 20, 80};
  auto const at = [&](std::uint32_t hour) {
    return decide(policy, {.hour = hour, .measured = {1'000'000}}).background.value;
  };
  CHECK(at(7) == 800'000);
  CHECK(at(8) == 200'000);
  CHECK(at(17) == 200'000);
  CHECK(at(18) == 800'000);

  policy.hours_background = HourLimits{22, 6, 100, 10};
  CHECK(at(23) == 0);
  CHECK(at(5) == 0);
  CHECK(at(6) == 100'000);
  CHECK(at(21) == 100'000);
}

TEST_CASE("the machine is taken as the administrator says it is", "[policy]") {
  MachineState machine;
  machine.vpn = {"tun0"};
  machine.interfaces = {"eth0"};
  auto const as_told = overridden(machine, {.battery = true, .metered = true, .vpn = false});
  CHECK(as_told.on_battery);
  CHECK(as_told.metered);
  CHECK(as_told.vpn.empty());
  CHECK(overridden(machine, {}) == machine);
  CHECK(overridden({}, {.vpn = true}).vpn.size() == 1);
}

TEST_CASE("cache hosts are those of the policy or of the network by their order", "[policy]") {
  MachineState const machine{.dhcp_cache_hosts = "cache.lan"};
  Policy policy;
  CHECK(cache_hosts_of(policy, machine).empty());
  policy.cache_host_source = 1;
  CHECK(cache_hosts_of(policy, machine) == "cache.lan");
  policy.cache_host = "named";
  CHECK(cache_hosts_of(policy, machine) == "named");
  policy.cache_host_source = 2;
  CHECK(cache_hosts_of(policy, machine) == "cache.lan");
  // What is no list of hosts is as good as none.
  CHECK(cache_hosts_of(policy, {.dhcp_cache_hosts = " , "}) == "named");
  // Even an empty one is set.
  policy.cache_host = "";
  policy.cache_host_source = 1;
  CHECK(cache_hosts_of(policy, machine).empty());
}

TEST_CASE("a group is named by the policy or by the network", "[policy]") {
  MachineState const machine{.dns_suffix = "example.net", .dhcp_group = "a group"};
  Policy policy;
  CHECK_FALSE(group_of(policy, machine));
  policy.group_id_source = 3;
  CHECK(group_of(policy, machine) == "a group");
  policy.group_id_source = 4;
  CHECK(group_of(policy, machine) == "example.net");
  CHECK_FALSE(group_of(policy, {}));
  // Sources that only Windows has.
  policy.group_id_source = 1;
  CHECK_FALSE(group_of(policy, machine));
  policy.group_id = "named";
  policy.group_id_source = 4;
  CHECK(group_of(policy, machine) == "named");
}
