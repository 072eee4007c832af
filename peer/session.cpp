#include "peer/session.h"

#include <algorithm>
#include <array>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/peer_class_type_filter.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
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

// The network side's way to the session, and its word that the session ends.
class SessionPlugin final : public lt::plugin, public SessionControl {
 public:
  explicit SessionPlugin(std::shared_ptr<Network> network) : network_(std::move(network)) {}

  void added(lt::session_handle const& session) override {
    session_ = session;
    network_->set_session(this);
  }
  void abort() override { network_->close(); }

  void add(std::shared_ptr<Torrent> const& torrent) override {
    add_torrent(session_, torrent, network_);
  }
  void remove(lt::torrent_handle const& handle) override {
    if (handle.is_valid()) session_.remove_torrent(handle);
  }

 private:
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
constexpr std::array kAlwaysLocal{"127.0.0.0/8", "::1", "169.254.0.0/16", "fe80::/10"};

lt::ip_filter filter_of(Admission const& admission) {
  lt::ip_filter filter;
  if (!admission.strangers) {
    for (auto const* all : kEverywhere) add_rule(filter, all, lt::ip_filter::blocked);
    for (auto const* local : kAlwaysLocal) add_rule(filter, local, 0);
    for (auto const& local : admission.local) add_rule(filter, local, 0);
    for (auto const& address : admission.invited) add_rule(filter, address, 0);
  }
  for (auto const& address : admission.banned) {
    add_rule(filter, address, lt::ip_filter::blocked);
  }
  return filter;
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
  lt::peer_class_t lan{};
  lt::peer_class_t internet{};

  void make_class(lt::peer_class_t& peer_class, char const* label, BytesPerSecond upload);
};

void Session::Parts::make_class(lt::peer_class_t& peer_class, char const* label,
                                BytesPerSecond upload) {
  peer_class = session->create_peer_class(label);
  auto info = session->get_peer_class(peer_class);
  info.upload_limit = static_cast<int>(std::min<std::uint64_t>(upload.value, 1U << 30));
  info.ignore_unchoke_slots = true;
  session->set_peer_class(peer_class, info);
}

Session::Session(SessionSpec spec, std::shared_ptr<Network> network, std::function<void()> notify)
    : parts_(std::make_unique<Parts>()) {
  lt::session_params params(settings_of(spec), {});
  params.extensions.push_back(std::make_shared<SessionPlugin>(network));
  params.disk_io_constructor = [network](lt::io_context& context, lt::settings_interface const&,
                                         lt::counters&) { return make_disk(context, network); };
  parts_->network = std::move(network);
  parts_->session.emplace(std::move(params));
  parts_->make_class(parts_->lan, "lan", spec.lan_upload);
  parts_->make_class(parts_->internet, "internet", spec.internet_upload);
  parts_->session->set_alert_notify(std::move(notify));
}

Session::~Session() = default;

void Session::listen(std::string const& interfaces) {
  lt::settings_pack settings;
  settings.set_str(lt::settings_pack::listen_interfaces, interfaces);
  parts_->session->apply_settings(std::move(settings));
}

void Session::set_limits(BytesPerSecond download, BytesPerSecond upload) {
  auto const number = [](BytesPerSecond rate) {
    return static_cast<int>(std::min<std::uint64_t>(rate.value, 1U << 30));
  };
  lt::settings_pack settings;
  settings.set_int(lt::settings_pack::download_rate_limit, number(download));
  settings.set_int(lt::settings_pack::upload_rate_limit, number(upload));
  parts_->session->apply_settings(std::move(settings));
}

void Session::admit(Admission const& admission) {
  parts_->session->set_ip_filter(filter_of(admission));
  lt::ip_filter classes;
  auto const all = bit(lt::session_handle::global_peer_class_id);
  for (auto const* everywhere : kEverywhere) {
    add_rule(classes, everywhere, all | bit(parts_->internet));
  }
  for (auto const* local : kAlwaysLocal) add_rule(classes, local, all | bit(parts_->lan));
  for (auto const& local : admission.local) add_rule(classes, local, all | bit(parts_->lan));
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
