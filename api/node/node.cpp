#include "api/node/node.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <thread>
#include <utility>

namespace freshet::node {

namespace {

constexpr std::string_view kPins = "pins";
constexpr Duration kTendEvery = std::chrono::minutes{1};

ServerOptions server_options(NodeSettings const& settings) {
  auto const& limits = settings.limits;
  ServerOptions options;
  for (auto const& at : settings.listen) options.listen.push_back({to_string(at), false});
  for (auto const& at : settings.listen_tls) options.listen.push_back({to_string(at), true});
  options.certificate = settings.certificate;
  options.key = settings.certificate_key;
  auto const processors = std::max(1U, std::thread::hardware_concurrency());
  options.workers =
      settings.workers == 0 ? processors : static_cast<std::uint32_t>(settings.workers);
  options.connections_max = static_cast<std::uint32_t>(limits.connections);
  options.connections_per_address_max = static_cast<std::uint32_t>(limits.connections_per_client);
  options.head = limits.heads();
  options.body_bytes_max = limits.request_body;
  options.idle_timeout = limits.idle;
  options.head_timeout = limits.head;
  options.stall_timeout = limits.stall;
  return options;
}

IndexLimits index_limits(NodeSettings const& settings) {
  return {settings.limits.cache, settings.limits.objects, settings.limits.age};
}

UpstreamOptions upstream_options(NodeSettings const& settings) {
  UpstreamOptions options;
  options.connections_max = static_cast<std::uint32_t>(settings.limits.fetches);
  options.connections_per_host_max =
      static_cast<std::uint32_t>(settings.limits.upstream_connections);
  options.ca_file = settings.ca_file;
  options.is_public = [also = settings.ways.networks](std::string const& text) {
    auto const address = parse_address(text);
    return address && may_dial(*address, also);
  };
  return options;
}

}  // namespace

class Node::Key {};

Result<std::unique_ptr<Node>> Node::open(NodeSettings settings, Ports ports) {
  auto node = std::make_unique<Node>(Key(), std::move(settings), std::move(ports));
  if (auto const started = node->start(); !started) return tl::unexpected(started.error());
  return node;
}

Node::Node(Key, NodeSettings settings, Ports ports)
    : settings_(std::move(settings)), ports_(std::move(ports)), control_(*this) {}

Node::~Node() {
  stop();
}

Result<void> Node::start() {
  auto index = ObjectIndex::open(ports_.objects, ports_.clock, index_limits(settings_));
  if (!index) return tl::unexpected(index.error());
  if (auto const loaded = load_pins(); !loaded) return loaded;
  upstream_ = std::make_unique<CurlUpstream>(upstream_options(settings_));
  vault_ = std::make_unique<Vault>(ports_.engine, ports_.contents, ports_.watch_writes);
  if (auto const opened = open_site(); !opened) return opened;
  desk_ = std::make_unique<Desk>(
      Desk::Ports{loop_, *upstream_, *vault_, ports_.clock, ports_.log, site_.get(), ports_.share},
      settings_, std::move(*index));
  server_ = std::make_unique<Server>(server_options(settings_), *desk_);
  if (auto const serving = server_->start(); !serving) return serving;
  if (settings_.announce && !settings_.listen.empty()) announce();
  loop_.post([this] {
    follow_pins();
    tend();
    if (!settings_.warm.empty()) keep_warm();
  });
  return {};
}

// Pages ask the desk, which is there before anybody asks for one.
Result<void> Node::open_site() {
  std::optional<SiteKeys> keys;
  if (settings_.sign) {
    auto opened = open_site_keys(ports_.directory);
    if (!opened) return tl::unexpected(opened.error());
    keys = std::move(*opened);
  }
  SiteOptions const options{settings_.name, ports_.version, settings_.tracker, {}};
  site_ = std::make_unique<Site>(options, std::move(keys), ports_.clock);
  auto const by_content = [this](ContentId const& content, Site::ManifestFound found) {
    loop_.post([this, content, found = std::move(found)] { found(desk_->manifest_of(content)); });
  };
  auto const by_url = [this](std::string const& url, Patience const& patience,
                             Site::ManifestFound found) {
    loop_.post([this, url, patience, found = std::move(found)] {
      desk_->find_manifest(url, patience, found);
    });
  };
  site_->set_finder({by_content, by_url});
  return {};
}

void Node::announce() {
  host_label_ = "freshet-" + std::to_string(std::random_device{}());
  auto const& at = settings_.listen.front().address;
  bool const anywhere = at == *parse_address("0.0.0.0") || at == *parse_address("::");
  announcer_ = std::make_unique<Announcer>([this] { return service(); },
                                           anywhere ? std::nullopt : std::optional(at));
  auto const started = announcer_->start();
  if (started) return;
  ports_.log.write(LogLevel::warn, "node not announced", {{"why", describe(started.error())}});
}

NodeService Node::service() const {
  std::array<char, 64> machine{};
  static_cast<void>(::gethostname(machine.data(), machine.size() - 1));
  auto const keys = site_->keys();
  return {(settings_.name + " on " + machine.data()).substr(0, 63), host_label_,
          server_->ports().front(), keys ? to_string(keys->current.public_key().id) : ""};
}

Result<void> Node::load_pins() {
  auto const stored = ports_.objects.get(kPins);
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return {};
  std::string_view rest = **stored;
  while (!rest.empty()) {
    auto const end = std::min(rest.find('\n'), rest.size());
    if (end > 0) pins_.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

void Node::follow_pins() {
  auto all = settings_.pins;
  all.insert(all.end(), pins_.begin(), pins_.end());
  desk_->set_pins(std::move(all));
}

Result<void> Node::save_pins() {
  std::string text;
  for (auto const& pin : pins_) text += pin + "\n";
  ObjectBatch batch;
  batch.changes.push_back({std::string(kPins), std::move(text)});
  follow_pins();
  return ports_.objects.write(std::move(batch));
}

void Node::tend() {
  desk_->note_used();
  desk_->trim();
  static_cast<void>(loop_.at(ports_.clock.now() + kTendEvery, [this] { tend(); }));
}

void Node::keep_warm() {
  warm(settings_.warm);
  static_cast<void>(loop_.at(ports_.clock.now() + settings_.warm_every, [this] { keep_warm(); }));
}

void Node::warm(std::vector<std::string> const& urls) {
  for (auto const& url : urls) {
    auto const parsed = parse_url(url);
    if (!parsed) continue;
    desk_->warm(*parsed);
  }
}

void Node::stop() {
  if (std::exchange(stopped_, true)) return;
  announcer_.reset();
  if (server_) server_->stop();
  if (desk_) {
    static_cast<void>(on_desk([this] {
      desk_->stop();
      return true;
    }));
  }
  if (upstream_) upstream_->stop();
  if (vault_) vault_->stop();
  loop_.stop();
  server_.reset();
  desk_.reset();
  site_.reset();
  vault_.reset();
  upstream_.reset();
}

}  // namespace freshet::node
