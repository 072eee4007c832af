#include "api/machine/network_manager.h"

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "api/machine/dhcp_options.h"

namespace freshet {

namespace {

constexpr char const* kService = "org.freedesktop.NetworkManager";
constexpr char const* kManager = "/org/freedesktop/NetworkManager";
constexpr char const* kManagerInterface = "org.freedesktop.NetworkManager";
constexpr char const* kActiveInterface = "org.freedesktop.NetworkManager.Connection.Active";
constexpr char const* kDhcpInterface = "org.freedesktop.NetworkManager.DHCP4Config";
constexpr std::chrono::microseconds kPatience{200'000};  // For all answers together.
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kOptionsMax = 512;

// NMMetered
constexpr std::uint32_t kMeteredYes = 1;
constexpr std::uint32_t kMeteredNo = 2;
constexpr std::uint32_t kMeteredGuessYes = 3;

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

class Bus {
 public:
  explicit Bus(std::string const& address) {
    sd_bus* made = nullptr;
    if (sd_bus_new(&made) < 0) return;
    bus_.reset(made);
    bool const ready = sd_bus_set_address(made, address.c_str()) >= 0 &&
                       sd_bus_set_bus_client(made, 1) >= 0 && sd_bus_start(made) >= 0;
    if (!ready) bus_.reset();
  }

  // The answer, within the value that it carries; null when there is none of this type.
  [[nodiscard]] Message property(std::string const& path, char const* interface, char const* name,
                                 char const* type) {
    auto const left = deadline_ - Clock::now();
    sd_bus_message* asked = nullptr;
    if (!bus_ || left <= Clock::duration::zero()) return nullptr;
    if (sd_bus_message_new_method_call(bus_.get(), &asked, kService, path.c_str(),
                                       "org.freedesktop.DBus.Properties", "Get") < 0) {
      return nullptr;
    }
    Message const call(asked);
    sd_bus_message_set_auto_start(asked, 0);
    if (sd_bus_message_append(asked, "ss", interface, name) < 0) return nullptr;
    sd_bus_message* answered = nullptr;
    auto const wait = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
    sd_bus_error error{};
    auto const said =
        sd_bus_call(bus_.get(), asked, static_cast<std::uint64_t>(wait), &error, &answered);
    sd_bus_error_free(&error);
    if (said < 0) return nullptr;
    Message answer(answered);
    return sd_bus_message_enter_container(answered, 'v', type) > 0 ? std::move(answer) : nullptr;
  }
  [[nodiscard]] std::optional<std::uint32_t> number(std::string const& path, char const* interface,
                                                    char const* name) {
    std::uint32_t value = 0;
    auto const answer = property(path, interface, name, "u");
    bool const read = answer && sd_bus_message_read_basic(answer.get(), 'u', &value) > 0;
    return read ? std::optional(value) : std::nullopt;
  }
  // Of type `s` or `o`; empty when there is none.
  [[nodiscard]] std::string text(std::string const& path, char const* interface, char const* name,
                                 char const* type) {
    char const* value = nullptr;
    auto const answer = property(path, interface, name, type);
    bool const read = answer && sd_bus_message_read_basic(answer.get(), *type, &value) > 0;
    return read ? std::string(value).substr(0, kNameBytesMax) : std::string();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point deadline_ = Clock::now() + kPatience;
  std::unique_ptr<sd_bus, Unref> bus_;
};

// Options that are everybody's own come as bytes: "61:62".
void take_option(std::string_view name, char const* value, MachineState& machine) {
  auto const is = [&](unsigned number) { return name == "private_" + std::to_string(number); };
  auto* const to = is(kDhcpGroup)        ? &machine.dhcp_group
                   : is(kDhcpCacheHosts) ? &machine.dhcp_cache_hosts
                                         : nullptr;
  if (to == nullptr) return;
  if (auto text = text_of_hex(value)) *to = std::move(*text);
}

void read_dhcp(Bus& bus, std::string const& path, MachineState& machine) {
  auto const answer = bus.property(path, kDhcpInterface, "Options", "a{sv}");
  auto* const options = answer.get();
  if (!answer || sd_bus_message_enter_container(options, 'a', "{sv}") < 0) return;
  for (std::size_t i = 0; i < kOptionsMax; ++i) {
    char const* name = nullptr;
    char const* value = nullptr;
    if (sd_bus_message_enter_container(options, 'e', "sv") <= 0) return;
    if (sd_bus_message_read_basic(options, 's', &name) <= 0) return;
    if (sd_bus_message_enter_container(options, 'v', "s") > 0) {
      if (sd_bus_message_read_basic(options, 's', &value) <= 0) return;
      take_option(name, value, machine);
      sd_bus_message_exit_container(options);
    } else {
      sd_bus_message_skip(options, "v");
    }
    sd_bus_message_exit_container(options);
  }
}

}  // namespace

std::string system_bus() {
  auto const* const given = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
  if (given != nullptr && *given != '\0') return given;
  std::error_code error;
  constexpr char const* kSocket = "/run/dbus/system_bus_socket";
  return std::filesystem::exists(kSocket, error) ? std::string("unix:path=") + kSocket
                                                 : std::string();
}

void add_network_manager(std::string const& bus_address, MachineState& machine) {
  if (bus_address.empty()) return;
  Bus bus(bus_address);
  auto const metered = bus.number(kManager, kManagerInterface, "Metered");
  if (!metered) return;  // It does not run.
  // What somebody has said holds; what it guesses does not take back what we saw.
  if (*metered == kMeteredYes || *metered == kMeteredGuessYes) machine.metered = true;
  if (*metered == kMeteredNo) machine.metered = false;
  auto const primary = bus.text(kManager, kManagerInterface, "PrimaryConnection", "o");
  if (primary.size() <= 1) return;
  auto const type = bus.text(kManager, kManagerInterface, "PrimaryConnectionType", "s");
  auto const name = bus.text(primary, kActiveInterface, "Id", "s");
  if (!name.empty()) machine.interfaces.push_back(name);
  if (type == "vpn" || type == "wireguard") machine.vpn.push_back(name.empty() ? type : name);
  auto const dhcp = bus.text(primary, kActiveInterface, "Dhcp4Config", "o");
  if (dhcp.size() > 1) read_dhcp(bus, dhcp, machine);
}

}  // namespace freshet
