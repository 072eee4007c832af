#include <algorithm>
#include <array>

#include "api/node/route/node_settings.h"

// The parser asserts what hostile files break (a key after a dot): it goes on to throw without
// that.
#undef NDEBUG
#define TOML_ASSERT(holds) static_cast<void>(0)
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "api/node/http/text.h"
#include "api/small_file.h"

namespace freshet::node {

namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kListMax = 4096;

class Reader {
 public:
  explicit Reader(std::string const& path) : path_(path) {}
  Result<NodeSettings> read(toml::table const& root);

 private:
  void wrong(toml::node const& node, std::string const& what);
  void read_node(std::string const& key, toml::node const& node);
  bool read_list(std::string const& key, toml::node const& node);
  void read_limit(std::string const& key, toml::node const& node);
  void read_map(toml::node const& node);
  void read_mapping(std::string const& prefix, toml::node const& node);
  void judge(toml::node const& node);

  [[nodiscard]] std::optional<std::uint64_t> number(std::string const& key, toml::node const& node,
                                                    std::uint64_t least = 0);
  void take(std::string const& key, toml::node const& node, std::string& value);
  void take(std::string const& key, toml::node const& node, bool& value);
  void take_path(std::string const& key, toml::node const& node, std::string& value);
  // Calls `each` with every text of a list. It says whether the text is right.
  template <typename Each>
  void texts(std::string const& key, toml::node const& node, std::string const& what, Each each);

