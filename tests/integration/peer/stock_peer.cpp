#include "tests/integration/peer/stock_peer.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_status.hpp>
#include <sstream>
#include <stdexcept>

#include "peer/endpoint.h"

namespace freshet::test {

namespace lt = libtorrent;
using Pack = lt::settings_pack;

namespace {

constexpr auto kDeadline = std::chrono::seconds{20};

Pack settings(std::string const& address, bool searches) {
  Pack pack;
  pack.set_str(Pack::listen_interfaces, address + ":0");
  pack.set_str(Pack::outgoing_interfaces, address);
  for (int const off : {int{Pack::enable_dht}, int{Pack::enable_upnp}, int{Pack::enable_natpmp},
                        int{Pack::enable_outgoing_utp}, int{Pack::enable_incoming_utp}}) {
    pack.set_bool(off, false);
  }
  pack.set_bool(Pack::enable_lsd, searches);
  pack.set_bool(Pack::allow_multiple_connections_per_ip, true);
  pack.set_int(Pack::alert_mask, static_cast<int>(static_cast<std::uint32_t>(
                                     lt::alert_category::status | lt::alert_category::error)));
  return pack;
}

}  // namespace

struct StockPeer::Parts {
  Parts(std::string const& its_address, bool searches)
      : address(its_address), session(lt::session_params(settings(its_address, searches))) {}

  [[nodiscard]] bool wait_until(std::function<bool()> const& holds);

  std::string address;
  std::filesystem::path folder;
  lt::session session;
  lt::torrent_handle torrent;
};

StockPeer::StockPeer(std::string const& address, bool searches)
    : parts_(std::make_unique<Parts>(address, searches)) {
  auto pattern = (std::filesystem::temp_directory_path() / "freshet-stock-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder");
  parts_->folder = pattern;
}

StockPeer::~StockPeer() {
  auto const folder = parts_->folder;
  parts_.reset();
  std::filesystem::remove_all(folder);
}

void StockPeer::add(std::string const& torrent, std::string const& name, std::string const* bytes) {
  if (bytes != nullptr) std::ofstream(parts_->folder / name, std::ios::binary) << *bytes;
  auto params =
      lt::load_torrent_buffer({torrent.data(), static_cast<std::ptrdiff_t>(torrent.size())});
  params.save_path = parts_->folder.string();
  params.flags &= ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused);
  parts_->torrent = parts_->session.add_torrent(std::move(params));
  if (bytes != nullptr && !wait_until_complete()) throw std::runtime_error("it is no seed");
}

void StockPeer::connect(std::string const& endpoint) {
  auto const parsed = peer::parse_endpoint(endpoint).value();
  parts_->torrent.connect_peer({lt::make_address(parsed.address), parsed.port});
}

void StockPeer::corrupt(std::string const& name, std::size_t position) {
  std::fstream file(parts_->folder / name, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(position));
  file.put('!');
}

std::string StockPeer::endpoint() const {
  return parts_->address + ":" + std::to_string(parts_->session.listen_port());
}

bool StockPeer::Parts::wait_until(std::function<bool()> const& holds) {
  auto const deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    session.wait_for_alert(std::chrono::milliseconds{50});
    std::vector<lt::alert*> alerts;
    session.pop_alerts(&alerts);
  }
  return true;
}

bool StockPeer::wait_until_complete() {
  return parts_->wait_until([this] { return parts_->torrent.status().is_seeding; });
}

bool StockPeer::wait_until_file_is(std::string const& name, std::string const& bytes) {
  return parts_->wait_until([&] {
    std::ifstream file(parts_->folder / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str() == bytes;
  });
}

std::int64_t StockPeer::payload_sent() const {
  return parts_->torrent.status().total_payload_upload;
}

std::int64_t StockPeer::payload_received() const {
  return parts_->torrent.status().total_payload_download;
}

}  // namespace freshet::test
