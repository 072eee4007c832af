#include "peer/plugin.h"

#include <algorithm>
#include <charconv>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/session_handle.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <optional>
#include <string>
#include <utility>

#include "peer/endpoint.h"
#include "peer/layer_plugin.h"
#include "peer/network.h"
#include "peer/peer_plugin.h"

namespace freshet::peer {

namespace lt = libtorrent;

namespace {

// What libtorrent points at while it "writes" a piece that the store has; never read.
char const kNoBytes = 0;

lt::piece_index_t index_of(PieceIndex piece) {
  return lt::piece_index_t{static_cast<int>(to_number(piece))};
}

std::optional<lt::tcp::endpoint> endpoint_of(std::string const& text) {
  auto const parsed = parse_endpoint(text);
  if (!parsed) return std::nullopt;
  lt::error_code error;
  auto const address = boost::asio::ip::make_address(parsed->address, error);
  if (error) return std::nullopt;
  return lt::tcp::endpoint(address, parsed->port);
}

class TorrentPlugin final : public lt::torrent_plugin,
                            public std::enable_shared_from_this<TorrentPlugin>,
                            private TorrentControl {
 public:
  TorrentPlugin(lt::torrent_handle handle, std::shared_ptr<Torrent> torrent,
                std::shared_ptr<Network> network)
      : handle_(std::move(handle)), torrent_(std::move(torrent)), network_(std::move(network)) {
    torrent_->set_control(this);
    look_whether_ready();
  }
  ~TorrentPlugin() override {
    if (torrent_->control() == this) torrent_->set_control(nullptr);
  }

  std::shared_ptr<lt::peer_plugin> new_connection(
      lt::peer_connection_handle const& connection) override {
    return make_peer_plugin(torrent_, network_, connection);
  }
  void on_files_checked() override { look_whether_ready(); }
  void on_state(lt::torrent_status::state_t) override { look_whether_ready(); }
  void on_piece_pass(lt::piece_index_t piece) override {
    torrent_->on_passed(PieceIndex{static_cast<std::uint32_t>(static_cast<int>(piece))});
    torrent_->downloaded = true;
    nudge_soon();
  }

 private:
  // TorrentControl
  void connect_at_once() override {
    // What resumes looks for peers at once instead of at the session's next tick.
    handle_.resume();
  }
  void search_link() override {
    handle_.unset_flags(lt::torrent_flags::disable_lsd);
    handle_.force_lsd_announce();
  }
  void add_piece(PieceIndex piece) override { handle_.add_piece(index_of(piece), &kNoBytes); }
  void set_reserved(PieceIndex piece, bool reserved) override {
    handle_.piece_priority(index_of(piece), reserved ? lt::low_priority : lt::default_priority);
  }
  [[nodiscard]] std::vector<Digest> piece_layer() const override;
  void remove() override;

  // libtorrent ignores added pieces while it "checks" a torrent. This object is made after or in
  // the middle of that, and the callbacks above come before it is over.
  void look_whether_ready() {
    network_->door()->post([torrent = torrent_, handle = handle_] {
      if (torrent->control() == nullptr || !handle.is_valid()) return;
      auto const state = handle.status({}).state;
      if (state == lt::torrent_status::checking_files) return;
      if (state == lt::torrent_status::checking_resume_data) return;
      torrent->on_ready();
    });
  }

  // After libtorrent has told peers of the piece. One whose interest had no end but who had nothing
  // left to ask us for would look again only when it completes a piece that we have too.
  void nudge_soon() {
    if (std::exchange(nudging_soon_, true)) return;
    network_->door()->post([self = weak_from_this()] {
      if (auto const alive = self.lock()) alive->nudge();
    });
  }
  void nudge() {
    nudging_soon_ = false;
    for (auto const& [peer, link] : torrent_->links()) link->nudge();
  }

  lt::torrent_handle handle_;
  std::shared_ptr<Torrent> torrent_;
  std::shared_ptr<Network> network_;
  bool nudging_soon_ = false;
};

std::vector<Digest> TorrentPlugin::piece_layer() const {
  auto const layers = handle_.piece_layers();
  if (layers.empty() || layers.front().size() != torrent_->pieces()) return {};
  std::vector<Digest> result(layers.front().size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto const& hash = layers.front()[i];
    if (hash.is_all_zeros()) return {};
    std::copy_n(reinterpret_cast<std::byte const*>(hash.data()), 32, result[i].bytes.begin());
  }
  return result;
}

void TorrentPlugin::remove() {
  if (torrent_->control() == this) torrent_->set_control(nullptr);
  network_->remove(handle_);
}

lt::add_torrent_params params_of_content(Torrent const& torrent) {
  auto const& spec = torrent.spec();
  auto params = lt::load_torrent_buffer(
      {spec.torrent.data(), static_cast<std::ptrdiff_t>(spec.torrent.size())});
  params.flags |= lt::torrent_flags::no_verify_files;
  if (spec.swarm.upload_only && !torrent.complete()) {
    params.flags |= lt::torrent_flags::upload_mode;
  }
  auto const& verified = torrent.verified();
  params.have_pieces.resize(static_cast<int>(verified.size()), false);
  for (auto piece = verified.next_present(PieceIndex{0}); piece;
       piece = verified.next_present(PieceIndex{to_number(*piece) + 1})) {
    params.have_pieces.set_bit(index_of(*piece));
  }
  return params;
}

// It stays without an info dictionary: nobody has one, and nobody is asked for it.
lt::add_torrent_params params_of_meeting(Torrent const& torrent) {
  lt::add_torrent_params params;
  auto const& hash = torrent.spec().info_hash.bytes;
  std::ranges::copy(hash, reinterpret_cast<std::byte*>(params.info_hashes.v2.data()));
  return params;
}

lt::add_torrent_params params_of(std::shared_ptr<Torrent> const& torrent,
                                 std::shared_ptr<Network> const& network) {
  auto const& spec = torrent->spec();
  auto params = torrent->meeting() ? params_of_meeting(*torrent) : params_of_content(*torrent);
  params.save_path = "/";  // Never used: the disk is ours.
  namespace flags = lt::torrent_flags;
  params.flags &= ~flags::auto_managed;
  params.flags |= flags::paused;  // Until it is ready.
  if (!network->spec().dht) params.flags |= flags::disable_dht;
  if (!network->spec().peer_exchange) params.flags |= flags::disable_pex;
  bool const search = network->spec().local_search && !spec.swarm.among_known;
  if (!search) params.flags |= flags::disable_lsd;
  params.trackers = spec.swarm.trackers;
  for (auto const& peer : spec.swarm.peers) {
    if (auto const endpoint = endpoint_of(peer)) params.peers.push_back(*endpoint);
  }
  params.extensions.emplace_back(
      [torrent, network](lt::torrent_handle const& handle, lt::client_data_t) {
        return std::make_shared<TorrentPlugin>(handle, torrent, network);
      });
  if (!torrent->meeting()) {
    params.extensions.emplace_back(&lt::create_ut_metadata_plugin);
    params.extensions.emplace_back(
        [torrent, network](lt::torrent_handle const&, lt::client_data_t) {
          return make_layer_plugin(torrent, network);
        });
  }
  if (network->spec().peer_exchange) params.extensions.emplace_back(&lt::create_ut_pex_plugin);
  return params;
}

}  // namespace

void add_torrent(lt::session_handle& session, std::shared_ptr<Torrent> const& torrent,
                 std::shared_ptr<Network> const& network) {
  session.async_add_torrent(params_of(torrent, network));
}

}  // namespace freshet::peer
