"""Peers on the command line: share, fetch from a neighbour, report."""

import json
import signal
import socket
import time

from case import DEADLINE_SECONDS, FreshetCase, main
from daemon_case import DaemonCase

NOWHERE = "http://127.0.0.1:1/a"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Peers(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/a", 3_000_000)
        self.port = free_port()
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.freshet("publish", "a.src", "--url", NOWHERE, "-o", "a.torrent", "-q")

    def peer_words(self, name, *words):
        return (*words, "--data", self.folder / name, "--peers", "lan", "--no-local-search")

    def seeder(self):
        seeder = self.start(*self.peer_words(
            "first", "get", self.url, "-o", "first.bin", "--seed-for", "10m", "--listen",
            f"127.0.0.1:{self.port}", "--report", "first.json", "--manifest", "a.torrent"))
        self.assertTrue(seeder.stdout.readline().strip().endswith("first.bin"))
        while "Sharing" not in (line := seeder.stderr.readline()):
            self.assertTrue(line)
        return seeder

    def neighbour(self, name="second", *words):
        return self.freshet(*self.peer_words(
            name, "get", NOWHERE, "-o", f"{name}.bin", "--manifest", "a.torrent", "--peer",
            f"127.0.0.1:{self.port}", "--listen", "127.0.0.1:0", "--report", f"{name}.json",
            *words))

    def report(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def test_a_neighbour_gets_everything_from_who_seeds(self):
        seeder = self.seeder()
        self.neighbour()
        self.assert_right("second.bin", "/a")
        seeder.send_signal(signal.SIGINT)
        seeder.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(seeder.returncode, 0)
        second, first = self.report("second"), self.report("first")
        self.assertEqual((second["from_origin"], second["from_peers"]), (0, 3_000_000))
        self.assertEqual(second["origin_copies"], 0)
        self.assertEqual((first["from_origin"], first["from_peers"]), (3_000_000, 0))
        self.assertGreaterEqual(first["sent_to_peers"], 3_000_000)

    def test_stored_contents_are_shared_from_where_they_lie(self):
        self.freshet("get", self.url, "-o", "first.bin", "--data", self.folder / "first")
        sharer = self.start(*self.peer_words("first", "content", "share", "--listen",
                                             f"127.0.0.1:{self.port}"))
        self.assertIn("3000000-", sharer.stdout.readline())
        listed, _ = self.freshet("content", "list", "--data", self.folder / "second")
        self.assertEqual(listed, "")
        self.neighbour()
        self.assert_right("second.bin", "/a")
        found = self.json_lines(*self.peer_words("second", "peer", "list", "--wait", "6", "--peer",
                                                 f"127.0.0.1:{self.port}", "--listen",
                                                 "127.0.0.1:0"))
        self.assertEqual([peer["address"] for peer in found], [f"127.0.0.1:{self.port}"])
        self.assertEqual(found[0]["class"], "lan")

    def test_groups_need_a_secret_that_is_hard_to_guess(self):
        (self.folder / "short").write_text("short\n")
        _, err = self.freshet("get", self.url, "--group", "a", expect=2)
        self.assertIn("--group-secret-file", err)
        _, err = self.freshet("get", self.url, "--group", "a", "--group-secret-file", "short",
                              expect=2)
        self.assertIn("16 bytes", err)
        _, err = self.freshet("get", self.url, "--peers", "anyone", expect=2)
        self.assertIn("off, lan, group or internet", err)
        self.freshet("get", self.url, "--seed-for", "soon", expect=2)

    def test_nothing_to_share_is_said(self):
        _, err = self.freshet(*self.peer_words("none", "content", "share"), expect=8)
        self.assertIn("nothing whole is stored here", err)


class OfADaemon(DaemonCase):
    def environment(self):
        return {**super().environment(), "FRESHET_SOCKET": self.socket}

    def test_peers_that_a_daemon_knows_are_listed_with_their_rates(self):
        (self.folder / "p.toml").write_text(
            "[policy]\nDODownloadMode = \"lan\"\n[peers]\nlocal_search = false\nshare_for_s = 600\n"
            "listen = [\"127.0.0.1:0\"]\n[machine]\nbattery = false\nmetered = false\nvpn = false\n")
        self.start_daemon("--policy-file", self.folder / "p.toml", "--peers", "lan")
        self.assertEqual(self.json_lines("peer", "list"), [])
        url = self.serve("/a", 300_000)
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.freshet("publish", "a.src", "--url", NOWHERE, "-o", "a.torrent", "-q")
        self.freshet("get", url, "-o", "first.bin", "--manifest", "a.torrent")
        port = self.caller()("GET", "/v1/peers/port")["port"]
        taker = self.start("get", NOWHERE, "-o", "second.bin", "--manifest", "a.torrent", "--data",
                           self.folder / "second", "--peers", "lan", "--no-local-search", "--listen",
                           "127.0.0.1:0", "--peer", f"127.0.0.1:{port}", "--seed-for", "10m")
        self.assertTrue(taker.stdout.readline().strip().endswith("second.bin"))
        deadline = time.monotonic() + DEADLINE_SECONDS

        while (found := self.json_lines("peer", "list", "--connect")[0])["sent"] < 300_000:
            self.assertLess(time.monotonic(), deadline, found)

        self.assertEqual(found["class"], "lan")
        self.assertEqual([name for name in ("connected", "received", "receiving", "sending")
                          if name not in found], [])
        _, err = self.freshet("peer", "list", "--connect", "--peer", "127.0.0.1:1", expect=2)
        self.assertIn("--connect", err)


if __name__ == "__main__":
    main()
