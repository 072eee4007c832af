"""Peers that meet through trackers, or not; and what leaves the machine while they do."""

import collections
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

from case import FreshetCase, main
from origin import Origin
from peers_test import NOWHERE
from spaces import Ear, Hub
from tracker import Tracker

SIZE = 3_000_000
SECRET = "a secret that is long enough"


class OpenTracker:
    """As Debian has it: for swarms on a list alone. It gives up its rights, and reads a folder of its own."""

    def __init__(self, case, space, info_hash):
        self.space = space
        folder = tempfile.TemporaryDirectory(prefix="opentracker-")
        case.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        pathlib.Path(folder.name, "allowed").write_text(info_hash + "\n")
        with space.entered(), socket.socket() as probe:
            probe.bind(("10.77.0.1", 0))
            port = str(probe.getsockname()[1])
        self.where = f"10.77.0.1:{port}"
        words = ["-i", "10.77.0.1", "-p", port, "-P", port, "-d", folder.name, "-w", "allowed", "-A", "10.77.0.1"]
        process = subprocess.Popen([*space.words(), "opentracker", *words], cwd=folder.name,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        case.addCleanup(process.wait)
        case.addCleanup(process.kill)

    def wait_for_peer(self, seconds=60):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with self.space.entered(), contextlib.suppress(OSError):
                with urllib.request.urlopen(f"http://{self.where}/stats?mode=peer", timeout=10) as answer:
                    if int(answer.read().split()[0]) > 0:
                        return True
        return False


class Trackers(FreshetCase):
    def setUp(self):
        super().setUp()
        self.hub = Hub(self)
        self.origin = Origin(address="10.77.0.1", place=self.hub.space)
        self.origin.__enter__()
        self.addCleanup(self.origin.__exit__)
        self.url = self.serve("/a", SIZE)
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.made = self.json_lines("publish", "a.src", "--url", NOWHERE, "-o", "a.torrent")[-1]
        (self.folder / "secret").write_text(SECRET + "\n")

    def tracker(self, **more):
        tracker = Tracker("10.77.0.1", self.hub.space, **more)
        self.addCleanup(tracker.end)
        return tracker

    def words(self, name, url, *more):
        return ("get", url, "-o", f"{name}.bin", "--data", self.folder / name, "--manifest",
                "a.torrent", "--report", f"{name}.json", *more)

    group = ("--peers", "group", "--group", "site", "--group-secret-file", "secret")

    def seeder(self, place, *more):
        seeder = self.start(*self.words("first", self.url, "--seed-for", "10m", *more), place=place)
        self.assertTrue(seeder.stdout.readline().strip().endswith(".bin"))
        return seeder

    def get(self, place, url, *more):
        self.freshet(*self.words("second", url, *more), place=place)
        self.assert_right("second.bin", "/a")
        return json.loads((self.folder / "second.json").read_text())

    def meet_through(self, urls, tracker=None):
        """Two of a group, each behind the hub on a link of its own: multicast does not reach."""
        (one, _), (other, _) = self.hub.stranger(), self.hub.stranger()
        trackers = [word for url in urls for word in ("--tracker", url)]
        self.seeder(one, *self.group, *trackers)
        if tracker:
            self.assertTrue(tracker.wait_for(lambda swarms: len(swarms) >= 1))
        report = self.get(other, NOWHERE, *self.group, *trackers, "--give-up", "60")
        self.assertEqual(report["from_peers"], SIZE)

    def test_members_beyond_the_link_meet_through_an_http_tracker(self):
        tracker = self.tracker()
        self.meet_through([tracker.url("http")], tracker)
        # Who watches the tracker learns no info-hash that says what the content is.
        canonical = bytes.fromhex(self.made["info_hash"])[:20]
        self.assertNotIn(canonical, tracker.swarms)

    def test_members_beyond_the_link_meet_through_a_udp_tracker(self):
        tracker = self.tracker()
        self.meet_through([tracker.url("udp")], tracker)

    def test_a_tracker_that_is_dead_or_lies_costs_nothing_but_itself(self):
        (one, _), (other, _) = self.hub.neighbour(), self.hub.neighbour()
        liar = self.tracker(lies=[("10.77.0.1", 9), ("10.77.0.250", 7680), ("192.0.2.1", 1)])
        bad = [word for url in ("http://10.77.0.1:1/announce", "udp://10.77.0.1:1/announce",
                                liar.url("http"), liar.url("udp")) for word in ("--tracker", url)]
        self.seeder(one, "--peers", "lan", *bad)
        report = self.get(other, NOWHERE, "--peers", "lan", *bad)
        self.assertEqual(report["from_peers"], SIZE)

    def test_a_tracker_that_lists_victims_has_them_hardly_bothered(self):
        (one, _), (victim, address) = self.hub.neighbour(), self.hub.neighbour()
        liar = self.tracker(lies=[(address, port) for port in range(1000, 1050)] * 4)
        ear = Ear(victim, "eth0")
        try:
            self.freshet(*self.words("quiet", self.url, "--seed-for", "3s", "--peers", "lan", "--no-local-search",
                                     "--tracker", liar.url("http"), "--tracker", liar.url("udp")), place=one)
        finally:
            ear.end()
        asked = collections.Counter(port for port, flags, to in ear.tcp() if to == address and flags & 0x12 == 0x02)
        self.assertGreater(len(asked), 0)
        self.assertLessEqual(max(asked.values()), 4, asked)
        self.assertEqual([port for _, port, to in ear.udp() if to == address], [])

    def test_a_tracker_that_lists_thousands_has_few_of_them_tried_at_a_time(self):
        (one, _), (victim, address) = self.hub.neighbour(), self.hub.neighbour()
        liar = self.tracker(lies=[(address, port) for port in range(2000, 12000)])
        ear = Ear(victim, "eth0")
        began = time.monotonic()
        try:
            self.freshet(*self.words("quiet", self.url, "--seed-for", "2s", "--peers", "lan", "--no-local-search",
                                     "--tracker", liar.url("http")), place=one)
        finally:
            seconds = time.monotonic() - began
            ear.end()
        asked = collections.Counter(port for port, flags, to in ear.tcp() if to == address and flags & 0x12 == 0x02)
        self.assertGreater(len(asked), 50)
        # A hundred in a second, and as many at once in the beginning.
        self.assertLessEqual(sum(asked.values()), 100 * (seconds + 1))

    def test_a_tracker_finds_neighbours_where_multicast_is_off(self):
        (one, _), (other, _) = self.hub.neighbour(), self.hub.neighbour()
        tracker = self.tracker()
        quiet = ("--peers", "lan", "--no-local-search", "--tracker", tracker.url("udp"))
        self.seeder(one, *quiet)
        self.assertTrue(tracker.wait_for(lambda swarms: len(swarms) >= 1))
        self.assertEqual(self.get(other, NOWHERE, *quiet)["from_peers"], SIZE)
        self.assertIn(bytes.fromhex(self.made["info_hash"])[:20], tracker.swarms)

    @unittest.skipUnless(shutil.which("opentracker"), "opentracker is not installed")
    def test_opentracker_takes_the_place_of_the_tracker_of_a_node(self):
        (one, _), (other, _) = self.hub.neighbour(), self.hub.neighbour()
        tracker = OpenTracker(self, self.hub.space, self.made["info_hash"][:40])
        quiet = ("--peers", "lan", "--no-local-search", "--tracker", f"http://{tracker.where}/announce")
        self.seeder(one, *quiet)
        self.assertTrue(tracker.wait_for_peer())
        self.assertEqual(self.get(other, NOWHERE, *quiet)["from_peers"], SIZE)

    def test_nothing_leaves_for_dht_or_port_mapping_outside_internet_mode(self):
        for mode in (("--peers", "lan"), self.group):
            with self.subTest(mode=mode[1]):
                space, _ = self.hub.neighbour()
                ear = Ear(space, "eth0")
                try:
                    self.freshet(*self.words(f"quiet{len(mode)}", self.url, "--seed-for", "4s",
                                             *mode), place=space)
                finally:
                    ear.end()
                asked = {(port, to) for _, port, to in ear.udp()}
                # Local search, and what the kernel asks (multicast membership is no UDP).
                self.assertIn((6771, "239.192.152.143"), asked)
                self.assertEqual({port for port, _ in asked}, {6771}, asked)

    def test_internet_mode_asks_for_port_mapping(self):
        space, _ = self.hub.neighbour()
        ear = Ear(space, "eth0")
        try:
            self.freshet(*self.words("open", self.url, "--seed-for", "4s", "--peers", "internet"),
                         place=space)
        finally:
            ear.end()
        ports = {port for _, port, _ in ear.udp()}
        self.assertTrue(ports & {1900, 5351}, ports)


if __name__ == "__main__":
    main()
