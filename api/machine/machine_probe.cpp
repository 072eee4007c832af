#include "api/machine/machine_probe.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "api/machine/dhcp_options.h"
#include "api/machine/network_manager.h"

namespace freshet {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEntriesMax = 1024;  // Of one directory.
constexpr int kTypePpp = 512;              // ARPHRD_PPP

// Of files in /sys, which are short. Empty when there is none.
std::string text_of(fs::path const& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\0');
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end != text.data() ? std::optional(number) : std::nullopt;
}

std::vector<fs::path> entries_of(fs::path const& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    if (entries.size() == kEntriesMax) break;
    entries.push_back(next->path());
  }
  std::ranges::sort(entries);
  return entries;
}

// Supplies of peripherals (a mouse) say nothing of the machine.
void read_power(fs::path const& root, MachineState& machine) {
  bool mains = false;
  bool discharging = false;
  for (auto const& supply : entries_of(root / "sys/class/power_supply")) {
    if (text_of(supply / "scope") == "Device") continue;
    auto const type = text_of(supply / "type");
    if (type == "Battery") {
      discharging = discharging || text_of(supply / "status") == "Discharging";
      auto const percent = number_of(text_of(supply / "capacity"));
      if (percent && *percent <= 100) {
        auto const now = static_cast<std::uint32_t>(*percent);
        machine.battery_percent = std::min(machine.battery_percent.value_or(100), now);
      }
    } else if (text_of(supply / "online") == "1") {
      mains = true;
    }
  }
  machine.on_battery = discharging && !mains;
}

// Names of the interfaces that default routes lead through.
std::set<std::string> ways_out(fs::path const& root) {
  std::set<std::string> names;
  std::istringstream v4(text_of(root / "proc/net/route"));
  std::string line;
  std::getline(v4, line);  // The heading.
  while (std::getline(v4, line)) {
    std::istringstream fields(line);
    std::string name;
    std::string destination;
    std::string gateway;
    std::string flags;
    std::string rest;
    std::string mask;
    fields >> name >> destination >> gateway >> flags >> rest >> rest >> rest >> mask;
    // Half of everything each is how VPNs put themselves before the default route.
    bool const wide = mask == "00000000" || mask == "00000080";
    if (wide && (destination == "00000000" || destination == "00000080")) names.insert(name);
  }
  std::istringstream v6(text_of(root / "proc/net/ipv6_route"));
  while (std::getline(v6, line)) {
    std::istringstream fields(line);
    std::vector<std::string> words;
    for (std::string word; fields >> word;) words.push_back(word);
    bool const everything = words.size() == 10 && (words[1] == "00" || words[1] == "01");
    if (everything && words[9] != "lo") names.insert(words[9]);
  }
  return names;
}

std::string device_type(fs::path const& interface) {
  std::istringstream lines(text_of(interface / "uevent"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("DEVTYPE=")) return line.substr(8);
  }
  return {};
}

bool is_tunnel(fs::path const& interface, std::string const& type) {
  std::error_code error;
  bool const tun = fs::exists(interface / "tun_flags", error);
  bool const ppp = number_of(text_of(interface / "type")) == std::uint64_t{kTypePpp};
  // Mobile broadband speaks PPP too, and is no VPN.
  return tun || type == "wireguard" || (ppp && type != "wwan");
}

void read_network(fs::path const& root, MachineState& machine) {
  for (auto const& name : ways_out(root)) {
    auto const interface = root / "sys/class/net" / name;
    auto const type = device_type(interface);
    machine.interfaces.push_back(name);
    if (auto other = text_of(interface / "ifalias"); !other.empty()) {
      machine.interfaces.push_back(std::move(other));
    }
    if (is_tunnel(interface, type)) machine.vpn.push_back(name);
    if (type == "wwan") machine.metered = true;
  }
}

void read_sizes(fs::path const& root, std::string const& data_dir, MachineState& machine) {
  std::istringstream memory(text_of(root / "proc/meminfo"));
  for (std::string line; std::getline(memory, line);) {
    if (!line.starts_with("MemTotal:")) continue;
    auto const begin = line.find_first_of("0123456789");
    if (begin == std::string::npos) break;
    if (auto const kib = number_of(std::string_view(line).substr(begin))) {
      // The kernel keeps some of it: what is installed is the next whole GiB.
      machine.memory = (*kib * 1024 + 1_GiB - 1) / 1_GiB * 1_GiB;
    }
  }
  // Before there is the directory, the disk is that of the place where it will be.
  fs::path directory = data_dir;
  struct statvfs disk {};
  while (::statvfs(directory.c_str(), &disk) != 0) {
    if (errno != ENOENT || !directory.has_relative_path()) return;
    directory = directory.parent_path();
  }
  machine.disk = static_cast<Bytes>(disk.f_blocks) * disk.f_frsize;
  machine.disk_free = static_cast<Bytes>(disk.f_bavail) * disk.f_frsize;
}

// The domain that names without one are looked up in.
std::string dns_suffix(fs::path const& root) {
  std::string suffix;
  std::istringstream lines(text_of(root / "etc/resolv.conf"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string first;
    words >> key >> first;
    if (key == "search" || key == "domain") suffix = first;
  }
  return suffix;
}

}  // namespace

MachineState read_machine(std::string const& data_dir) {
  auto machine = read_machine("/", data_dir);
  add_network_manager(system_bus(), machine);
  return machine;
}

MachineState read_machine(std::string const& root, std::string const& data_dir) {
  MachineState machine;
  read_power(root, machine);
  read_network(root, machine);
  read_sizes(root, data_dir, machine);
  machine.dns_suffix = dns_suffix(root);
  machine.dhcp_group = dhcp_option(root, kDhcpGroup);
  machine.dhcp_cache_hosts = dhcp_option(root, kDhcpCacheHosts);
  return machine;
}

}  // namespace freshet
