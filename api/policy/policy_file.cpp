#include "api/policy/policy_file.h"

// The parser asserts what hostile files break (a key after a dot): it goes on to throw without
// that.
#undef NDEBUG
#define TOML_ASSERT(holds) static_cast<void>(0)
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "api/small_file.h"
#include "engine/policy/policy_table.h"

namespace freshet {

namespace {

constexpr std::size_t kListMax = 256;
constexpr std::uint64_t kSecondsMax = 4'294'967'295;
constexpr std::uint64_t kKbpsMax = 4'294'967'295;

class Reader {
 public:
  explicit Reader(std::string const& path) : path_(path) {}

  Result<PolicyFile> read(toml::table const& root);

 private:
  void wrong(toml::node const& node, std::string what);
  [[nodiscard]] std::string place_of(toml::node const& node) const;
  // Runs `take` for each entry of a table; complains when it is none.
  template <typename Take>
  void each(std::string_view section, toml::node const& node, Take take);

  void read_policy(std::string const& key, toml::node const& node);
  void read_peers(std::string const& key, toml::node const& node);
  void read_machine(std::string const& key, toml::node const& node);
  void read_daemon(std::string const& key, toml::node const& node);
  void read_agent(std::string const& key, toml::node const& node);
  void read_words(std::string const& key, toml::node const& node, std::vector<FileSetting>& to);
  void read_limits(std::string const& section, toml::node const& node, PeerLimits& limits);
  void take(std::string const& key, toml::node const& node, std::string& value);
  void take(std::string const& key, toml::node const& node, std::optional<bool>& value);
  void take(std::string const& key, toml::node const& node, std::vector<std::string>& value);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string const& key, toml::node const& node,
                                                    std::uint64_t most);
  [[nodiscard]] std::optional<HourLimits> hours(std::string const& key, toml::node const& node);