  std::string const& path_;
  NodeSettings settings_;
  std::vector<AllowPattern> allow_;
  std::vector<std::string> mistakes_;
};

void Reader::wrong(toml::node const& node, std::string const& what) {
  mistakes_.push_back("line " + std::to_string(node.source().begin.line) + ": " + what);
}

std::optional<std::uint64_t> Reader::number(std::string const& key, toml::node const& node,
                                            std::uint64_t least) {
  auto const* const value = node.as_integer();
  if (value == nullptr || value->get() < 0 || static_cast<std::uint64_t>(value->get()) < least) {
    wrong(node, key + " is no number from " + std::to_string(least) + " on");
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value->get());
}

void Reader::take(std::string const& key, toml::node const& node, std::string& value) {
  auto const* const text = node.as_string();
  if (text == nullptr) return wrong(node, key + " is no text");
  value = text->get();
}

void Reader::take(std::string const& key, toml::node const& node, bool& value) {
  auto const* const flag = node.as_boolean();
  if (flag == nullptr) return wrong(node, key + " is neither true nor false");
  value = flag->get();
}

void Reader::take_path(std::string const& key, toml::node const& node, std::string& value) {
  take(key, node, value);
  if (!value.starts_with('/')) wrong(node, key + " is no absolute path");
}

template <typename Each>
void Reader::texts(std::string const& key, toml::node const& node, std::string const& what,
                   Each each) {
  auto const* const list = node.as_array();
  if (list == nullptr || list->size() > kListMax) return wrong(node, key + " is no list of texts");
  for (auto const& entry : *list) {
    auto const* const text = entry.as_string();
    if (text == nullptr) {
      wrong(entry, key + " is no list of texts");
    } else if (!each(text->get())) {
      wrong(entry, key + " has " + text->get() + ", which is no " + what);
    }
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

bool Reader::read_list(std::string const& key, toml::node const& node) {
  auto& ways = settings_.ways;
  if (key == "listen") {
    texts(key, node, "address with a port", into(settings_.listen, parse_listen));
  } else if (key == "listen_tls") {
    texts(key, node, "address with a port", into(settings_.listen_tls, parse_listen));
  } else if (key == "allow") {
    texts(key, node, "pattern as [https://]host[:port][/path/]", into(allow_, parse_allow_pattern));
  } else if (key == "names") {
    texts(key, node, "host name", into(ways.names, own_name));
  } else if (key == "origin_networks") {
    texts(key, node, "network as 192.0.2.0/24", into(ways.networks, parse_network));
  } else if (key == "pin") {
    texts(key, node, "URL", into(settings_.pins, web_url));
  } else if (key == "warm") {
    texts(key, node, "URL", into(settings_.warm, web_url));
  } else {
    return false;
  }
  return true;
}

void Reader::read_node(std::string const& key, toml::node const& node) {
  if (read_list(key, node)) return;
  if (key == "enabled") return take(key, node, settings_.enabled);
  if (key == "announce") return take(key, node, settings_.announce);
  if (key == "tracker") return take(key, node, settings_.tracker);
  if (key == "sign") return take(key, node, settings_.sign);
  if (key == "certificate") return take_path(key, node, settings_.certificate);
  if (key == "certificate_key") return take_path(key, node, settings_.certificate_key);
  if (key == "map") return read_map(node);
  if (key == "name") {
    take(key, node, settings_.name);
    if (!is_token(settings_.name)) wrong(node, "name is not one word");
    return;
  }
  if (key == "workers") {
    if (auto const workers = number(key, node)) settings_.workers = *workers;
    return;
  }
  if (key == "warm_every_s") {
    if (auto const seconds = number(key, node, 1)) {
      settings_.warm_every = std::chrono::seconds{std::min<std::uint64_t>(*seconds, 1ULL << 32)};
    }
    return;
  }
  if (key != "limits") return wrong(node, "[node] has no " + key);
  auto const* const limits = node.as_table();
  if (limits == nullptr) return wrong(node, "limits is no table");
  for (auto const& [name, value] : *limits) read_limit(std::string(name.str()), value);
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
                             {"request_body", &NodeLimits::request_body},
                             {"read_ahead", &NodeLimits::read_ahead}};
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

void Reader::read_limit(std::string const& key, toml::node const& node) {
  auto const named = [&](auto const& row) { return row.key == key; };
  auto const whole = "limits." + key;
  if (auto const* const row = std::ranges::find_if(kSizes, named); row != std::end(kSizes)) {
    if (auto const given = number(whole, node)) settings_.limits.*row->to = *given;
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

void Reader::read_map(toml::node const& node) {
  auto const* const table = node.as_table();
  if (table == nullptr || table->size() > kListMax) return wrong(node, "map is no table");
  for (auto const& [prefix, origin] : *table) read_mapping(std::string(prefix.str()), origin);
}

void Reader::read_mapping(std::string const& prefix, toml::node const& node) {
  auto const* const text = node.as_string();
  auto const origin = text == nullptr ? std::nullopt : web_url(text->get());
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
void Reader::judge(toml::node const& node) {
  auto const& settings = settings_;
  bool const listens = !settings.listen.empty() || !settings.listen_tls.empty();
  if (settings.enabled && !listens) wrong(node, "[node] is enabled and listens nowhere");
  if (settings.enabled && allow_.empty() && settings.ways.mappings.empty()) {
    wrong(node, "[node] is enabled and allows no origin");
  }
  if (settings.certificate.empty() != settings.certificate_key.empty()) {
    wrong(node, "[node] needs certificate and certificate_key, or neither");
  }
  if (!settings.listen_tls.empty() && settings.certificate.empty()) {
    wrong(node, "listen_tls needs a certificate");
  }
}

Result<NodeSettings> Reader::read(toml::table const& root) {
  auto const* const node = root.get("node");
  if (node == nullptr) return settings_;
  if (auto const* const table = node->as_table()) {
    for (auto const& [key, value] : *table) read_node(std::string(key.str()), value);
    judge(*node);
  } else {
    wrong(*node, "node is no table");
  }
  settings_.ways.allow = AllowList(std::move(allow_));
  if (mistakes_.empty()) return std::move(settings_);
  std::string all;
  for (auto const& mistake : mistakes_) all += (all.empty() ? "" : "; ") + mistake;
  return fail(Errc::invalid_argument, path_, std::move(all));
}

}  // namespace

Result<NodeSettings> parse_node_settings(std::string_view text, std::string const& path) {
  if (text.size() > kFileBytesMax) {
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

Result<NodeSettings> read_node_settings(std::string const& path) {
  auto const text = read_small_file(path, kFileBytesMax);
  if (!text) return tl::unexpected(text.error());
  return parse_node_settings(*text, path);
}

}  // namespace freshet::node
