// Policies that ask the machine: what its DHCP leases, its resolver and its interfaces say is done.
#include <sched.h>
#include <sys/mount.h>

#include "api/client/policy_source.h"
#include "tests/integration/client/policy_world.h"

using namespace freshet;
using namespace freshet::test;

namespace {

// The files of a machine, seen by this thread and those that it starts.
class Machine {
 public:
  Machine() {
    REQUIRE(::unshare(CLONE_NEWNS) == 0);
    REQUIRE(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    REQUIRE(::mount("none", "/var/lib", "tmpfs", 0, nullptr) == 0);
    std::filesystem::create_directory("/var/lib/dhcp");
    // Else it is what the process's first thread sees.
    REQUIRE(::mount("/proc/thread-self/net", "/proc/self/net", nullptr, MS_BIND, nullptr) == 0);
  }
  void lease(std::string const& option, std::string const& value) const {
    write_file("/var/lib/dhcp/dhclient.leases",
               "lease {\n  option unknown-" + option + " \"" + value + "\";\n}\n");
  }
  void resolve(std::string const& text) const {
    write_file(folder_ / "resolv.conf", text);
    auto const file = folder_ / "resolv.conf";
    REQUIRE(::mount(file.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0);
  }
  // On battery, so full.
  void battery(std::string const& percent) const {
    REQUIRE(::mount("none", "/sys/class/power_supply", "tmpfs", 0, nullptr) == 0);
    std::string const place = "/sys/class/power_supply/BAT0/";
    std::filesystem::create_directory(place);
    write_file(place + "type", "Battery\n");
    write_file(place + "status", "Discharging\n");
    write_file(place + "capacity", percent + "\n");
  }

 private:
  TempFolder folder_;
};

// What a cache host that DHCP names sends of a file, and what one that the policy names does.
struct Sent {
  bool by_dhcp = false;
  bool named = false;
  bool operator==(Sent const&) const = default;
};

Sent sent_with(Machine const& machine, std::string const& source, bool names) {
  World world;
  ScriptedOrigin handed_out;
  ScriptedOrigin named;
  for (auto* const cache : {&handed_out, &named}) cache->serve_file("/file", world.bytes);
  auto const address = [](ScriptedOrigin const& cache) {
    return "127.0.0.1:" + std::to_string(cache.port());
  };
  machine.lease("235", address(handed_out));
  Told told{.policies = {{"DOCacheHostSource", source}}};
  if (names) told.policies.emplace_back("DOCacheHost", address(named));
  Side side(told);
  side.open();
  side.get(world.file());
  return {handed_out.bytes_sent() > 0, named.bytes_sent() > 0};
}

}  // namespace

TEST_CASE("DHCP names cache hosts where the policy asks it to", "[client][effect]") {
  in_a_network([] {
    Machine const machine;
    CHECK(sent_with(machine, "0", false) == Sent{});
    CHECK(sent_with(machine, "1", false) == Sent{.by_dhcp = true});
    CHECK(sent_with(machine, "1", true) == Sent{.named = true});
    CHECK(sent_with(machine, "2", true) == Sent{.by_dhcp = true});
  });
}

TEST_CASE("a group is named by DHCP or by the DNS suffix where the policy asks them",
          "[client][effect]") {
  in_a_network([] {
    Machine const machine;
    machine.lease("234", "by-dhcp");
    machine.resolve("search suffix.example\n");
    auto const named = [](std::string const& name) { return far_with({{"DOGroupID", name}}); };
    auto const from = [](std::string const& source) {
      return far_with({{"DOGroupIDSource", source}});
    };
    CHECK(meets(from("3"), named("by-dhcp")));
    CHECK(meets(from("4"), named("suffix.example")));
    CHECK(avoids(from("4"), named("by-dhcp")));
  });
}

TEST_CASE("a way out whose name has a keyword of VPNs is one", "[client][effect]") {
  auto const with_keywords = [](Policies policies) {
    return Told{.policies = std::move(policies), .machine = "battery = false\nmetered = false\n"};
  };
  auto const test = [&] {
    Machine const machine;
    CHECK(meets(with_keywords({}), with_keywords({})));
    CHECK(avoids(with_keywords({{"DOVpnKeywords", "office, corp"}})));
  };
  in_a_network(test, {"link add corp0 type veth peer name corp1", "link set corp0 up",
                      "address add 10.8.0.1/24 dev corp0", "route add default dev corp0"});
}

TEST_CASE("on battery peers are served while it is fuller than the policy says",
          "[client][effect]") {
  if (!std::filesystem::exists("/sys/class/power_supply")) {
    WARN("SKIPPED: this kernel knows no batteries");
    return;
  }
  in_a_network([] {
    Machine const machine;
    machine.battery("60");
    auto const down_to = [](std::string const& percent) {
      return Told{.policies = {{"DOMinBatteryPercentageAllowedToUpload", percent}},
                  .machine = "metered = false\nvpn = false\n"};
    };
    CHECK(meets(down_to("59")));
    CHECK(avoids(down_to("60")));
  });
}

TEST_CASE("peers that must be on the link are asked of no tracker", "[client][effect]") {
  PeerOptions wanted;
  wanted.trackers = {"http://127.0.0.1:1/announce"};
  auto const trackers_with = [&](std::string const& by) {
    PolicySource source("", false, {{"DORestrictPeerSelectionBy", by}});
    REQUIRE(source.load());
    auto const options = with_policies(wanted, source, {});
    REQUIRE(options);
    CHECK(options->subnet_only);
    return options->trackers;
  };
  CHECK(trackers_with("1") == wanted.trackers);
  CHECK(trackers_with("2").empty());
}
