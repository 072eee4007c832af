"""What goes wrong between machines, and that `freshet job why` and `freshet doctor` name the cause each time.

Hosts are network namespaces, disks are small tmpfs; where neither may be made the test is skipped."""

import contextlib
import json
import os
import socket
import subprocess

from case import main
from daemon_case import DaemonCase
from disk_full_test import INSIDE, enter_namespace, mount
from origin import Origin
from peers_test import NOWHERE
from spaces import Hub

try:
    import libtorrent
except ImportError:
    libtorrent = None

MIB = 1 << 20
SIZE = 3 * MIB
PORT = 7680
SECRETS = {"ours": "a secret that is long enough", "theirs": "another secret, just as long"}


class FaultLab(DaemonCase):
    def setUp(self):
        super().setUp()
        self.hub = Hub(self)
        self.holder, self.holder_address = self.hub.neighbour()
        self.client, _ = self.hub.neighbour()
        self.origin = Origin(address="10.77.0.1", place=self.hub.space)
        self.origin.__enter__()
        self.addCleanup(self.origin.__exit__)
        self.url = self.serve("/a", SIZE)
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.made = self.json_lines("publish", "a.src", "--url", NOWHERE, "-o", "a.torrent")[-1]
        for name, secret in SECRETS.items():
            (self.folder / name).write_text(secret + "\n")

    def start_client(self, *words):
        self.start_daemon(*words, place=self.client)
        self.call = self.caller()

    def start_holder(self, *words):
        """Somebody who has the file and shares it."""
        holder = self.start("get", self.url, "-o", "held.bin", "--data", self.folder / "held", "--manifest",
                            "a.torrent", "--seed-for", "10m", "--listen", f"{self.holder_address}:{PORT}",
                            *words, place=self.holder)
        while "Sharing" not in (line := holder.stderr.readline()):
            self.assertTrue(line, "the holder ended")

    def slow_origin(self, rate):
        self.origin._rate = rate

    def fetch(self, state="transferred", **file):
        """A job of the daemon for the file; its id."""
        (self.folder / "out").mkdir(exist_ok=True)
        spec = {"urls": [self.url], "path": str(self.folder / "out/a"), **file}
        job = self.call("POST", "/v1/jobs", {"spec": {"name": "lab"}, "files": [spec], "start": True})["id"]
        self.wait_for(self.call, job, state)
        return job

    def why(self, job):
        """The record of the file, after the sentences were compared with it."""
        record = self.call("GET", f"/v1/jobs/{job}/why")
        transfer = record["files"][0]["transfer"]
        told, _ = self.freshet("job", "why", job, f"--connect={self.socket}")
        for event in transfer["events"]:
            self.assertIn(event["code"], told)
        for advice in transfer["advice"]:
            self.assertIn(advice["text"], told)
        return transfer

    def event(self, transfer, code):
        found = [event for event in transfer["events"] if event["code"] == code]
        self.assertTrue(found, transfer)
        return found[0]

    def advice(self, transfer):
        return {advice["code"] for advice in transfer["advice"]}

    def doctor(self, *words, error=False):
        """Findings by check; `error`: whether one of them is."""
        out, _ = self.freshet("doctor", *words, f"--connect={self.socket}", "--json",
                              expect=1 if error else 0, place=self.client)
        found = {}
        for line in out.splitlines():
            finding = json.loads(line)
            self.assertTrue(finding["severity"] == "ok" or finding["remedy"], finding)
            found.setdefault(finding["check"], []).append(finding)
        return found

    def assert_found(self, findings, check, severity, part):
        hits = [finding for finding in findings.get(check, []) if part in finding["text"]]
        self.assertTrue(hits, findings)
        self.assertEqual(hits[0]["severity"], severity)
        self.assertTrue(hits[0]["remedy"])

    def test_another_group_is_named(self):
        self.start_holder("--peers", "group", "--group", "site", "--group-secret-file", "theirs")
        self.slow_origin(MIB)
        self.start_client("--peers", "group", "--group", "site", "--group-secret-file", "ours", "--peer",
                          f"{self.holder_address}:{PORT}")
        transfer = self.why(self.fetch(content=self.made["content"]))
        refused = self.event(transfer, "peer_not_of_group")
        self.assertIn(self.holder_address, refused["text"])
        self.assertIn("check_group", self.advice(transfer))
        self.assert_found(self.doctor(), "records", "warning", "check_group")

    def test_a_blocked_port_is_named(self):
        with self.holder.entered():
            deaf = socket.socket()
        self.addCleanup(deaf.close)
        deaf.bind((self.holder_address, PORT))
        deaf.listen(0)
        for _ in range(2):  # What comes after these is dropped unheard.
            with self.client.entered():
                waiting = socket.socket()
            self.addCleanup(waiting.close)
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect((self.holder_address, PORT))
        self.slow_origin(SIZE / 9)
        peer = f"{self.holder_address}:{PORT}"
        self.start_client("--peers", "lan", "--peer", peer)
        transfer = self.why(self.fetch(content=self.made["content"]))
        self.assertIn("firewall", self.event(transfer, "peer_unreachable")["text"])
        self.assertIn("open_port", self.advice(transfer))
        findings = self.doctor("--peer", peer, error=True)
        self.assert_found(findings, "peer_reachable", "error", "no answer")
        self.assert_found(findings, "records", "warning", "open_port")

    def test_a_lying_peer_is_named(self):
        if libtorrent is None:
            self.skipTest("python3-libtorrent is not installed")
        wrong = bytearray(self.origin.files["/a"])
        for at in range(5000, len(wrong), 256 * 1024):
            wrong[at] ^= 1
        lies = self.folder / "lies"
        lies.mkdir()
        info = libtorrent.torrent_info(str(self.folder / "a.torrent"))
        (lies / info.files().file_path(0)).write_bytes(wrong)
        with self.holder.entered():
            session = libtorrent.session({
                "listen_interfaces": f"{self.holder_address}:{PORT}", "enable_dht": False,
                "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
                "enable_outgoing_utp": False, "enable_incoming_utp": False, "disable_hash_checks": True})
        handle = session.add_torrent({"ti": info, "save_path": str(lies),
                                      "flags": libtorrent.torrent_flags.seed_mode})
        self.addCleanup(session.remove_torrent, handle)
        self.slow_origin(MIB)
        self.start_client("--peers", "lan", "--peer", f"{self.holder_address}:{PORT}")
        transfer = self.why(self.fetch(manifest=str(self.folder / "a.torrent")))
        self.assertRegex(self.event(transfer, "peer_banned")["text"], r"wrong bytes, bytes \d+ to \d+")
        banned = [peer for peer in transfer["peers"] if peer["state"] == "banned"]
        self.assertTrue(banned[0]["address"].startswith(self.holder_address))
        self.assertIn("report_liar", self.advice(transfer))
        self.assert_found(self.doctor(), "bans", "warning", f"{self.holder_address} is banned")
        self.assertEqual((self.folder / "a.src").read_bytes(), self.origin.files["/a"])

    def test_an_origin_without_ranges_is_named(self):
        self.origin.without_ranges.add("/a")
        self.start_client()
        transfer = self.why(self.fetch())
        self.event(transfer, "source_without_ranges")
        self.assertFalse(transfer["sources"][0]["ranges"])
        self.assertIn("serve_ranges", self.advice(transfer))
        findings = self.doctor(self.url)
        self.assert_found(findings, "origin", "warning", "no ranges")
        self.assert_found(findings, "origin", "warning", "neither ETag nor date")
        self.assert_found(findings, "records", "warning", "serve_ranges")

    def test_a_full_disk_is_named(self):
        disk = self.folder / "data"
        disk.mkdir()
        if INSIDE not in os.environ or not mount(disk, "size=20m"):
            self.skipTest("no file system may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=False)
        self.url = self.serve("/large", 64 * MIB)
        self.start_client()
        transfer = self.why(self.fetch(state="error"))
        self.assertEqual(self.event(transfer, "store_failed")["error"], "disk_full")
        self.assertIn("heal_disk", self.advice(transfer))
        findings = self.doctor("--disk", disk, error=True)
        self.assert_found(findings, "records", "warning", "heal_disk")
        self.assert_found(findings, "disk", "error", "are free in")

    def test_all_being_well_nothing_is_found(self):
        self.start_holder("--peers", "lan")
        self.start_client("--peers", "lan", "--peer", f"{self.holder_address}:{PORT}")
        transfer = self.why(self.fetch(manifest=str(self.folder / "a.torrent"), urls=[NOWHERE]))
        self.assertEqual(transfer["from_peers"], SIZE)
        self.assertFalse(self.advice(transfer))
        findings = self.doctor("--peer", f"{self.holder_address}:{PORT}")
        self.assertEqual([finding["severity"] for finding in findings["peer_reachable"]], ["ok"])
        self.assertEqual([finding["severity"] for finding in findings["records"]], ["ok"])


if __name__ == "__main__":
    enter_namespace()
    main()
