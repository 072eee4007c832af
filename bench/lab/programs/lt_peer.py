"""One python3-libtorrent peer: downloads, says DONE, and seeds until told to stop.

Usage: lt_peer.py TORRENT SAVE_PATH PORT PROFILE, PROFILE one of stock, tuned. On SIGTERM the last line
of the output is a JSON object of what libtorrent itself counted.
"""

import json
import signal
import sys

import libtorrent as lt

STOCK = {"enable_dht": False, "enable_upnp": False, "enable_natpmp": False, "enable_lsd": False,
         "ssrf_mitigation": False}
# Each of these was measured to help on a LAN: no uTP, everybody unchoked, short request queues.
TUNED = STOCK | {
    "enable_outgoing_utp": False, "enable_incoming_utp": False,
    "aio_threads": 2, "hashing_threads": 1, "max_queued_disk_bytes": 64 << 20,
    "send_buffer_watermark": 4 << 20, "send_buffer_watermark_factor": 150,
    "send_buffer_low_watermark": 1 << 20,
    "request_queue_time": 1, "max_out_request_queue": 64, "max_allowed_in_request_queue": 4000,
    "whole_pieces_threshold": 0, "unchoke_slots_limit": -1, "connections_limit": 400,
    "connection_speed": 100, "torrent_connect_boost": 100,
    "allow_multiple_connections_per_ip": True, "min_reconnect_time": 5,
    "close_redundant_connections": False}
COUNTERS = {"uploaded": "net.sent_payload_bytes", "redundant": "net.recv_redundant_bytes",
            "failed": "net.recv_failed_bytes"}


class Stop(Exception):
    """Raised by SIGTERM."""


def stop(*_) -> None:
    raise Stop


def counters(session) -> dict[str, int]:
    session.post_session_stats()
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.session_stats_alert):
                return {name: alert.values[key] for name, key in COUNTERS.items()}


def main() -> None:
    torrent, save_path, port, profile = sys.argv[1:5]
    signal.signal(signal.SIGTERM, stop)
    settings = dict(TUNED if profile == "tuned" else STOCK)
    settings["listen_interfaces"] = f"0.0.0.0:{port}"
    settings["alert_mask"] = lt.alert.category_t.status_notification
    session = lt.session(settings)
    handle = session.add_torrent({"ti": lt.torrent_info(torrent), "save_path": save_path})
    try:
        done = False
        while True:
            session.wait_for_alert(200)
            session.pop_alerts()
            if not done and handle.status().is_seeding:
                done = True
                print("DONE", flush=True)
    except Stop:
        print(json.dumps(counters(session)), flush=True)


if __name__ == "__main__":
    main()
