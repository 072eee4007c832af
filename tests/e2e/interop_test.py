"""Ordinary BitTorrent clients fetch from us what we publish, and we from them."""

import json
import shutil
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from case import DEADLINE_SECONDS, FreshetCase, main
from peers_test import NOWHERE, free_port

try:
    import libtorrent
except ImportError:
    libtorrent = None

QBITTORRENT = shutil.which("qbittorrent-nox")
SIZE = 3_000_000
POLL_SECONDS = 0.1


def poll(holds, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()  # Never set: others offer no event to wait for.
    while not (answer := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not in time: {what}")
        pause.wait(POLL_SECONDS)
    return answer


class Stock:
    """libtorrent as it comes."""

    def __init__(self, case):
        self.folder = case.folder / "stock"
        self.session = libtorrent.session({
            "listen_interfaces": "127.0.0.1:0", "enable_dht": False, "enable_lsd": False,
            "enable_upnp": False, "enable_natpmp": False, "alert_mask": 0})
        case.addCleanup(self.session.pause)

    def add(self, torrent, peers=()):
        params = libtorrent.add_torrent_params()
        params.ti = libtorrent.torrent_info(str(torrent))
        params.save_path = str(self.folder)
        params.peers = list(peers)
        self.folder.mkdir(exist_ok=True)
        self.handle = self.session.add_torrent(params)

    def name_in(self, torrent):
        return libtorrent.torrent_info(str(torrent)).files().file_path(0)

    def port(self):
        return poll(self.session.listen_port, "a port")

    def wait(self):
        poll(lambda: self.handle.status().is_seeding, "the torrent is whole")


class Qbittorrent:
    """qBittorrent without a window, told what to do over its web interface."""

    def __init__(self, case):
        self.folder = case.folder / "qbittorrent"
        profile = self.folder / "profile" / "qBittorrent" / "config"
        profile.mkdir(parents=True)
        self.listen, self.web = free_port(), free_port()
        (profile / "qBittorrent.conf").write_text(
            "[LegalNotice]\nAccepted=true\n"
            f"[BitTorrent]\nSession\\Port={self.listen}\nSession\\Interface=lo\n"
            "Session\\InterfaceName=lo\nSession\\InterfaceAddress=127.0.0.1\n"
            "Session\\DHTEnabled=false\nSession\\LSDEnabled=false\nSession\\PeXEnabled=false\n"
            f"[Preferences]\nWebUI\\Address=127.0.0.1\nWebUI\\Port={self.web}\n"
            "WebUI\\LocalHostAuth=false\nConnection\\UPnP=false\n")
        self.process = subprocess.Popen(
            [QBITTORRENT, f"--profile={self.folder / 'profile'}"], env=case.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        case.addCleanup(self._end)
        poll(lambda: self.ask("app/version"), "its web interface answers")

    def _end(self):
        self.process.kill()
        self.process.wait()

    def ask(self, method, fields=None, body=None, kind="application/x-www-form-urlencoded"):
        data = body if body is not None else (
            urllib.parse.urlencode(fields).encode() if fields else None)
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}/api/v2/{method}", data,
                                         {"Content-Type": kind} if data else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError):
            return None

    def add(self, torrent, peers=()):
        edge = b"freshet-edge"
        field = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        body = field % (edge, b"savepath", b"", bytes(self.folder))
        body += field % (edge, b"torrents", b'; filename="a.torrent"', torrent.read_bytes())
        body += b"--%s--\r\n" % edge
        answer = self.ask("torrents/add", body=body,
                          kind="multipart/form-data; boundary=" + edge.decode())
        if answer is None or "Fail" in answer:
            raise AssertionError(f"qBittorrent does not take the torrent: {answer}")
        info = poll(lambda: json.loads(self.ask("torrents/info") or "[]"), "the torrent is listed")
        for host, port in peers:
            self.ask("torrents/addPeers", {"hashes": info[0]["hash"], "peers": f"{host}:{port}"})

    def port(self):
        return self.listen

    def wait(self):
        poll(lambda: json.loads(self.ask("torrents/info") or "[{}]")[0].get("progress") == 1,
             "the torrent is whole")


class Interop(FreshetCase):
    def setUp(self):
        super().setUp()
        self.url = self.serve("/a", SIZE)
        (self.folder / "a.src").write_bytes(self.origin.files["/a"])
        self.freshet("publish", "a.src", "--url", NOWHERE, "-o", "a.torrent", "-q")
        self.torrent = self.folder / "a.torrent"

    def words(self, name, *words):
        return (*words, "--data", self.folder / name, "--peers", "lan", "--no-local-search")

    def fetches_from_us(self, client):
        port = free_port()
        self.freshet("get", self.url, "-o", "first.bin", "--data", self.folder / "first",
                     "--manifest", "a.torrent")
        sharer = self.start(*self.words("first", "content", "share", "--listen",
                                        f"127.0.0.1:{port}"))
        self.assertIn(f"{SIZE}-", sharer.stdout.readline())
        client.add(self.torrent, [("127.0.0.1", port)])
        client.wait()
        self.assertTrue(any(
            path.is_file() and path.stat().st_size == SIZE and
            poll(lambda: path.read_bytes() == self.origin.files["/a"], "its file is right")
            for path in client.folder.iterdir()))

    def gives_to_us(self, client, name):
        client.folder.mkdir(exist_ok=True)
        shutil.copy(self.folder / "a.src", client.folder / name)
        client.add(self.torrent)
        client.wait()
        self.freshet(*self.words("second", "get", NOWHERE, "-o", "second.bin", "--manifest",
                                 "a.torrent", "--peer", f"127.0.0.1:{client.port()}", "--listen",
                                 "127.0.0.1:0", "--report", "second.json"))
        self.assert_right("second.bin", "/a")
        report = json.loads((self.folder / "second.json").read_text())
        self.assertEqual((report["from_origin"], report["from_peers"]), (0, SIZE))

    @unittest.skipUnless(libtorrent, "python3-libtorrent is not installed")
    def test_stock_libtorrent_fetches_from_us(self):
        self.fetches_from_us(Stock(self))

    @unittest.skipUnless(libtorrent, "python3-libtorrent is not installed")
    def test_stock_libtorrent_gives_to_us(self):
        client = Stock(self)
        self.gives_to_us(client, client.name_in(self.torrent))

    @unittest.skipUnless(QBITTORRENT, "qbittorrent-nox is not installed")
    def test_qbittorrent_fetches_from_us(self):
        self.fetches_from_us(Qbittorrent(self))

    @unittest.skipUnless(QBITTORRENT and libtorrent, "qbittorrent-nox or libtorrent is missing")
    def test_qbittorrent_gives_to_us(self):
        self.gives_to_us(Qbittorrent(self), Stock(self).name_in(self.torrent))


if __name__ == "__main__":
    main()
