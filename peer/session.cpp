#include "peer/session.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/info_hash.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/peer_class_type_filter.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <optional>
#include <utility>

#include "peer/disk.h"
#include "peer/network.h"
#include "peer/plugin.h"
#include "peer/session_settings.h"

namespace freshet::peer {

namespace lt = libtorrent;

namespace {

std::string text_of(lt::tcp::endpoint const& endpoint) {
  auto const text = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + text + "]" : text) + ":" +
         std::to_string(endpoint.port());
}

// The network side's way to the session, and its word that the session ends.
class SessionPlugin final : public lt::plugin, public SessionControl {
 public:
  explicit SessionPlugin(std::shared_ptr<Network> network) : network_(std::move(network)) {}

  void added(lt::session_handle const& session) override {
    session_ = session;
    keep_door_open();
    network_->set_session(this);
  }
  void abort() override { network_->close(); }
  lt::plugin::feature_flags_t implemented_features() override { return alert_feature; }
  void on_alert(lt::alert const* alert) override {
    if (auto const* in = lt::alert_cast<lt::incoming_connection_alert>(alert)) {
      network_->on_stranger(text_of(in->endpoint));
    } else if (auto const* up = lt::alert_cast<lt::listen_succeeded_alert>(alert)) {
      network_->on_listening(static_cast<std::uint16_t>(up->port));
    }
  }
  // The connection ends; the peer comes back to the torrent that is opened for it.
  bool on_unknown_torrent(lt::info_hash_t const& hash, lt::peer_connection_handle const&,
                          lt::add_torrent_params&) override {
    auto const name = hash.get_best();
    network_->on_asked({name.data(), static_cast<std::size_t>(name.size())}, {});
    return false;
  }

  void add(std::shared_ptr<Torrent> const& torrent) override {
    add_torrent(session_, torrent, network_);
  }
  void remove(lt::torrent_handle const& handle) override {
    if (handle.is_valid()) session_.remove_torrent(handle);
  }

 private:
  // libtorrent lets nobody in, and asks no plugin, while it has no torrent at all. This one is
  // nobody's, stays paused and knows nothing but a name by chance.
  void keep_door_open() {
    lt::add_torrent_params params;
    RAND_bytes(reinterpret_cast<unsigned char*>(params.info_hashes.v2.data()),
               static_cast<int>(params.info_hashes.v2.size()));
    params.save_path = "/";  // Never used.
    namespace flags = lt::torrent_flags;
    params.flags = flags::paused | flags::upload_mode | flags::disable_dht | flags::disable_lsd |
                   flags::disable_pex;
    session_.async_add_torrent(std::move(params));
  }

  std::shared_ptr<Network> network_;
  lt::session_handle session_;
};

lt::address address_of(AddressBytes const& bytes) {
  if (Subnet{bytes, 128}.is_v4()) {
    std::array<unsigned char, 4> v4{};
    std::copy_n(bytes.begin() + 12, 4, v4.begin());
    return lt::address_v4(v4);
  }
  std::array<unsigned char, 16> v6{};
  std::copy_n(bytes.begin(), 16, v6.begin());
  return lt::address_v6(v6);
}

void add_rule(lt::ip_filter& filter, Subnet const& subnet, std::uint32_t flags) {
  filter.add_rule(address_of(subnet.first()), address_of(subnet.last()), flags);
}

void add_rule(lt::ip_filter& filter, std::string const& subnet, std::uint32_t flags) {
  if (auto const parsed = parse_subnet(subnet)) add_rule(filter, *parsed, flags);
}

constexpr std::array kEverywhere{"0.0.0.0/0", "::/0"};
constexpr std::array kLoopback{"127.0.0.0/8", "::1"};
constexpr std::array kLinkLocal{"169.254.0.0/16", "fe80::/10"};

lt::ip_filter filter_of(Admission const& admission) {
  lt::ip_filter filter;
  if (!admission.strangers) {
    for (auto const* all : kEverywhere) add_rule(filter, all, lt::ip_filter::blocked);
    for (auto const* local : kLoopback) add_rule(filter, local, 0);
    for (auto const* local : kLinkLocal) add_rule(filter, local, 0);
    for (auto const& local : admission.local) add_rule(filter, local, 0);
    for (auto const& address : admission.invited) add_rule(filter, address, 0);
  }
  // A later rule wins: networks, who of them may stay, and who may not.
  for (bool const networks : {true, false}) {
    for (auto const& banned : admission.banned) {
      if ((banned.find('/') != std::string::npos) == networks)
        add_rule(filter, banned, lt::ip_filter::blocked);
    }
    if (!networks) continue;
    for (auto const& address : admission.proven) add_rule(filter, address, 0);
  }
  return filter;
}

int number(BytesPerSecond rate) {
  return static_cast<int>(std::min<std::uint64_t>(rate.value, 1U << 30));
}

std::uint32_t bit(lt::peer_class_t peer_class) {
  return 1U << static_cast<std::uint32_t>(peer_class);
}

std::optional<Notice> notice_of(lt::alert const& alert) {
  if (auto const* up = lt::alert_cast<lt::listen_succeeded_alert>(&alert)) {
    if (up->socket_type != lt::socket_type_t::tcp) return std::nullopt;
    return Notice{Notice::Kind::listening, static_cast<std::uint16_t>(up->port), up->message()};
  }
  if (auto const* down = lt::alert_cast<lt::listen_failed_alert>(&alert)) {
    if (down->socket_type != lt::socket_type_t::tcp) return std::nullopt;
    return Notice{Notice::Kind::listen_failed, static_cast<std::uint16_t>(down->port),
                  down->message()};
  }
  if (auto const* out = lt::alert_cast<lt::peer_blocked_alert>(&alert)) {
    if (out->reason != lt::peer_blocked_alert::ip_filter) return std::nullopt;
    return Notice{Notice::Kind::blocked, 0, text_of(out->endpoint)};
  }
  bool const trouble = alert.type() == lt::torrent_error_alert::alert_type ||
                       alert.type() == lt::file_error_alert::alert_type ||
                       alert.type() == lt::alerts_dropped_alert::alert_type;
  if (!trouble) return std::nullopt;
  return Notice{Notice::Kind::trouble, 0, alert.message()};
}

}  // namespace

