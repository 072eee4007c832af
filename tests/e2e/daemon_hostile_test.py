"""Clients that send nothing, half, too much or nonsense, or stop reading: they harm nobody else."""

import os
import select
import socket
import time
import unittest

from case import main
from daemon_case import STRANGER, DaemonCase

AS_ROOT = unittest.skipUnless(os.geteuid() == 0, "needs root, to be other users")
CONNECTIONS_PER_USER_MAX = 256
DESCRIPTORS_MAX = 64


class Hostile(DaemonCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()
        self.call = self.caller()

    def raw(self, data=b"", uid=None):
        connection = self.connection(uid)
        connection.sock.sendall(data)
        return connection.sock

    def answer(self, peer):
        """All it says until it closes."""
        data = b""
        while True:
            part = peer.recv(65536)
            if not part:
                return data
            data += part

    def assert_serves(self):
        begin = time.monotonic()
        self.assertEqual(self.call("GET", "/healthz"), b"ok\n")
        self.assertLess(time.monotonic() - begin, 5)

    def descriptors_of_daemon(self):
        """Those that callers can make it hold: sockets, and what they send."""
        folder, count = f"/proc/{self.daemon.pid}/fd", 0
        for name in os.listdir(folder):
            try:
                count += os.readlink(f"{folder}/{name}").startswith(("socket:", "/dev/null"))
            except FileNotFoundError:
                continue
        return count

    def descriptors_at_rest(self):
        self.assert_serves()  # Until then it need not have accepted our own connection.
        return self.descriptors_of_daemon()

    def wait_for_descriptors(self, most):
        deadline = time.monotonic() + 60
        while self.descriptors_of_daemon() > most:
            self.assertLess(time.monotonic(), deadline, "descriptors are left open")
            self.assert_serves()

    def test_garbage_is_refused_and_the_connection_ends(self):
        for data, status in [(b"\x00\xff\x16\x03\x01 nonsense\r\n\r\n", b"400"),
                             (b"GET / HTTP/9.9\r\n\r\n", b"505"),
                             (b"GET /healthz HTTP/1.1\r\nbroken\r\n\r\n", b"400"),
                             (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
                             (b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", b"400")]:
            peer = self.raw(data)
            peer.shutdown(socket.SHUT_WR)
            self.assertIn(b" " + status + b" ", self.answer(peer).split(b"\r\n")[0], data)
        self.assert_serves()

    def test_a_long_header_and_a_large_body_are_refused_early(self):
        peer = self.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000)
        self.assertIn(b" 431 ", self.answer(peer))
        peer = self.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
        self.assertIn(b" 413 ", self.answer(peer))
        self.assert_serves()

    def test_deep_json_is_refused(self):
        deep = b"[" * 100000 + b"]" * 100000
        self.assert_problem(409, "limit_reached", lambda: self.call("POST", "/v1/jobs", deep))

    def test_requests_in_a_row_are_answered_in_order(self):
        count = 50
        peer = self.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * count +
                        b"GET /v1/version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        data = self.answer(peer)
        self.assertEqual(data.count(b"ok\n"), count)
        self.assertTrue(data.endswith(b"}"))

    def test_a_request_in_single_bytes_is_understood(self):
        peer = self.raw()
        for byte in b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":
            peer.sendall(bytes([byte]))
        self.assertTrue(self.answer(peer).endswith(b"ok\n"))

    def test_half_requests_take_places_of_their_user_alone(self):
        halves = [self.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{")
                  for _ in range(CONNECTIONS_PER_USER_MAX - 1)]
        turned_away = self.connection()
        self.assertIn(b" 503 ", self.answer(turned_away.sock))
        self.assert_serves()
        if os.geteuid() == 0:
            self.assertEqual(self.caller(STRANGER)("GET", "/healthz"), b"ok\n")
        held = self.descriptors_of_daemon()
        for peer in halves:
            peer.close()
        self.wait_for_descriptors(held - CONNECTIONS_PER_USER_MAX // 2)
        self.assertEqual(self.caller()("GET", "/healthz"), b"ok\n")

    def test_who_stops_reading_is_left_with_what_fits_into_the_socket(self):
        for number in range(200):
            self.job(self.call, f"x{number}", start=False, description="y" * 1000)
        peers = []
        for _ in range(20):
            peer = self.raw()
            peer.setblocking(False)
            try:
                while True:
                    peer.send(b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n")
            except BlockingIOError:
                peers.append(peer)
        self.assertEqual(len(peers), 20)
        self.assert_serves()
        resident = self.resident_mib()
        self.assertLess(resident, 300)

    def resident_mib(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="utf-8") as status:
            return int(status.read().split("VmRSS:")[1].split()[0]) / 1024

    def test_a_slow_reader_of_events_delays_nobody(self):
        slow, quick = self.connection(), self.events()
        slow.request("GET", "/v1/events")
        job = self.job(self.call, "a", start=False)
        for _ in range(300):
            self.call("POST", f"/v1/jobs/{job}/resume")
            self.call("POST", f"/v1/jobs/{job}/suspend")
        quick.until(lambda event: event.get("data", {}).get("job", {}).get("state") == "suspended")
        self.assert_serves()

    @AS_ROOT
    def test_a_flood_of_one_user_hardly_delays_another(self):
        flood = []
        for _ in range(100):
            peer = self.raw(b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n" * 200, STRANGER)
            flood.append(peer)
        times = []
        for _ in range(50):
            begin = time.monotonic()
            self.call("GET", "/healthz")
            times.append(time.monotonic() - begin)
        self.assertLess(sorted(times)[len(times) // 2], 0.5)

    def test_streams_of_one_user_are_limited(self):
        streams = [self.events() for _ in range(64)]
        self.assert_problem(503, "limit_reached", self.events)
        self.assert_serves()
        streams[0].close()
        deadline = time.monotonic() + 60
        while True:
            status, _, _ = self.caller().request("GET", f"/v1/jobs/{self.job(self.call, 'a')}/wait?timeout=0")
            if status == 200:
                break
            self.assertLess(time.monotonic(), deadline)

    def test_descriptors_that_nobody_asked_for_are_closed(self):
        before = self.descriptors_at_rest()
        with open(os.devnull, "wb") as null:
            request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            peer = self.connection().sock
            for _ in range(20):
                socket.send_fds(peer, [request], [null.fileno()] * 10)
                ready, _, _ = select.select([peer], [], [], 60)
                self.assertTrue(ready)
                peer.recv(65536)
            self.wait_for_descriptors(before + 1)
            many = self.connection().sock
            socket.send_fds(many, [b"GET /hea"], [null.fileno()] * (DESCRIPTORS_MAX + 1))
            self.assertIn(b" 503 ", self.answer(many))
            half = self.connection().sock
            socket.send_fds(half, [b"GET /hea"], [null.fileno()] * 10)
            half.close()
        self.wait_for_descriptors(before + 3)

    def test_who_goes_away_in_the_middle_leaves_nothing_behind(self):
        before = self.descriptors_at_rest()
        job = self.job(self.call, "a", start=False)
        for path in ["/v1/events", "/v1/notices", f"/v1/jobs/{job}/wait?timeout=60", "/v1/jobs"]:
            for _ in range(10):
                peer = self.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                peer.close()
        self.wait_for_descriptors(before)
        self.assert_serves()


if __name__ == "__main__":
    main()
