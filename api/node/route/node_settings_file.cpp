#include "api/node/route/node_settings.h"

#include <algorithm>
#include <array>

#include "api/node/http/text.h"
#include "api/policy/setting_file.h"
#include "api/small_file.h"
#include "engine/content/minisign.h"

namespace freshet::node {

namespace {

constexpr std::size_t kListMax = 4096;

class Reader : public SettingReader {
 public:
  explicit Reader(std::string const& path) : SettingReader(path, kListMax) {}
  Result<NodeSettings> read(SettingValue::Table const& root);

 private:
  void read_node(std::string const& key, SettingValue const& node);
  bool read_list(std::string const& key, SettingValue const& node);
  void read_limit(std::string const& key, SettingValue const& node);
  void read_map(SettingValue const& node);
  void read_mapping(std::string const& prefix, SettingValue const& node);
  void judge(SettingValue const& node);

  // Calls `each` with every text of a list. It says whether the text is right.
  template <typename Each>
  void each_text(std::string const& key, SettingValue const& node, std::string const& what,
                 Each each);

  NodeSettings settings_;
  std::vector<AllowPattern> allow_;
};

template <typename Each>
void Reader::each_text(std::string const& key, SettingValue const& node, std::string const& what,
                       Each each) {
  for (auto const& [text, entry] : texts(key, node)) {
    if (!each(text)) wrong(*entry, key + " has " + text + ", which is no " + what);
  }
}

// Appends what `parse` makes of a text.
template <typename T, typename Parse>
auto into(std::vector<T>& list, Parse parse) {
  return [&list, parse](std::string const& text) {
    auto value = parse(text);
    if (!value) return false;
    list.push_back(std::move(*value));
    return true;
  };
}

std::optional<std::string> web_url(std::string const& text) {
  auto const url = parse_url(text);
  if (!url || url->scheme == "file" || !url->userinfo.empty()) return std::nullopt;
  return to_string(*url);
}

std::optional<std::string> own_name(std::string const& text) {
  auto const url = parse_url("http://" + text);
  if (!url || url->path != "/" || url->query || url->port != 80) return std::nullopt;
  return url->host;
}

std::optional<std::string> host_and_port(std::string const& text) {
  auto const url = parse_url("http://" + text);
  if (!url || url->path != "/" || url->query || !url->userinfo.empty()) return std::nullopt;
  return url->authority();
}

std::optional<std::string> public_key(std::string const& text) {
  return parse_public_key(text) ? std::optional(text) : std::nullopt;
}

bool Reader::read_list(std::string const& key, SettingValue const& node) {
  auto& ways = settings_.ways;
  if (key == "listen") {
    each_text(key, node, "address with a port", into(settings_.listen, parse_listen));
  } else if (key == "listen_tls") {
    each_text(key, node, "address with a port", into(settings_.listen_tls, parse_listen));
  } else if (key == "allow") {
    each_text(key, node, "pattern as [https://]host[:port][/path/]",
              into(allow_, parse_allow_pattern));
  } else if (key == "names") {
    each_text(key, node, "host name", into(ways.names, own_name));
  } else if (key == "origin_networks") {
    each_text(key, node, "network as 192.0.2.0/24", into(ways.networks, parse_network));
  } else if (key == "fellows") {
    each_text(key, node, "host with a port", into(settings_.fellows, host_and_port));
  } else if (key == "fellow_keys") {
    each_text(key, node, "public key of minisign", into(settings_.fellow_keys, public_key));
  } else if (key == "pin") {
    each_text(key, node, "URL", into(settings_.pins, web_url));
  } else if (key == "warm") {
    each_text(key, node, "URL", into(settings_.warm, web_url));
  } else {
    return false;
  }
  return true;
}

void Reader::read_node(std::string const& key, SettingValue const& node) {
  if (read_list(key, node)) return;
  if (key == "enabled") return take(key, node, settings_.enabled);
  if (key == "announce") return take(key, node, settings_.announce);
  if (key == "tracker") return take(key, node, settings_.tracker);
  if (key == "sign") return take(key, node, settings_.sign);
  if (key == "certificate") return take_path(key, node, settings_.certificate);
  if (key == "certificate_key") return take_path(key, node, settings_.certificate_key);
  if (key == "ca_file") return take_path(key, node, settings_.ca_file);
  if (key == "map") return read_map(node);
  if (key == "name") {
    take(key, node, settings_.name);
    if (!is_token(settings_.name)) wrong(node, "name is not one word");
    return;
  }
  if (key == "workers") {
    if (auto const workers = number(key, node, 0)) settings_.workers = *workers;
    return;
  }
  if (key == "warm_every_s") {
    if (auto const seconds = number(key, node, 1)) {
      settings_.warm_every = std::chrono::seconds{std::min<std::uint64_t>(*seconds, 1ULL << 32)};
    }
    return;
  }
  if (key != "limits") return wrong(node, "[node] has no " + key);
  auto const* const limits = table("limits", node);
  if (limits == nullptr) return;
  for (auto const& [name, value] : *limits) read_limit(name, value);
}

struct SizeLimit {
  std::string_view key;
  Bytes NodeLimits::*to;
};
struct CountLimit {
  std::string_view key;
  std::size_t NodeLimits::*to;
  std::uint64_t least;
};
struct TimeLimit {
  std::string_view key;
  Duration NodeLimits::*to;
  std::uint64_t least;
};
constexpr SizeLimit kSizes[]{{"cache", &NodeLimits::cache},
                             {"object", &NodeLimits::object},
                             {"request_body", &NodeLimits::request_body}};
constexpr CountLimit kCounts[]{{"objects", &NodeLimits::objects, 1},
                               {"connections", &NodeLimits::connections, 1},
                               {"connections_per_client", &NodeLimits::connections_per_client, 1},
                               {"upstream_connections", &NodeLimits::upstream_connections, 1},
                               {"fetches", &NodeLimits::fetches, 1},
                               {"head_bytes", &NodeLimits::head_bytes, 1024},
                               {"fields", &NodeLimits::fields, 8}};
constexpr TimeLimit kTimes[]{
    {"age_s", &NodeLimits::age, 0},     {"stale_s", &NodeLimits::stale, 0},
    {"idle_s", &NodeLimits::idle, 1},   {"head_s", &NodeLimits::head, 1},
    {"stall_s", &NodeLimits::stall, 1}, {"upstream_stall_s", &NodeLimits::upstream_stall, 1}};

void Reader::read_limit(std::string const& key, SettingValue const& node) {
  auto const named = [&](auto const& row) { return row.key == key; };
  auto const whole = "limits." + key;
  if (auto const* const row = std::ranges::find_if(kSizes, named); row != std::end(kSizes)) {
    if (auto const given = number(whole, node, 0)) settings_.limits.*row->to = *given;
  } else if (auto const* const count = std::ranges::find_if(kCounts, named);
             count != std::end(kCounts)) {
    if (auto const given = number(whole, node, count->least)) settings_.limits.*count->to = *given;
  } else if (auto const* const time = std::ranges::find_if(kTimes, named);
             time != std::end(kTimes)) {
    auto const given = number(whole, node, time->least);
    if (!given) return;
    settings_.limits.*time->to = std::chrono::seconds{std::min<std::uint64_t>(*given, 1ULL << 32)};
  } else {
    wrong(node, "[node.limits] has no " + key);
  }
}

void Reader::read_map(SettingValue const& node) {
  auto const* const mappings = table("map", node);
  if (mappings == nullptr) return;
  for (auto const& [prefix, origin] : *mappings) read_mapping(prefix, origin);
}

void Reader::read_mapping(std::string const& prefix, SettingValue const& node) {
  auto const* const text = node.as<std::string>();
  auto const origin = text == nullptr ? std::nullopt : web_url(*text);
  auto const path = parse_url("http://node" + prefix);
  bool const plain = path && path->path == prefix && !path->query;
  if (!plain || !prefix.starts_with('/') || !prefix.ends_with('/') || prefix == "/") {
    return wrong(node, "map has " + prefix + ", which is no path with / at both ends");
  }
  if (!origin || !origin->ends_with('/') || origin->find('?') != std::string::npos) {
    return wrong(node, "map leads " + prefix + " to what is no URL that ends with /");
  }
  settings_.ways.mappings.push_back({prefix, *parse_url(*origin)});
}

// What cannot be judged key by key.
void Reader::judge(SettingValue const& node) {
  auto const& settings = settings_;
  bool const listens = !settings.listen.empty() || !settings.listen_tls.empty();
  if (settings.enabled && !listens) wrong(node, "[node] is enabled and listens nowhere");
  if (settings.enabled && allow_.empty() && settings.ways.mappings.empty()) {
    wrong(node, "[node] is enabled and allows no origin");
  }
  if (!settings.fellows.empty() && !settings.sign && settings.fellow_keys.empty()) {
    wrong(node, "fellows need fellow_keys, or sign");
  }
  if (settings.certificate.empty() != settings.certificate_key.empty()) {
    wrong(node, "[node] needs certificate and certificate_key, or neither");
  }
  if (!settings.listen_tls.empty() && settings.certificate.empty()) {
    wrong(node, "listen_tls needs a certificate");
  }
}

Result<NodeSettings> Reader::read(SettingValue::Table const& root) {
  auto const node = std::ranges::find(root, std::string_view("node"), &SettingEntry::key);
  if (node == root.end()) return settings_;
  if (auto const* const table = this->table("node", node->value)) {
    for (auto const& [key, value] : *table) read_node(key, value);
    judge(node->value);
  }
  settings_.ways.allow = AllowList(std::move(allow_));
  if (auto const right = verdict(); !right) return tl::unexpected(right.error());
  return std::move(settings_);
}

}  // namespace

Result<NodeSettings> parse_node_settings(std::string_view text, std::string const& path) {
  auto const root = parse_settings(text, path);
  if (!root) return tl::unexpected(root.error());
  return Reader(path).read(*root);
}

Result<NodeSettings> read_node_settings(std::string const& path) {
  auto const text = read_small_file(path, kSettingFileBytesMax);
  if (!text) return tl::unexpected(text.error());
  return parse_node_settings(*text, path);
}

}  // namespace freshet::node
