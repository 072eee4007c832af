"""Peers that have nothing in common but the SHA-256 of a file."""

import hashlib
import json
import os
import signal

from case import DEADLINE_SECONDS, FreshetCase, main
from liar import Liar
from origin import Origin
from peers_test import NOWHERE, free_port
from spaces import Hub

SIZE = 5_000_000


class Digests(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/a", SIZE)
        self.sha256 = hashlib.sha256(self.origin.files["/a"])
        self.port = free_port()

    def words(self, name, *words):
        return (*words, "--data", self.folder / name, "--peers", "lan")

    def on_loopback(self, name, *words):
        return self.words(name, *words, "--no-local-search")

    def get(self, name, url, *words):
        return ("get", url, "-o", f"{name}.bin", "--sha256", self.sha256.hexdigest(), "--report",
                f"{name}.json", *words)

    def report(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def await_sharing(self, process):
        while "Sharing" not in (line := process.stderr.readline()):
            self.assertTrue(line)

    def assert_all_from_peers(self, name):
        self.assert_right(f"{name}.bin", "/a")
        report = self.report(name)
        self.assertEqual((report["from_origin"], report["from_peers"]), (0, SIZE))

    def test_a_digest_alone_gets_everything_from_a_neighbour_without_origin(self):
        first = self.start(*self.on_loopback("first", *self.get(
            "first", self.url, "--seed-for", "10m", "--listen", f"127.0.0.1:{self.port}")))
        self.await_sharing(first)
        self.freshet(*self.on_loopback("second", *self.get(
            "second", NOWHERE, "--peer", f"127.0.0.1:{self.port}", "--listen", "127.0.0.1:0")))
        self.assert_all_from_peers("second")
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=DEADLINE_SECONDS)

    def test_a_digest_is_known_after_a_restart(self):
        self.freshet(*self.on_loopback("first", *self.get("first", self.url)))
        sharer = self.start(*self.on_loopback("first", "content", "share", "--listen",
                                              f"127.0.0.1:{self.port}"))
        self.assertIn(f"{SIZE}-", sharer.stdout.readline())
        self.freshet(*self.on_loopback("second", *self.get(
            "second", NOWHERE, "--peer", f"127.0.0.1:{self.port}", "--listen", "127.0.0.1:0")))
        self.assert_all_from_peers("second")

    def test_a_liar_about_a_digest_harms_nothing(self):
        for length in (SIZE, SIZE + 1):
            with Liar(self.sha256.digest(), length) as liar, Origin(rate=3_000_000) as origin:
                origin.files = self.origin.files
                name = f"of{length}"
                self.freshet(*self.on_loopback(name, *self.get(
                    name, origin.url("/a"), "--peer", liar.address, "--listen", "127.0.0.1:0")))
                self.assertTrue(liar.told.is_set())
                self.assert_right(f"{name}.bin", "/a")
                self.assertLess(origin.bytes_sent, SIZE * 1.5)

    def test_a_neighbour_on_the_link_is_found_by_the_digest(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to make networks of its own")
        hub = Hub(self)
        (here, _), (there, _) = hub.neighbour(), hub.neighbour()
        with Origin(address="10.77.0.1", place=hub.space) as origin:
            origin.files = self.origin.files
            first = self.start(*self.words("first", *self.get(
                "first", origin.url("/a"), "--seed-for", "10m")), place=here)
            self.await_sharing(first)
        self.freshet(*self.words("second", *self.get("second", NOWHERE)), place=there)
        self.assert_all_from_peers("second")

    def test_a_crowd_with_a_digest_alone_costs_a_narrow_origin_few_copies(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to make networks of its own")
        hub, clients = Hub(self), 6
        far, address = hub.neighbour()
        far.run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "32mbit", "burst", "64k",
                "latency", "50ms")
        with Origin(address=address, place=far) as origin:
            origin.files["/a"] = self.origin.files["/a"] * 2
            sha256 = hashlib.sha256(origin.files["/a"]).hexdigest()
            places = [hub.neighbour()[0] for _ in range(clients)]
            crowd = [self.start(*self.words(
                f"c{i}", "get", origin.url("/a"), "-o", f"c{i}.bin", "--sha256", sha256,
                "--report", f"c{i}.json", "--seed-for", "1m"), place=place) for i, place in enumerate(places)]
            for i, client in enumerate(crowd):
                self.assertTrue(client.stdout.readline().strip().endswith(f"c{i}.bin"))
                self.assertEqual((self.folder / f"c{i}.bin").read_bytes(), origin.files["/a"])
            self.assertLess(origin.bytes_sent, clients * 2 / 3 * len(origin.files["/a"]))


if __name__ == "__main__":
    main()
