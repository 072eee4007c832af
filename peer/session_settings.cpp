#include "peer/session_settings.h"

#include <libtorrent/alert.hpp>
#include <libtorrent/settings_pack.hpp>

#include "peer/session.h"

namespace freshet::peer {

namespace lt = libtorrent;
using Pack = lt::settings_pack;

namespace {

void set_transport(Pack& pack) {
  // uTP of 2.0.8 moves a fiftieth of what TCP does at three times the cost.
  pack.set_bool(Pack::enable_outgoing_utp, false);
  pack.set_bool(Pack::enable_incoming_utp, false);
  // RC4 hides nothing from who looks and costs three quarters of the rate.
  pack.set_int(Pack::out_enc_policy, Pack::pe_disabled);
  pack.set_int(Pack::in_enc_policy, Pack::pe_disabled);
  // Our own requests wait behind what was queued before them for the same peer: a tenth of a second
  // of it and as little of slow links as can be, or who uploads much asks too late, gets less and
  // goes to the origin instead.
  pack.set_int(Pack::send_buffer_watermark, 4 << 20);
  pack.set_int(Pack::send_buffer_watermark_factor, 10);
  pack.set_int(Pack::send_buffer_low_watermark, 1);
  pack.set_int(Pack::send_not_sent_low_watermark, 2048);
  pack.set_int(Pack::max_queued_disk_bytes, 64 << 20);
  pack.set_int(Pack::aio_threads, 1);
  pack.set_int(Pack::hashing_threads, 0);
}

void set_requests(Pack& pack) {
  // Deep queues make several peers fetch the same pieces from the one who has them.
  pack.set_int(Pack::request_queue_time, 1);
  pack.set_int(Pack::max_out_request_queue, 256);
  pack.set_int(Pack::max_allowed_in_request_queue, 4000);
  pack.set_int(Pack::whole_pieces_threshold, 0);
  // The first pieces are picked by rarity and reservation too, not at random.
  pack.set_int(Pack::initial_picker_threshold, 0);
  pack.set_int(Pack::unchoke_slots_limit, -1);
  pack.set_int(Pack::piece_timeout, 5);
  pack.set_int(Pack::request_timeout, 10);
}

void set_connections(Pack& pack, std::uint32_t connections_max) {
  pack.set_int(Pack::connections_limit, static_cast<int>(connections_max));
  // By default five: whoever comes at the same time as more comes again after a second, or three.
  pack.set_int(Pack::listen_queue_size, 256);
  pack.set_int(Pack::connection_speed, 100);
  pack.set_int(Pack::torrent_connect_boost, 100);
  // A peer that restarts must be found again at once.
  pack.set_bool(Pack::allow_multiple_connections_per_ip, true);
  pack.set_int(Pack::min_reconnect_time, 1);
  // Whoever names a content that stands by is heard although no torrent runs.
  pack.set_bool(Pack::incoming_starts_queued_torrents, true);
  pack.set_int(Pack::max_failcount, 10);
  pack.set_int(Pack::peer_connect_timeout, 5);
  pack.set_int(Pack::handshake_timeout, 5);
  pack.set_int(Pack::peer_timeout, 20);
  pack.set_int(Pack::inactivity_timeout, 60);
  // Peers that became seeds early keep their links: they serve others over them.
  pack.set_bool(Pack::close_redundant_connections, false);
  pack.set_bool(Pack::seeding_outgoing_connections, true);
}

}  // namespace

Pack settings_of(SessionSpec const& spec) {
  Pack pack;
  pack.set_str(Pack::user_agent, "Freshet/0.1");
  pack.set_str(Pack::peer_fingerprint, "-FR0100-");
  pack.set_str(Pack::listen_interfaces, spec.listen);
  pack.set_str(Pack::outgoing_interfaces, spec.outgoing);
  pack.set_int(Pack::max_retry_port_bind, 0);
  pack.set_bool(Pack::enable_lsd, spec.rules.local_search);
  pack.set_bool(Pack::enable_dht, spec.rules.dht);
  pack.set_bool(Pack::enable_upnp, spec.rules.port_mapping);
  pack.set_bool(Pack::enable_natpmp, spec.rules.port_mapping);
  pack.set_int(Pack::stop_tracker_timeout, 1);
  pack.set_int(Pack::alert_mask, static_cast<int>(static_cast<std::uint32_t>(
                                     lt::alert_category::error | lt::alert_category::status |
                                     lt::alert_category::ip_block | lt::alert_category::peer)));
  pack.set_int(Pack::alert_queue_size, 10000);
  set_transport(pack);
  set_requests(pack);
  set_connections(pack, spec.connections_max);
  return pack;
}

}  // namespace freshet::peer
