// The machine as files tell it, made up in a folder.
#include "api/machine/machine_probe.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "api/machine/dhcp_options.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

struct Machine {
  void put(std::string const& path, std::string const& text) const {
    auto const full = std::filesystem::path(folder.path()) / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  void battery(std::string const& status, std::string const& percent) const {
    put("sys/class/power_supply/BAT0/type", "Battery\n");
    put("sys/class/power_supply/BAT0/status", status + "\n");
    put("sys/class/power_supply/BAT0/capacity", percent + "\n");
  }
  void mains(std::string const& online) const {
    put("sys/class/power_supply/AC/type", "Mains\n");
    put("sys/class/power_supply/AC/online", online + "\n");
  }
  void route(std::string const& lines) const {
    put("proc/net/route",
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
            lines);
  }
  [[nodiscard]] MachineState read() const { return read_machine(folder.path(), folder.path()); }

  TempFolder folder;
};

}  // namespace

TEST_CASE("a machine that tells nothing restricts nothing", "[machine]") {
  Machine const machine;
  auto const state = machine.read();
  CHECK_FALSE(state.on_battery);
  CHECK_FALSE(state.metered);
  CHECK(state.vpn.empty());
  CHECK(state.memory == std::nullopt);
  CHECK(state.disk > 0);
  CHECK(state.disk_free <= state.disk);
}

TEST_CASE("a battery that is drained makes the machine run on it", "[machine]") {
  Machine const machine;
  machine.battery("Discharging", "73");
  machine.mains("0");
  CHECK(machine.read().on_battery);
  CHECK(machine.read().battery_percent == 73u);

  machine.mains("1");
  CHECK_FALSE(machine.read().on_battery);
  machine.mains("0");
  machine.battery("Full", "100");
  CHECK_FALSE(machine.read().on_battery);
}

TEST_CASE("the battery of a mouse says nothing of the machine", "[machine]") {
  Machine const machine;
  machine.battery("Discharging", "5");
  machine.put("sys/class/power_supply/BAT0/scope", "Device\n");
  CHECK_FALSE(machine.read().on_battery);
  CHECK(machine.read().battery_percent == std::nullopt);
}

TEST_CASE("the default route through a tunnel is a VPN", "[machine]") {
  Machine const machine;
  machine.put("sys/class/net/eth0/type", "1\n");
  machine.put("sys/class/net/tun0/tun_flags", "0x1001\n");
  machine.route(
      "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "tun0\t000010AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
  CHECK(machine.read().vpn.empty());
  CHECK(machine.read().interfaces == std::vector<std::string>{"eth0"});

  // As OpenVPN does it: two halves before the default route.
  machine.route(
      "tun0\t00000000\t0101080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
      "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "tun0\t00000080\t0101080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n");
  CHECK(machine.read().vpn == std::vector<std::string>{"tun0"});
}

TEST_CASE("WireGuard and PPP are VPNs and mobile broadband is metered", "[machine]") {
  Machine const machine;
  machine.put("sys/class/net/wg0/uevent", "DEVTYPE=wireguard\nINTERFACE=wg0\n");
  machine.put("sys/class/net/ppp0/type", "512\n");
  machine.put("sys/class/net/wwan0/uevent", "DEVTYPE=wwan\n");
  machine.put("sys/class/net/wwan0/type", "512\n");
  machine.put("proc/net/ipv6_route",
              "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
              "00000000000000000000000000000000 00000400 00000001 00000000 00000003      wg0\n");
  CHECK(machine.read().vpn == std::vector<std::string>{"wg0"});
  machine.route("ppp0\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  CHECK(machine.read().vpn == std::vector<std::string>{"ppp0", "wg0"});
  machine.route("wwan0\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  CHECK(machine.read().vpn == std::vector<std::string>{"wg0"});
  CHECK(machine.read().metered);
}

TEST_CASE("another name of an interface is told for the keywords", "[machine]") {
  Machine const machine;
  machine.put("sys/class/net/eth7/ifalias", "Company VPN\n");
  machine.route("eth7\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  CHECK(machine.read().interfaces == std::vector<std::string>{"eth7", "Company VPN"});
}

TEST_CASE("memory is what is installed", "[machine]") {
  Machine const machine;
  machine.put("proc/meminfo", "MemTotal:        3912345 kB\nMemFree: 5 kB\n");
  CHECK(machine.read().memory == 4_GiB);
}

TEST_CASE("what DHCP hands out is read from the leases of its clients", "[machine]") {
  Machine const machine;
  CHECK(machine.read().dhcp_cache_hosts.empty());
  machine.put("run/systemd/netif/leases/2",
              "ADDRESS=192.0.2.7\nOPTION_235=63616368652e6c616e\nOPTION_234=6f6e65\n");
  CHECK(machine.read().dhcp_cache_hosts == "cache.lan");
  CHECK(machine.read().dhcp_group == "one");

  Machine const other;
  // The last lease holds; bytes that are no text are none.
  other.put("var/lib/dhcp/dhclient.eth0.leases",
            "lease {\n  option unknown-235 \"old\";\n}\nlease {\n"
            "  option unknown-234 01:02;\n  option unknown-235 61:2c:62;\n}\n");
  CHECK(other.read().dhcp_cache_hosts == "a,b");
  CHECK(other.read().dhcp_group.empty());
}

TEST_CASE("bytes in hexadecimal are a text when all are printable", "[machine]") {
  CHECK(text_of_hex("61:62") == "ab");
  CHECK(text_of_hex("6162") == "ab");
  for (auto const* const wrong : {"", ":", "6", "6g", "61:0", "6162:", "00", "ff", "61::62"}) {
    INFO(wrong);
    auto const text = text_of_hex(wrong);
    CHECK((!text || *text == "ab"));
  }
}

TEST_CASE("the last search domain is the suffix of names", "[machine]") {
  Machine const machine;
  machine.put("etc/resolv.conf",
              "nameserver 192.0.2.1\ndomain old.example\n"
              "search example.net more.example\n");
  CHECK(machine.read().dns_suffix == "example.net");
}

TEST_CASE("this machine is read without trouble", "[machine]") {
  Machine const machine;
  auto const state = read_machine("/", machine.folder.path());
  CHECK(state.memory > 0);
}