struct Session::Parts {
  std::shared_ptr<Network> network;
  std::optional<lt::session> session;
  ByPeerClass<lt::peer_class_t> classes;
  bool group = false;

  void make_classes();
  void set_limits(ByPeerClass<PeerLimits> const& limits);
  [[nodiscard]] std::uint32_t bits(PeerClass peer_class) const {
    return bit(lt::session_handle::global_peer_class_id) | bit(classes.of(peer_class));
  }
};

void Session::Parts::make_classes() {
  for (auto const peer_class : kPeerClasses) {
    classes.of(peer_class) = session->create_peer_class(std::string(name(peer_class)).c_str());
  }
}

void Session::Parts::set_limits(ByPeerClass<PeerLimits> const& limits) {
  for (auto const peer_class : kPeerClasses) {
    auto info = session->get_peer_class(classes.of(peer_class));
    info.upload_limit = number(limits.of(peer_class).upload);
    info.download_limit = number(limits.of(peer_class).download);
    info.ignore_unchoke_slots = true;
    session->set_peer_class(classes.of(peer_class), info);
  }
}

Session::Session(SessionSpec spec, std::shared_ptr<Network> network, std::function<void()> notify)
    : parts_(std::make_unique<Parts>()) {
  lt::session_params params(settings_of(spec), {});
  params.extensions.push_back(std::make_shared<SessionPlugin>(network));
  params.disk_io_constructor = [network](lt::io_context& context, lt::settings_interface const&,
                                         lt::counters&) { return make_disk(context, network); };
  parts_->network = std::move(network);
  parts_->session.emplace(std::move(params));
  parts_->group = spec.group;
  parts_->make_classes();
  parts_->set_limits(spec.limits);
  parts_->session->set_alert_notify(std::move(notify));
}

Session::~Session() = default;

void Session::listen(std::string const& interfaces) {
  lt::settings_pack settings;
  settings.set_str(lt::settings_pack::listen_interfaces, interfaces);
  parts_->session->apply_settings(std::move(settings));
}

void Session::set_limits(BytesPerSecond download, BytesPerSecond upload) {
  lt::settings_pack settings;
  settings.set_int(lt::settings_pack::download_rate_limit, number(download));
  settings.set_int(lt::settings_pack::upload_rate_limit, number(upload));
  parts_->session->apply_settings(std::move(settings));
}

void Session::set_limits(ByPeerClass<PeerLimits> const& limits) {
  parts_->set_limits(limits);
}

void Session::admit(Admission const& admission) {
  parts_->session->set_ip_filter(filter_of(admission));
  lt::ip_filter classes;
  auto const far = parts_->bits(parts_->group ? PeerClass::group : PeerClass::internet);
  auto const lan = parts_->bits(PeerClass::lan);
  auto const link_local = parts_->bits(PeerClass::link_local);
  for (auto const* everywhere : kEverywhere) add_rule(classes, everywhere, far);
  for (auto const& local : admission.local) add_rule(classes, local, lan);
  for (auto const* local : kLoopback) add_rule(classes, local, lan);
  for (auto const* local : kLinkLocal) add_rule(classes, local, link_local);
  parts_->session->set_peer_class_filter(classes);
}

std::vector<Notice> Session::take_notices() {
  std::vector<lt::alert*> alerts;
  parts_->session->pop_alerts(&alerts);
  std::vector<Notice> notices;
  for (auto const* alert : alerts) {
    if (auto notice = notice_of(*alert)) notices.push_back(std::move(*notice));
  }
  return notices;
}

void Session::stop() {
  if (!parts_->session) return;
  parts_->session->set_alert_notify({});
  parts_->session.reset();
}

}  // namespace freshet::peer
