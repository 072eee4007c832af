#include "api/policy/policy_file.h"

#include "api/policy/setting_file.h"
#include "api/small_file.h"
#include "engine/policy/policy_table.h"

namespace freshet {

namespace {

constexpr std::size_t kListMax = 256;
constexpr std::uint64_t kSecondsMax = 4'294'967'295;
constexpr std::uint64_t kKbpsMax = 4'294'967'295;

class Reader : public SettingReader {
 public:
  explicit Reader(std::string const& path) : SettingReader(path, kListMax) {}

  Result<PolicyFile> read(SettingValue::Table const& root);

 private:
  // Runs `take` for each entry of a table; complains when it is none.
  template <typename Take>
  void each(std::string_view section, SettingValue const& node, Take take);

  void read_policy(std::string const& key, SettingValue const& node);
  void read_peers(std::string const& key, SettingValue const& node);
  void read_machine(std::string const& key, SettingValue const& node);
  void read_daemon(std::string const& key, SettingValue const& node);
  void read_agent(std::string const& key, SettingValue const& node);
  void read_words(std::string const& key, SettingValue const& node, std::vector<FileSetting>& to);
  void read_limits(std::string const& section, SettingValue const& node, PeerLimits& limits);
  [[nodiscard]] std::optional<HourLimits> hours(std::string const& key, SettingValue const& node);