  std::string const& path_;
  PolicyFile file_;
  std::vector<std::string> mistakes_;
};

std::string Reader::place_of(toml::node const& node) const {
  return path_ + ":" + std::to_string(node.source().begin.line);
}

void Reader::wrong(toml::node const& node, std::string what) {
  mistakes_.push_back("line " + std::to_string(node.source().begin.line) + ": " + std::move(what));
}

template <typename Take>
void Reader::each(std::string_view section, toml::node const& node, Take take) {
  auto const* const table = node.as_table();
  if (table == nullptr) return wrong(node, std::string(section) + " is no table");
  for (auto const& [key, value] : *table) take(std::string(key.str()), value);
}

std::optional<std::uint64_t> Reader::number(std::string const& key, toml::node const& node,
                                            std::uint64_t most) {
  auto const* const value = node.as_integer();
  if (value == nullptr || value->get() < 0 || static_cast<std::uint64_t>(value->get()) > most) {
    wrong(node, key + " is no number from 0 to " + std::to_string(most));
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value->get());
}

void Reader::take(std::string const& key, toml::node const& node, std::string& value) {
  auto const* const text = node.as_string();
  if (text == nullptr) return wrong(node, key + " is no text");
  value = text->get();
}

void Reader::take(std::string const& key, toml::node const& node, std::optional<bool>& value) {
  auto const* const flag = node.as_boolean();
  if (flag == nullptr) return wrong(node, key + " is neither true nor false");
  value = flag->get();
}

void Reader::take(std::string const& key, toml::node const& node, std::vector<std::string>& value) {
  auto const* const list = node.as_array();
  if (list == nullptr || list->size() > kListMax) return wrong(node, key + " is no list of texts");
  for (auto const& entry : *list) {
    auto const* const text = entry.as_string();
    if (text == nullptr) return wrong(entry, key + " is no list of texts");
    value.push_back(text->get());
  }
}

// { from = 8, to = 18, inside = 20, outside = 100 }
std::optional<HourLimits> Reader::hours(std::string const& key, toml::node const& node) {
  HourLimits hours;
  std::size_t found = 0;
  auto const before = mistakes_.size();
  each(key, node, [&](std::string const& part, toml::node const& value) {
    auto* const to = part == "from"      ? &hours.from
                     : part == "to"      ? &hours.to
                     : part == "inside"  ? &hours.inside_percent
                     : part == "outside" ? &hours.outside_percent
                                         : nullptr;
    if (to == nullptr) return wrong(value, key + " has no " + part);
    if (auto const given = number(key + "." + part, value, 100)) {
      *to = static_cast<std::uint32_t>(*given);
      ++found;
    }
  });
  if (mistakes_.size() > before) return std::nullopt;
  if (found == 4) return hours;
  wrong(node, key + " needs from, to, inside and outside");
  return std::nullopt;
}

void Reader::read_policy(std::string const& key, toml::node const& node) {
  auto const* const row = find_policy(key);
  if (row == nullptr) return wrong(node, key + " is no policy that is known here");
  std::optional<PolicyValue> value;
  if (node.is_integer()) {
    auto const given = number(key, node, row->most == 0 ? kSecondsMax : row->most);
    if (!given) return;
    value = *given;
  } else if (auto const* const flag = node.as_boolean()) {
    value = flag->get();
  } else if (auto const* const text = node.as_string()) {
    value = text->get();
  } else if (node.is_table()) {
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

void Reader::read_limits(std::string const& section, toml::node const& node, PeerLimits& limits) {
  each(section, node, [&](std::string const& key, toml::node const& value) {
    auto* const to = key == "upload"     ? &limits.upload
                     : key == "download" ? &limits.download
                                         : nullptr;
    if (to == nullptr) return wrong(value, section + " has no " + key);
    if (auto const kbps = number(section + "." + key, value, kKbpsMax)) to->value = *kbps * 1024;
  });
}

void Reader::read_peers(std::string const& key, toml::node const& node) {
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
  if (key == "group_secret_file") {
    take(key, node, peers.group_secret_file);
    if (!peers.group_secret_file.starts_with('/')) wrong(node, key + " is no absolute path");
    return;
  }
  if (key == "share_for_s") {
    if (auto const seconds = number(key, node, kSecondsMax)) {
      peers.share_for = std::chrono::seconds{*seconds};
    }
    return;
  }
  wrong(node, "[peers] has no " + key);
}

void Reader::read_machine(std::string const& key, toml::node const& node) {
  if (key == "battery") return take(key, node, file_.machine.battery);
  if (key == "metered") return take(key, node, file_.machine.metered);
  if (key == "vpn") return take(key, node, file_.machine.vpn);
  wrong(node, "[machine] has no " + key);
}

// As words of a command line; nothing for what they have no form for.
std::optional<std::string> word_of(toml::node const& node) {
  if (auto const* const text = node.as_string()) return text->get();
  if (auto const* const number = node.as_integer()) return std::to_string(number->get());
  if (auto const* const flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

void Reader::read_daemon(std::string const& key, toml::node const& node) {
  read_words(key, node, file_.daemon);
}

void Reader::read_agent(std::string const& key, toml::node const& node) {
  read_words(key, node, file_.agent);
}

void Reader::read_words(std::string const& key, toml::node const& node,
                        std::vector<FileSetting>& to) {
  FileSetting setting{key, {}, node.source().begin.line};
  std::vector<toml::node const*> nodes{&node};
  if (auto const* const list = node.as_array()) {
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

Result<PolicyFile> Reader::read(toml::table const& root) {
  for (auto const& entry : root) {
    std::string const section(entry.first.str());
    toml::node const& value = entry.second;
    auto const read_with = [&](auto method) {
      each(section, value,
           [&](std::string const& name, toml::node const& node) { (this->*method)(name, node); });
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
  if (mistakes_.empty()) return std::move(file_);
  std::string all;
  for (auto const& mistake : mistakes_) all += (all.empty() ? "" : "; ") + mistake;
  return fail(Errc::invalid_argument, path_, std::move(all));
}

}  // namespace

Result<PolicyFile> parse_policy_file(std::string_view text, std::string const& path) {
  if (text.size() > kPolicyFileBytesMax) {
    return fail(Errc::invalid_argument, path, "is larger than 1 MiB");
  }
  try {
    return Reader(path).read(toml::parse(text));
  } catch (toml::parse_error const& error) {
    return fail(Errc::invalid_argument, path,
                "line " + std::to_string(error.source().begin.line) + ": " +
                    std::string(error.description()));
  }
}

Result<PolicyFile> read_policy_file(std::string const& path) {
  auto const text = read_small_file(path, kPolicyFileBytesMax);
  if (!text) return tl::unexpected(text.error());
  return parse_policy_file(*text, path);
}

}  // namespace freshet
