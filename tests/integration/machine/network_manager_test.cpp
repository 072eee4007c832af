// What NetworkManager tells changes what the machine is taken for.
#include "api/machine/network_manager.h"

#include <catch2/catch.hpp>

#include <systemd/sd-bus.h>

#include <atomic>
#include <thread>

#include "tests/integration/machine/private_bus.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr char const* kActive = "/org/freedesktop/NetworkManager/ActiveConnection/1";
constexpr char const* kDhcp = "/org/freedesktop/NetworkManager/DHCP4Config/1";

// What it says; changed between questions only.
struct Told {
  std::uint32_t metered = 0;
  std::string primary = kActive;
  std::string type = "802-3-ethernet";
  std::string id = "Wired";
  std::string dhcp = kDhcp;
};

int tell_number(sd_bus*, char const*, char const*, char const*, sd_bus_message* reply, void* told,
                sd_bus_error*) {
  return sd_bus_message_append(reply, "u", static_cast<Told*>(told)->metered);
}
template <std::string Told::*Member>
int tell_text(sd_bus*, char const*, char const*, char const*, sd_bus_message* reply, void* told,
              sd_bus_error*) {
  return sd_bus_message_append(reply, Member == &Told::primary || Member == &Told::dhcp ? "o" : "s",
                               (static_cast<Told*>(told)->*Member).c_str());
}
int tell_options(sd_bus*, char const*, char const*, char const*, sd_bus_message* reply, void*,
                 sd_bus_error*) {
  return sd_bus_message_append(reply, "a{sv}", 3, "expiry", "u", 7U, "private_235", "s",
                               "63:61:63:68:65", "private_234", "s", "6f:6e:65");
}

sd_bus_vtable const kManagerTable[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("Metered", "u", tell_number, 0, 0),
    SD_BUS_PROPERTY("PrimaryConnection", "o", tell_text<&Told::primary>, 0, 0),
    SD_BUS_PROPERTY("PrimaryConnectionType", "s", tell_text<&Told::type>, 0, 0), SD_BUS_VTABLE_END};
sd_bus_vtable const kActiveTable[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("Id", "s", tell_text<&Told::id>, 0, 0),
    SD_BUS_PROPERTY("Dhcp4Config", "o", tell_text<&Told::dhcp>, 0, 0), SD_BUS_VTABLE_END};
sd_bus_vtable const kDhcpTable[] = {SD_BUS_VTABLE_START(0),
                                    SD_BUS_PROPERTY("Options", "a{sv}", tell_options, 0, 0),
                                    SD_BUS_VTABLE_END};

// On a thread of its own until it is destroyed.
class Service {
 public:
  explicit Service(std::string const& address) {
    REQUIRE(sd_bus_new(&bus_) >= 0);
    REQUIRE(sd_bus_set_address(bus_, address.c_str()) >= 0);
    REQUIRE(sd_bus_set_bus_client(bus_, 1) >= 0);
    REQUIRE(sd_bus_start(bus_) >= 0);
    add("/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager", kManagerTable);
    add(kActive, "org.freedesktop.NetworkManager.Connection.Active", kActiveTable);
    add(kDhcp, "org.freedesktop.NetworkManager.DHCP4Config", kDhcpTable);
    REQUIRE(sd_bus_request_name(bus_, "org.freedesktop.NetworkManager", 0) >= 0);
    thread_ = std::thread([this] { run(); });
  }
  ~Service() {
    stops_ = true;
    thread_.join();
    sd_bus_flush_close_unref(bus_);
  }

  Told told;
  std::atomic<bool> mute = false;  // It never answers.

 private:
  void add(char const* path, char const* interface, sd_bus_vtable const* table) {
    REQUIRE(sd_bus_add_object_vtable(bus_, nullptr, path, interface, table, &told) >= 0);
  }
  void run() {
    constexpr std::uint64_t kLookMicroseconds = 5'000;
    while (!stops_) {
      if (mute || sd_bus_process(bus_, nullptr) == 0) sd_bus_wait(bus_, kLookMicroseconds);
    }
  }

  sd_bus* bus_ = nullptr;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

MachineState seen(std::string const& address, MachineState machine = {}) {
  add_network_manager(address, machine);
  return machine;
}

}  // namespace

TEST_CASE("NetworkManager says whether the network is metered", "[machine]") {
  PrivateBus const bus;
  Service service(bus.address());
  MachineState const metered{.metered = true};
  auto const with = [&](std::uint32_t said, MachineState const& machine = {}) {
    service.told.metered = said;
    return seen(bus.address(), machine).metered;
  };
  CHECK(with(1));                 // Yes.
  CHECK(with(3));                 // It guesses so.
  CHECK_FALSE(with(2, metered));  // No, somebody said.
  CHECK(with(4, metered));        // It guesses not: mobile broadband stays what it is.
  CHECK(with(0, metered));        // It does not know.
  CHECK_FALSE(with(0));
}

TEST_CASE("a connection of NetworkManager that is a VPN is one and its name counts", "[machine]") {
  PrivateBus const bus;
  Service service(bus.address());
  auto const wired = seen(bus.address());
  CHECK(wired.vpn.empty());
  CHECK(wired.interfaces == std::vector<std::string>{"Wired"});
  service.told.type = "vpn";
  service.told.id = "Company";
  CHECK(seen(bus.address()).vpn == std::vector<std::string>{"Company"});
  service.told.primary = "/";
  CHECK(seen(bus.address()).interfaces.empty());
}

TEST_CASE("NetworkManager tells what DHCP handed out", "[machine]") {
  PrivateBus const bus;
  Service service(bus.address());
  auto const machine = seen(bus.address());
  CHECK(machine.dhcp_cache_hosts == "cache");
  CHECK(machine.dhcp_group == "one");
  service.told.dhcp = "/";
  CHECK(seen(bus.address()).dhcp_cache_hosts.empty());
}

TEST_CASE("without NetworkManager nothing changes and nothing waits", "[machine]") {
  MachineState const before{.on_battery = true, .metered = true, .interfaces = {"eth0"}};
  CHECK(seen({}, before) == before);
  CHECK(seen("unix:path=/nowhere/bus", before) == before);
  CHECK(seen("no address", before) == before);
  PrivateBus const bus;
  CHECK(seen(bus.address(), before) == before);
  // One that does not answer is left alone soon.
  Service service(bus.address());
  service.mute = true;
  CHECK(seen(bus.address(), before) == before);
}