  PolicyFile file_;
};

template <typename Take>
void Reader::each(std::string_view section, SettingValue const& node, Take take) {
  auto const* const table = this->table(section, node);
  if (table == nullptr) return;
  for (auto const& [key, value] : *table) take(key, value);
}

// { from = 8, to = 18, inside = 20, outside = 100 }
std::optional<HourLimits> Reader::hours(std::string const& key, SettingValue const& node) {
  HourLimits hours;
  std::size_t found = 0;
  auto const before = mistakes();
  each(key, node, [&](std::string const& part, SettingValue const& value) {
    auto* const to = part == "from"      ? &hours.from
                     : part == "to"      ? &hours.to
                     : part == "inside"  ? &hours.inside_percent
                     : part == "outside" ? &hours.outside_percent
                                         : nullptr;
    if (to == nullptr) return wrong(value, key + " has no " + part);
    if (auto const given = number(key + "." + part, value, 0, 100)) {
      *to = static_cast<std::uint32_t>(*given);
      ++found;
    }
  });
  if (mistakes() > before) return std::nullopt;
  if (found == 4) return hours;
  wrong(node, key + " needs from, to, inside and outside");
  return std::nullopt;
}

void Reader::read_policy(std::string const& key, SettingValue const& node) {
  auto const* const row = find_policy(key);
  if (row == nullptr) return wrong(node, key + " is no policy that is known here");
  std::optional<PolicyValue> value;
  if (node.as<std::int64_t>() != nullptr) {
    auto const given = number(key, node, 0, row->most == 0 ? kSecondsMax : row->most);
    if (!given) return;
    value = *given;
  } else if (auto const* const flag = node.as<bool>()) {
    value = *flag;
  } else if (auto const* const text = node.as<std::string>()) {
    value = *text;
  } else if (node.as<SettingValue::Table>() != nullptr) {
    auto const given = hours(key, node);
    if (!given) return;
    value = *given;
  } else {
    return wrong(node, key + " has a value of no kind that policies have");
  }
  if (auto const set = set_policy(file_.policy, *row, *value); !set) {
    return wrong(node, key + " " + set.error().why);
  }
  file_.places[std::string(row->name)] = place_of(node);
}

void Reader::read_limits(std::string const& section, SettingValue const& node, PeerLimits& limits) {
  each(section, node, [&](std::string const& key, SettingValue const& value) {
    auto* const to = key == "upload"     ? &limits.upload
                     : key == "download" ? &limits.download
                                         : nullptr;
    if (to == nullptr) return wrong(value, section + " has no " + key);
    if (auto const kbps = number(section + "." + key, value, 0, kKbpsMax)) to->value = *kbps * 1024;
  });
}

void Reader::read_peers(std::string const& key, SettingValue const& node) {
  auto& peers = file_.peers;
  for (auto const peer_class : kPeerClasses) {
    if (key == name(peer_class))
      return read_limits("peers." + key, node, peers.limits.of(peer_class));
  }
  if (key == "listen") return take(key, node, peers.listen);
  if (key == "trackers") return take(key, node, peers.trackers);
  if (key == "peers") return take(key, node, peers.peers);
  if (key == "local_networks") return take(key, node, peers.local_networks);
  if (key == "local_search") return take(key, node, peers.local_search);
  if (key == "find_nodes") return take(key, node, peers.find_nodes);
  if (key == "group_secret_file") {
    return take_path(key, node, peers.group_secret_file);
  }
  if (key == "share_for_s") {
    if (auto const seconds = number(key, node, 0, kSecondsMax)) {
      peers.share_for = std::chrono::seconds{*seconds};
    }
    return;
  }
  wrong(node, "[peers] has no " + key);
}

void Reader::read_machine(std::string const& key, SettingValue const& node) {
  if (key == "battery") return take(key, node, file_.machine.battery);
  if (key == "metered") return take(key, node, file_.machine.metered);
  if (key == "vpn") return take(key, node, file_.machine.vpn);
  wrong(node, "[machine] has no " + key);
}

// As words of a command line; nothing for what they have no form for.
std::optional<std::string> word_of(SettingValue const& node) {
  if (auto const* const text = node.as<std::string>()) return *text;
  if (auto const* const number = node.as<std::int64_t>()) return std::to_string(*number);
  if (auto const* const flag = node.as<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

void Reader::read_daemon(std::string const& key, SettingValue const& node) {
  read_words(key, node, file_.daemon);
}

void Reader::read_agent(std::string const& key, SettingValue const& node) {
  read_words(key, node, file_.agent);
}

void Reader::read_words(std::string const& key, SettingValue const& node,
                        std::vector<FileSetting>& to) {
  FileSetting setting{key, {}, node.line};
  std::vector<SettingValue const*> nodes{&node};
  if (auto const* const list = node.as<SettingValue::List>()) {
    nodes.clear();
    for (auto const& entry : *list) nodes.push_back(&entry);
  }
  for (auto const* const entry : nodes) {
    auto word = word_of(*entry);
    if (!word || nodes.size() > kListMax) {
      return wrong(*entry, key + " is no text, number, truth or list of these");
    }
    setting.values.push_back(std::move(*word));
  }
  to.push_back(std::move(setting));
}

Result<PolicyFile> Reader::read(SettingValue::Table const& root) {
  for (auto const& entry : root) {
    auto const& section = entry.key;
    auto const& value = entry.value;
    auto const read_with = [&](auto method) {
      each(section, value,
           [&](std::string const& name, SettingValue const& node) { (this->*method)(name, node); });
    };
    if (section == "policy") {
      read_with(&Reader::read_policy);
    } else if (section == "peers") {
      read_with(&Reader::read_peers);
    } else if (section == "machine") {
      read_with(&Reader::read_machine);
    } else if (section == "daemon") {
      read_with(&Reader::read_daemon);
    } else if (section == "agent") {
      read_with(&Reader::read_agent);
    } else if (section != "node") {
      wrong(value, section + " is no section that is known here");
    }
  }
  if (auto const right = verdict(); !right) return tl::unexpected(right.error());
  return std::move(file_);
}

}  // namespace

Result<PolicyFile> parse_policy_file(std::string_view text, std::string const& path) {
  auto const root = parse_settings(text, path);
  if (!root) return tl::unexpected(root.error());
  return Reader(path).read(*root);
}

Result<PolicyFile> read_policy_file(std::string const& path) {
  auto const text = read_small_file(path, kSettingFileBytesMax);
  if (!text) return tl::unexpected(text.error());
  return parse_policy_file(*text, path);
}

}  // namespace freshet
