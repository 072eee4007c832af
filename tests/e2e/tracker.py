"""A tracker for tests, over HTTP (BEP 3, 23) and UDP (BEP 15) on one port: it remembers who asked for
what, and can lie."""

import contextlib
import http.server
import os
import socket
import struct
import threading
import urllib.parse

INTERVAL_SECONDS = 5


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        query = urllib.parse.urlsplit(self.path).query
        asked = dict(urllib.parse.parse_qsl(query, encoding="latin-1", keep_blank_values=True))
        peers = self.server.owner.announce(asked["info_hash"].encode("latin-1"),
                                           self.client_address[0], int(asked["port"]),
                                           asked.get("event") == "stopped")
        body = b"d8:intervali%de12:min intervali%de5:peers%d:%se" % (
            INTERVAL_SECONDS, INTERVAL_SECONDS, len(peers), peers)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


class Tracker:
    """`lies` are (address, port) given to everybody instead of the truth. Closed by `end`."""

    def __init__(self, address="127.0.0.1", place=None, lies=None):
        self.lies = lies
        self.swarms = {}
        self._changed = threading.Condition()
        with place.entered() if place else contextlib.nullcontext():
            self._http = _Server((address, 0), _Handler)
            self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._udp.bind((address, self._http.server_port))
        self._http.owner = self
        self.where = f"{address}:{self._http.server_port}"
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._http.serve_forever, args=(0.05,)),
                         threading.Thread(target=self._serve_udp)]
        for thread in self._threads:
            thread.start()

    def url(self, scheme):
        return f"{scheme}://{self.where}/announce"

    def announce(self, info_hash, address, port, stopped):
        peer = socket.inet_aton(address) + struct.pack(">H", port)
        with self._changed:
            swarm = self.swarms.setdefault(info_hash, set())
            others = swarm - {peer}
            if stopped:
                swarm.discard(peer)
            else:
                swarm.add(peer)
            self._changed.notify_all()
        if self.lies:
            return b"".join(socket.inet_aton(a) + struct.pack(">H", p) for a, p in self.lies)
        return b"".join(others)

    def wait_for(self, holds, seconds=60):
        """Until it holds of the swarms: info-hash to the peers there."""
        with self._changed:
            return self._changed.wait_for(lambda: holds(self.swarms), seconds)

    def _serve_udp(self):
        self._udp.settimeout(0.2)
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                packet, sender = self._udp.recvfrom(2048)
                if answer := self._answer(packet, sender):
                    self._udp.sendto(answer, sender)

    def _answer(self, packet, sender):
        _, action, number = struct.unpack(">QII", packet[:16])
        if action == 0:
            return struct.pack(">II", 0, number) + os.urandom(8)
        if action != 1 or len(packet) < 98:
            return None
        event, = struct.unpack(">I", packet[80:84])
        port, = struct.unpack(">H", packet[96:98])
        peers = self.announce(packet[16:36], sender[0], port, event == 3)
        return struct.pack(">IIIII", 1, number, INTERVAL_SECONDS, 0, len(peers) // 6) + peers

    def end(self):
        self._ended.set()
        self._http.shutdown()
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        self._udp.close()
