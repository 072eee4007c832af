#include "peer/layer_plugin.h"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <string>
#include <utility>
#include <vector>

#include "peer/extension_numbers.h"
#include "peer/messages.h"
#include "peer/network.h"
#include "peer/torrent.h"

namespace freshet::peer {

namespace lt = libtorrent;

namespace {

class LayerPeer final : public lt::peer_plugin {
 public:
  LayerPeer(std::shared_ptr<Torrent> torrent, std::shared_ptr<Network> network,
            lt::peer_connection_handle connection)
      : torrent_(std::move(torrent)),
        network_(std::move(network)),
        connection_(std::move(connection)) {}

  lt::string_view type() const override { return "freshet layer"; }
  void add_handshake(lt::entry& handshake) override {
    if (torrent_->wants_layer()) handshake["m"]["fr_layer"] = kLayerMessage;
  }
  bool on_extension_handshake(lt::bdecode_node const& handshake) override {
    auto const messages = handshake.dict_find_dict("m");
    auto const number = messages ? messages.dict_find_int_value("fr_layer", 0) : 0;
    if (number > 0 && number < 256 && !torrent_->takes_only()) give(static_cast<char>(number));
    return true;
  }
  bool on_extended(int length, int message, lt::span<char const> body) override {
    if (message != kLayerMessage) return false;
    if (static_cast<std::size_t>(length) > kMessageBytesMax) return end();
    if (body.size() == length) take({body.data(), static_cast<std::size_t>(length)});
    return true;
  }

 private:
  void give(char number) {
    auto const& manifest = torrent_->spec().swarm.manifest;
    if (!manifest || manifest->pieces() > kLayerPiecesMax) return;
    for (auto const& part : encode_layer(manifest->layer)) {
      auto const bytes = framed(std::string{kExtended, number} + part);
      connection_.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
    }
  }
  // Parts come in order.
  void take(std::string_view body) {
    if (!torrent_->wants_layer()) return;
    auto part = decode_layer(body, torrent_->pieces());
    if (!part || part->begin != layer_.size()) return static_cast<void>(end());
    layer_.insert(layer_.end(), part->hashes.begin(), part->hashes.end());
    if (layer_.size() < torrent_->pieces()) return;
    if (!torrent_->take_layer(std::exchange(layer_, {}))) return static_cast<void>(end());
    network_->report(torrent_);
  }
  bool end() {
    connection_.disconnect(boost::asio::error::operation_aborted, lt::operation_t::bittorrent);
    return true;
  }

  std::shared_ptr<Torrent> torrent_;
  std::shared_ptr<Network> network_;
  lt::peer_connection_handle connection_;
  std::vector<Digest> layer_;
};

class LayerPlugin final : public lt::torrent_plugin {
 public:
  LayerPlugin(std::shared_ptr<Torrent> torrent, std::shared_ptr<Network> network)
      : torrent_(std::move(torrent)), network_(std::move(network)) {}
  std::shared_ptr<lt::peer_plugin> new_connection(
      lt::peer_connection_handle const& connection) override {
    if (connection.type() != lt::connection_type::bittorrent) return nullptr;
    return std::make_shared<LayerPeer>(torrent_, network_, connection);
  }

 private:
  std::shared_ptr<Torrent> torrent_;
  std::shared_ptr<Network> network_;
};

}  // namespace

std::shared_ptr<lt::torrent_plugin> make_layer_plugin(std::shared_ptr<Torrent> torrent,
                                                      std::shared_ptr<Network> network) {
  return std::make_shared<LayerPlugin>(std::move(torrent), std::move(network));
}

}  // namespace freshet::peer
